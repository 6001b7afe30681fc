//go:build linux

package main

import (
	"sync/atomic"
	"time"
)

const (
	burstPause = 200 * time.Millisecond

	cutAfter       = 2 * time.Second
	publishedAfter = 2 * time.Second
	catchUpTimeout = 60 * time.Second
	// Events a drop can publish before it must be over.
	dropSecondsMax = 120
)

// paced publishes `events` events at a rate, each at its own time on the clock however late the last was.
// It ends early when stop is set.
func (b *bench) paced(t *tally, events int, rate float64, stop *atomic.Bool) error {
	gap := time.Duration(float64(time.Second) / rate)
	for i, start := 0, time.Now(); i < events && !stop.Load(); i++ {
		time.Sleep(time.Until(start.Add(time.Duration(i) * gap)))
		if err := b.emit(t, i, false); err != nil {
			return err
		}
		if err := b.publisher.flush(); err != nil {
			return err
		}
	}
	return nil
}

// steady is a fixed rate of events for a while.
func (b *bench) steady(name string, seconds float64) (result, error) {
	events := int(seconds * b.Rate)
	t, started := b.begin(events), time.Now()
	if err := b.paced(t, events, b.Rate, new(atomic.Bool)); err != nil {
		return result{}, err
	}
	return b.finish(name, t, started), nil
}

// pace is how the events of a burst follow each other.
type pace struct {
	// The service changes with every event, so that no two can share a frame.
	alternate bool
	// Each event waits until the one before is accepted, as a simple caller would.
	serial bool
}

// burst publishes a block of events as fast as the publisher can, waits until every socket has them all,
// and does so again.
func (b *bench) burst(name string, pace pace) (result, error) {
	t, started := b.begin(b.Bursts*b.Events), time.Now()
	var rates, publishing []float64
	for block := range b.Bursts {
		before, start := t.delivered.Load(), time.Now()
		for i := range b.Events {
			if err := b.emit(t, block*b.Events+i, pace.alternate); err != nil {
				return result{}, err
			}
			if !pace.serial {
				continue
			}
			if err := b.publisher.accepted(); err != nil {
				return result{}, err
			}
		}
		if err := b.publisher.flush(); err != nil {
			return result{}, err
		}
		publishing = append(publishing, time.Since(start).Seconds())
		if !b.drain(t) {
			break
		}
		took := float64(t.lastNs.Load()-start.UnixNano()) / 1e9
		rates = append(rates, float64(t.delivered.Load()-before)/took)
		time.Sleep(burstPause)
	}
	if err := b.publisher.accepted(); err != nil {
		return result{}, err
	}
	r := b.finish(name, t, started)
	r.Bursts, r.PublishSeconds = rates, publishing
	return r, nil
}

// drop cuts every connection at once while events go on, and lets all sockets come back where they were.
func (b *bench) drop(name string) (result, error) {
	t, started := b.begin(int(dropSecondsMax*b.Rate)), time.Now()
	var stop atomic.Bool
	published := make(chan error, 1)
	go func() { published <- b.paced(t, int(dropSecondsMax*b.Rate), b.Rate, &stop) }()

	time.Sleep(cutAfter)
	caughtUp, pending := b.cutAndWatch(t)
	if err := dialAll(b.loop, b.sockets, b.Addr, b.Parallel); err != nil {
		return result{}, err
	}
	waitFor(catchUpTimeout, func() bool { return pending.Load() == 0 })
	time.Sleep(publishedAfter)
	stop.Store(true)
	if err := <-published; err != nil {
		return result{}, err
	}
	b.loop.do(func() { b.loop.onSubscribed, b.loop.onFrame = nil, nil })
	r := b.finish(name, t, started)
	if missing := pending.Load(); missing > 0 {
		note("%s: %d sockets did not catch up in %v", name, missing, catchUpTimeout)
	}
	at := caughtUp.quantiles()
	r.CaughtUp = &at
	return r, nil
}

// cutAndWatch cuts all connections. A socket has caught up when it is subscribed again and holds, without
// a hole, everything that had been published at that moment.
func (b *bench) cutAndWatch(t *tally) (caughtUp *histogram, pending *atomic.Int64) {
	caughtUp, pending = new(histogram), new(atomic.Int64)
	pending.Store(int64(b.Sockets))
	target := make([]int, b.Sockets)
	done := make([]bool, b.Sockets)
	b.loop.do(func() {
		cutNs := time.Now().UnixNano()
		b.loop.cutAll()
		b.loop.onSubscribed = func(s *socket) {
			target[s.index] = dueTo(t.published.Load(), s.org, b.Orgs)
		}
		b.loop.onFrame = func(s *socket, nowNs int64) {
			if !s.subscribed || done[s.index] || t.next[s.index] < target[s.index] {
				return
			}
			done[s.index] = true
			caughtUp.add((nowNs - cutNs) / 1000)
			pending.Add(-1)
		}
	})
	return caughtUp, pending
}
