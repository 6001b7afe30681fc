package main

import "sync/atomic"

// tally is what one load sent and what arrived of it. Owned by the loop while the load runs; only the
// atomic fields are read from elsewhere meanwhile.
type tally struct {
	load int
	orgs int

	// One bit an event of the socket's organisation, by socket.
	seen [][]uint64
	// First event not yet received without a hole before it, by socket.
	next []int

	latency    histogram
	duplicates int64
	foreign    int64
	frames     int64
	bytes      int64
	// Kept only where a load asks: the socket-side time of every delivery.
	arrivals []arrival
	keep     bool

	published atomic.Int64
	delivered atomic.Int64
	lastNs    atomic.Int64
}

type arrival struct {
	number int
	ns     int64
}

const wordBits = 64

func newTally(load, sockets, orgs, events int) *tally {
	t := &tally{load: load, orgs: orgs, seen: make([][]uint64, sockets), next: make([]int, sockets)}
	perOrg := (events+orgs-1)/orgs + 1
	for i := range t.seen {
		t.seen[i] = make([]uint64, (perOrg+wordBits-1)/wordBits)
	}
	return t
}

// receive counts every event of one frame; false where the frame held none.
func (t *tally) receive(s *socket, payload []byte, nowNs int64) bool {
	found := 0
	fresh := int64(0)
	for rest := payload; ; {
		m, after, ok := nextMark(rest)
		if !ok {
			break
		}
		rest = after
		if m.load != t.load {
			found = max(found, 1)
			continue
		}
		found++
		if t.count(s, m, nowNs) {
			fresh++
		}
	}
	if found == 0 {
		return false
	}
	t.frames++
	t.bytes += int64(len(payload))
	if fresh > 0 {
		t.delivered.Add(fresh)
		t.lastNs.Store(nowNs)
	}
	return true
}

// count is false for an event that is not new to the socket, or not its own.
func (t *tally) count(s *socket, m mark, nowNs int64) bool {
	if m.number%t.orgs != s.org {
		t.foreign++
		return false
	}
	bits, number := t.seen[s.index], m.number/t.orgs
	if number/wordBits >= len(bits) {
		t.foreign++
		return false
	}
	word, bit := &bits[number/wordBits], uint64(1)<<(number%wordBits)
	if *word&bit != 0 {
		t.duplicates++
		return false
	}
	*word |= bit
	for t.has(s.index, t.next[s.index]) {
		t.next[s.index]++
	}
	t.latency.add((nowNs - m.publishedNs) / 1000)
	if t.keep {
		t.arrivals = append(t.arrivals, arrival{m.number, nowNs})
	}
	return true
}

func (t *tally) has(index, number int) bool {
	word := number / wordBits
	return word < len(t.seen[index]) && t.seen[index][word]&(1<<(number%wordBits)) != 0
}

// dueTo is how many of the first `published` events belong to an organisation.
func dueTo(published int64, org, orgs int) int {
	return int((published + int64(orgs) - 1 - int64(org)) / int64(orgs))
}
