package main

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// So many look closely at receipts and at who is there; to read that everywhere would cost more than the server does.
	lookersMax = 10
	// Joins that are under way at once.
	joinsAtOnce = 50
	// How long somebody types, and how long it may take to be seen.
	typingFor   = time.Second
	typingOpen  = 8 * time.Second
	presenceFor = 8 * time.Second
	// Between two steps of who comes and goes.
	stepEvery   = 3 * time.Second
	knownWithin = 30 * time.Second
	poll        = 20 * time.Millisecond
)

// said is a message that was sent.
type said struct {
	by int
	at time.Time
}

type run struct {
	orders
	wire     wire
	members  []*member
	lookers  []*member
	byUser   map[string]*member
	typing   *board
	presence *board
	// Are frames counted now? Do those who look know everybody?
	counts atomic.Bool
	known  atomic.Bool

	lock    sync.RWMutex
	said    []said
	arrived atomic.Int64

	rejoined []float64
	errors   map[string]int
	ends     map[string]int
	isOver   atomic.Bool
}

func newRun(o orders) (*run, error) {
	wires := map[string]wire{"innstream": innstream{}, "socketio": socketIO{}}
	if wires[o.Target] == nil || len(o.People) < 2 {
		return nil, fmt.Errorf("a target %q with %d people cannot be run", o.Target, len(o.People))
	}
	r := &run{
		orders: o, wire: wires[o.Target], byUser: map[string]*member{},
		typing: newBoard(), presence: newBoard(), errors: map[string]int{}, ends: map[string]int{},
	}
	for n, one := range o.People {
		m := r.member(one, n)
		// They are spread over those who come early and late.
		if m.looks = n%max(1, len(o.People)/lookersMax) == 0; m.looks {
			r.lookers = append(r.lookers, m)
		}
		m.got = make([]bool, r.messages())
		m.next = make([]int, len(o.People))
		r.members = append(r.members, m)
		r.byUser[one.UserID] = m
	}
	return r, nil
}

func (r *run) member(one person, at int) *member {
	return &member{
		person: one, run: r, at: at, joined: make(chan struct{}),
		frames: map[string]int{}, bytes: map[string]int64{}, errors: map[string]int{}, known: map[string]bool{},
	}
}

// messages that are sent at most.
func (r *run) messages() int { return int(r.MessageRate*r.Seconds) + 1 }

// join lets everybody in, so many a second; answers how long it took until those who look know everybody.
func (r *run) join() (knownMs float64, err error) {
	gate := make(chan struct{}, joinsAtOnce)
	errs := make(chan error, len(r.members))
	began := time.Now()
	for n, m := range r.members {
		time.Sleep(time.Until(began.Add(seconds(float64(n) / r.JoinRate))))
		gate <- struct{}{}
		go func() {
			errs <- m.connect()
			<-gate
		}()
	}
	for range r.members {
		err = errors.Join(err, <-errs)
	}
	if err != nil {
		return 0, err
	}
	last := time.Now()
	for _, m := range r.lookers {
		for !m.knows(len(r.members)) {
			if time.Since(last) > knownWithin {
				return 0, fmt.Errorf("%s does not know everybody after %s", m.UserID, knownWithin)
			}
			time.Sleep(poll)
		}
	}
	r.known.Store(true)
	return float64(time.Since(last).Milliseconds()), nil
}

// talk is everything at once: messages, typing, receipts, people who come and go.
func (r *run) talk() {
	var doing sync.WaitGroup
	over := time.Now().Add(seconds(r.Seconds))
	r.counts.Store(true)
	doing.Go(func() { r.every(r.MessageRate, over, r.say) })
	doing.Go(func() { r.every(r.TypingRate, over, r.startTyping) })
	for n, one := range r.Movers {
		doing.Go(func() {
			time.Sleep(stepEvery * time.Duration(n) / time.Duration(len(r.Movers)))
			r.move(one, over)
		})
	}
	doing.Wait()
}

// every does something so often a second, at uneven distances: even ones would always meet, or always miss, what a server
// does twice a second.
func (r *run) every(rate float64, over time.Time, do func(n int)) {
	began := time.Now()
	for n := 0; ; n++ {
		due := began.Add(seconds((float64(n) + rand.Float64()) / rate))
		if !due.Before(over) {
			return
		}
		time.Sleep(time.Until(due))
		do(n)
	}
}

func (r *run) say(n int) {
	// A step that has no divisor in common with most rooms: everybody speaks before somebody does twice.
	by := n * 37 % len(r.members)
	r.lock.Lock()
	number := len(r.said)
	if number >= r.messages() {
		r.lock.Unlock()
		return
	}
	r.said = append(r.said, said{by, time.Now()})
	r.lock.Unlock()
	// Who says something does not type any more: others may never hear that they did.
	r.typing.cancel(typist(r.members[by].person))
	r.members[by].tell("chat", fmt.Sprintf(
		`"clientMsgId":"bench-%d","text":"Message %d: room 214 asks for two more towels and a late breakfast"`, number, number))
}

func (r *run) sentBy(number int) (int, time.Time) {
	r.lock.RLock()
	defer r.lock.RUnlock()
	if number >= len(r.said) {
		return -1, time.Now()
	}
	return r.said[number].by, r.said[number].at
}

func (r *run) startTyping(n int) {
	m := r.members[(n*37+1)%len(r.members)]
	// Not every server tells people about themselves.
	r.typing.begin("typing", typist(m.person), len(r.members), m.at, typingOpen)
	m.tell("typing", `"typing":true`)
	time.AfterFunc(typingFor, func() { m.tell("typing", `"typing":false`) })
}

// move has somebody come, be away, be back, and go, until it is over.
func (r *run) move(one person, over time.Time) {
	for time.Now().Before(over) {
		m := r.member(one, -1)
		r.presence.begin("come", status(one, "online"), len(r.members), -1, presenceFor)
		if err := m.connect(); err != nil {
			r.failed("coming: " + err.Error())
			return
		}
		r.lock.Lock()
		r.rejoined = append(r.rejoined, m.tookMs)
		r.lock.Unlock()
		for _, next := range []string{"away", "online"} {
			time.Sleep(stepEvery)
			r.presence.begin(next, status(one, next), len(r.members), -1, presenceFor)
			m.tell("presence", `"status":"`+next+`"`)
		}
		time.Sleep(stepEvery)
		r.presence.begin("go", status(one, "offline"), len(r.members), -1, presenceFor)
		m.isLeaving = true
		m.socket.close()
		time.Sleep(stepEvery)
	}
}

func typist(one person) string { return fmt.Sprintf(`"userId":%q`, one.UserID) }

func status(one person, status string) string { return fmt.Sprintf("%q:%q", one.UserID, status) }

// drain waits for what is late; answers how long that took.
func (r *run) drain() time.Duration {
	began := time.Now()
	expected := int64(len(r.said) * (len(r.members) - 1))
	for time.Since(began) < seconds(r.DrainSeconds) && (r.arrived.Load() < expected || r.receiptsOpen() > 0) {
		time.Sleep(poll)
	}
	took := time.Since(began)
	r.counts.Store(false)
	return took
}

// receiptsOpen counts what is not read yet, and receipts that those who look have not seen.
func (r *run) receiptsOpen() (open int) {
	for _, reader := range r.members {
		reader.lock.Lock()
		if reader.isTurning {
			open++
		}
		for _, m := range r.lookers {
			if m != reader {
				open += len(reader.readings) - m.next[reader.at]
			}
		}
		reader.lock.Unlock()
	}
	return open
}

func (r *run) close() {
	r.isOver.Store(true)
	for _, m := range r.members {
		if m.socket != nil {
			m.socket.conn.Close()
		}
	}
}

func (r *run) ended(m *member) {
	if r.isOver.Load() || m.isLeaving {
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.ends[m.end]++
}

func (r *run) failed(why string) {
	if r.isOver.Load() {
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.errors[why]++
}

func (r *run) report() report {
	out := report{
		Sent: len(r.said), Expected: len(r.said) * (len(r.members) - 1),
		Frames: map[string]int{}, Bytes: map[string]int64{}, Errors: maps.Clone(r.errors), Ends: maps.Clone(r.ends),
		Presence: map[string]quantiles{}, ReceiptsOpen: r.receiptsOpen(), Rejoined: quantilesOf(r.rejoined),
	}
	var joined, message, acked, receipt []float64
	for _, m := range r.members {
		joined = append(joined, m.tookMs)
		message = append(message, m.message...)
		acked = append(acked, m.acked...)
		receipt = append(receipt, m.receipt...)
		out.Doubled += m.doubled
		for kind, n := range m.frames {
			out.Frames[kind] += n
			out.Bytes[kind] += m.bytes[kind]
		}
		for why, n := range m.errors {
			out.Errors[why] += n
		}
	}
	out.Lost = out.Expected - len(message)
	out.Joined, out.Message, out.Acked = quantilesOf(joined), quantilesOf(message), quantilesOf(acked)
	out.Receipt = quantilesOf(receipt)
	typing, typingLeft := r.typing.each()
	out.Typing, out.TypingOpen = quantilesOf(typing), typingLeft
	byKind, presenceLeft := r.presence.last()
	out.PresenceOpen = presenceLeft
	for kind, all := range byKind {
		out.Presence[kind] = quantilesOf(all)
	}
	return out
}

func quantilesOf(all []float64) quantiles {
	if len(all) == 0 {
		return quantiles{}
	}
	slices.Sort(all)
	at := func(share float64) float64 { return all[min(len(all)-1, int(share*float64(len(all))))] }
	return quantiles{Count: len(all), P50: at(0.5), P95: at(0.95), P99: at(0.99), Max: all[len(all)-1]}
}
