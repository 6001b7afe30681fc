//go:build linux

package main

import (
	"fmt"
	"maps"
	"time"
)

const (
	subscribeTimeout = 60 * time.Second
	drainTimeout     = 60 * time.Second
	settle           = time.Second
	poll             = time.Millisecond
)

// bench is one set of sockets on one server, with loads run one after the other.
type bench struct {
	options
	loop      *loop
	watcher   *watcher
	publisher publisher
	sockets   []*socket
	loads     int
}

// result is one load as it is reported; the output of the program is a list of them.
type result struct {
	Load       string  `json:"load"`
	Published  int64   `json:"published"`
	Expected   int64   `json:"expected"`
	Delivered  int64   `json:"delivered"`
	Lost       int64   `json:"lost"`
	Duplicates int64   `json:"duplicates"`
	Foreign    int64   `json:"foreign"`
	Refused    int64   `json:"refused"`
	Frames     int64   `json:"frames"`
	FrameBytes float64 `json:"bytesPerEvent"`
	// Events a frame, over all frames that held any.
	Batch   float64 `json:"eventsPerFrame"`
	Seconds float64 `json:"seconds"`
	// Deliveries a second of each burst, and how long its publisher took to hand it over.
	Bursts         []float64 `json:"bursts,omitempty"`
	PublishSeconds []float64 `json:"publishSeconds,omitempty"`
	Latency        quantiles `json:"latencyMs"`
	// Of the load "rest": from the moment its HTTP response was read.
	FromResponse *quantiles `json:"fromResponseMs,omitempty"`
	Response     *quantiles `json:"responseMs,omitempty"`
	// Of the load "drop": from the cut until the socket holds what was published meanwhile.
	CaughtUp  *quantiles       `json:"caughtUpMs,omitempty"`
	Sockets   int              `json:"socketsAtEnd"`
	Ends      map[string]int   `json:"ends,omitempty"`
	Processes map[string]usage `json:"processes"`
}

// connect subscribes every socket and answers how long that took.
func (b *bench) connect() (time.Duration, error) {
	started := time.Now()
	for i := range b.Sockets {
		b.sockets = append(b.sockets, &socket{index: i, org: i % b.Orgs, fd: -1})
	}
	if err := dialAll(b.loop, b.sockets, b.Addr, b.Parallel); err != nil {
		return 0, err
	}
	if !waitFor(subscribeTimeout, func() bool { return b.subscribedNow() == b.Sockets }) {
		return 0, fmt.Errorf("Cannot subscribe %d sockets, %d did; %s", b.Sockets, b.subscribedNow(), b.whatWasSaid())
	}
	return time.Since(started), nil
}

func (b *bench) subscribedNow() (count int) {
	b.loop.do(func() { count = b.loop.subscribed })
	return count
}

func (b *bench) whatWasSaid() (said string) {
	b.loop.do(func() {
		for _, s := range b.loop.sockets {
			if s != nil && s.reason != "" {
				said = s.reason
			}
		}
		said = fmt.Sprintf("ends: %v, last words: %q", b.loop.ends, said)
	})
	return said
}

// begin installs a fresh tally for a load of at most `events`.
func (b *bench) begin(events int) *tally {
	b.loads++
	t := newTally(b.loads, b.Sockets, b.Orgs, events)
	b.loop.do(func() { b.loop.tally = t; clear(b.loop.ends) })
	b.watcher.begin()
	return t
}

// emit publishes event `number` of a load.
func (b *bench) emit(t *tally, number int, alternate bool) error {
	e := event{load: t.load, number: number, at: time.Now(), service: "tasks", entity: "task"}
	if alternate && number%2 == 1 {
		e.service, e.entity = "staff", "schedule"
	}
	if err := b.publisher.publish(e, number%b.Orgs); err != nil {
		return fmt.Errorf("Cannot publish event %d: %w", number, err)
	}
	t.published.Store(int64(number) + 1)
	return nil
}

// expected counts the deliveries that are due by now.
func (b *bench) expected(t *tally) (sum int64) {
	for _, s := range b.sockets {
		sum += int64(dueTo(t.published.Load(), s.org, b.Orgs))
	}
	return sum
}

// drain waits until everything due has arrived; false where it did not come in time.
func (b *bench) drain(t *tally) bool {
	due := b.expected(t)
	return waitFor(drainTimeout, func() bool { return t.delivered.Load() >= due })
}

// finish takes the tally out and reports on it.
func (b *bench) finish(name string, t *tally, started time.Time) result {
	complete := b.drain(t)
	// A duplicate would come after the first copies.
	time.Sleep(settle / 4)
	used := b.watcher.end()
	r := result{Load: name, Published: t.published.Load(), Expected: b.expected(t), Refused: b.publisher.failed(), Processes: used}
	b.loop.do(func() {
		b.loop.tally = nil
		r.Sockets, r.Ends = b.loop.subscribed, maps.Clone(b.loop.ends)
	})
	r.Delivered, r.Duplicates, r.Foreign, r.Frames = t.delivered.Load(), t.duplicates, t.foreign, t.frames
	r.Lost = r.Expected - r.Delivered
	r.Latency = t.latency.quantiles()
	r.Seconds = float64(t.lastNs.Load()-started.UnixNano()) / 1e9
	if t.frames > 0 {
		events := float64(t.delivered.Load() + t.duplicates)
		r.Batch, r.FrameBytes = events/float64(t.frames), float64(t.bytes)/events
	}
	if !complete {
		note("%s: %d of %d deliveries after %v; %s", name, r.Delivered, r.Expected, drainTimeout, b.whatWasSaid())
	}
	return r
}

func waitFor(limit time.Duration, met func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(poll) {
		if met() {
			return true
		}
	}
	return met()
}
