// Command crowd is the people of one chat room: it joins them, has them talk, type, read, come and go, and tells how
// long everything took to reach the others. Orders come on standard input; phases, and in the end the figures, go to
// standard output, each as one line of JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

func main() {
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "Cannot run the crowd:", err)
		os.Exit(1)
	}
}

func work() error {
	o, err := readOrders(os.Stdin)
	if err != nil {
		return err
	}
	r, err := newRun(o)
	if err != nil {
		return err
	}
	defer r.close()
	out := json.NewEncoder(os.Stdout)
	began := time.Now()
	knownMs, err := r.join()
	if err != nil {
		return err
	}
	joinSeconds := time.Since(began).Seconds()
	out.Encode(phase{"joined"})
	time.Sleep(settle)
	out.Encode(phase{"talk"})
	r.talk()
	drained := r.drain()
	out.Encode(phase{"end"})
	r.close()
	// Readers that are under way end with their sockets.
	time.Sleep(settle)
	result := r.report()
	result.KnownMs, result.JoinSeconds, result.DrainSeconds = knownMs, joinSeconds, drained.Seconds()
	return out.Encode(result)
}

// What the joining has left to do is done by then.
const settle = 2 * time.Second
