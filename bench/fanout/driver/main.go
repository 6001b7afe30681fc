//go:build linux

// The load driver: opens many WebSockets to one server, publishes events into it and follows every event
// to every socket. Writes one JSON object to stdout; words for people go to stderr.
//
// It reads /proc and epoll, hence Linux only.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

type options struct {
	Target   string
	Addr     string
	Control  string
	Nats     string
	Secret   string
	Sockets  int
	Orgs     int
	Parallel int
	Rate     float64
	Seconds  float64
	WarmUp   float64
	Bursts   int
	Events   int
	Loads    string
	Pids     string
}

// report is what the program prints.
type report struct {
	Target           string         `json:"target"`
	Sockets          int            `json:"sockets"`
	Orgs             int            `json:"orgs"`
	SubscribeSeconds float64        `json:"subscribeSeconds"`
	RssBeforeKb      map[string]int `json:"rssBeforeKb"`
	RssSubscribedKb  map[string]int `json:"rssSubscribedKb"`
	Loads            []result       `json:"loads"`
}

func main() {
	var o options
	flag.StringVar(&o.Target, "target", "bare", "bare, centrifuge or innstream")
	flag.StringVar(&o.Addr, "addr", "", "host:port of the server")
	flag.StringVar(&o.Control, "control", "", "host:port that takes one event a line (bare, centrifuge)")
	flag.StringVar(&o.Nats, "nats", "", "URL of the NATS server to publish to (innstream)")
	flag.IntVar(&o.Sockets, "sockets", 1000, "WebSockets to open")
	flag.IntVar(&o.Orgs, "orgs", 1, "organisations to spread sockets and events over")
	flag.IntVar(&o.Parallel, "parallel", 128, "connections being opened at a time")
	flag.Float64Var(&o.Rate, "rate", 20, "events a second of steady, rest and drop")
	flag.Float64Var(&o.Seconds, "seconds", 10, "length of steady and rest")
	flag.Float64Var(&o.WarmUp, "warm-up", 2, "seconds of events before the first load, not reported")
	flag.IntVar(&o.Bursts, "bursts", 4, "blocks of burst, serial and single")
	flag.IntVar(&o.Events, "events", 500, "events a block")
	flag.StringVar(&o.Loads, "loads", "steady,burst", "of steady, burst, serial, single, rest, drop; in this order")
	flag.StringVar(&o.Pids, "pids", "", "processes to watch: name=pid,...")
	flag.Parse()
	// An argument would be readable by everyone on the machine.
	o.Secret = os.Getenv("JWT_SECRET")

	out, err := o.run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(out)
}

func (o options) run() (*report, error) {
	// Collections of the driver would show up as latency of the server; its live heap is small.
	debug.SetGCPercent(800)
	raiseFileLimit()
	target, err := newTarget(o.Target, o.Secret)
	if err != nil {
		return nil, err
	}
	b := &bench{options: o}
	if b.watcher, err = newWatcher(o.Pids); err != nil {
		return nil, err
	}
	if b.loop, err = newLoop(target, o.Sockets); err != nil {
		return nil, err
	}
	if b.publisher, err = o.newPublisher(); err != nil {
		return nil, err
	}
	defer b.publisher.close()
	defer b.loop.do(b.loop.cutAll)

	out := &report{Target: o.Target, Sockets: o.Sockets, Orgs: o.Orgs, RssBeforeKb: b.watcher.rss()}
	took, err := b.connect()
	if err != nil {
		return nil, err
	}
	out.SubscribeSeconds = took.Seconds()
	time.Sleep(settle)
	out.RssSubscribedKb = b.watcher.rss()
	if _, err = b.steady("warm-up", o.WarmUp); err != nil {
		return nil, err
	}
	for _, name := range strings.Split(o.Loads, ",") {
		r, err := b.load(name)
		if err != nil {
			return nil, err
		}
		out.Loads = append(out.Loads, r)
	}
	return out, nil
}

func (b *bench) load(name string) (result, error) {
	switch name {
	case "steady":
		return b.steady(name, b.Seconds)
	case "burst":
		return b.burst(name, pace{})
	case "serial":
		return b.burst(name, pace{serial: true})
	case "single":
		return b.burst(name, pace{alternate: true})
	case "rest":
		return b.rest(name, b.Seconds)
	case "drop":
		return b.drop(name)
	}
	return result{}, fmt.Errorf("Cannot run load %q: want steady, burst, serial, single, rest or drop", name)
}

func (o options) newPublisher() (publisher, error) {
	if o.Nats != "" {
		return newNatsPublisher(o.Nats)
	}
	return newLinePublisher(o.Control)
}

func note(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
}
