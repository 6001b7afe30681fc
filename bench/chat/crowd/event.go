package main

import (
	"bytes"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// event is something that everybody is to see once, known by what its frame holds: who types, whose status is new.
type event struct {
	kind   string
	needle []byte
	begun  time.Time
	// Nanoseconds until a person has seen it, 0: not yet. Written by the reader of that person only.
	seen []int64
	left atomic.Int32
}

// board lists the events that are under way; readers look at it without a lock.
type board struct {
	lock sync.Mutex
	open atomic.Pointer[[]*event]
	all  []*event
}

func newBoard() *board {
	b := &board{}
	b.open.Store(&[]*event{})
	return b
}

// A person for whom an event is not counted.
const notCounted = -1

// begin puts an event up that `people` are to see, for at most `lasting`; but for one of them, or -1.
func (b *board) begin(kind, needle string, people, but int, lasting time.Duration) {
	e := &event{kind: kind, needle: []byte(needle), seen: make([]int64, people)}
	e.left.Store(int32(people))
	if but >= 0 {
		e.seen[but] = notCounted
		e.left.Add(-1)
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	// What the same needle meant before is over.
	b.replace(func(other *event) bool { return !bytes.Equal(other.needle, e.needle) }, e)
	b.all = append(b.all, e)
	time.AfterFunc(lasting, func() { b.end(e) })
	e.begun = time.Now()
}

func (b *board) end(e *event) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.replace(func(other *event) bool { return other != e }, nil)
}

// cancel takes back what is under way under a needle: it is not to be seen any more.
func (b *board) cancel(needle string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for _, e := range *b.open.Load() {
		if string(e.needle) == needle && e.left.Load() > 0 {
			b.all = slices.DeleteFunc(b.all, func(other *event) bool { return other == e })
		}
	}
	b.replace(func(other *event) bool { return string(other.needle) != needle }, nil)
}

func (b *board) replace(keep func(*event) bool, more *event) {
	next := []*event{}
	for _, e := range *b.open.Load() {
		if keep(e) {
			next = append(next, e)
		}
	}
	if more != nil {
		next = append(next, more)
	}
	b.open.Store(&next)
}

// look marks what a frame that a person got shows.
func (b *board) look(at int, body []byte, now time.Time) {
	for _, e := range *b.open.Load() {
		if at >= len(e.seen) || e.seen[at] != 0 || !bytes.Contains(body, e.needle) {
			continue
		}
		e.seen[at] = max(1, now.Sub(e.begun).Nanoseconds())
		e.left.Add(-1)
	}
}

// each is how long every person took to see every event; open counts those who did not.
func (b *board) each() (all []float64, open int) {
	for _, e := range b.all {
		for _, ns := range e.seen {
			if ns > 0 {
				all = append(all, float64(ns)/1e6)
			}
		}
		open += int(e.left.Load())
	}
	return all, open
}

// last is, by kind, how long each event took to be seen by everybody.
func (b *board) last() (byKind map[string][]float64, open int) {
	byKind = map[string][]float64{}
	for _, e := range b.all {
		if left := int(e.left.Load()); left > 0 {
			open += left
			continue
		}
		var longest int64
		for _, ns := range e.seen {
			longest = max(longest, ns)
		}
		byKind[e.kind] = append(byKind[e.kind], float64(longest)/1e6)
	}
	return byKind, open
}
