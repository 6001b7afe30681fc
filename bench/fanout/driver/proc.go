package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	sampleEvery = 50 * time.Millisecond
	// USER_HZ: what /proc counts CPU time in, on every Linux that Go runs on.
	ticksPerSecond = 100
)

// usage of one process during one load.
type usage struct {
	// Kibibytes, the highest of the samples.
	RssMaxKb   int     `json:"rssMaxKb"`
	CPUSeconds float64 `json:"cpuSeconds"`
}

// watcher samples the memory of the processes under test and reads their CPU time.
type watcher struct {
	pids map[string]int

	mu       sync.Mutex
	peak     map[string]int
	cpuStart map[string]float64
}

// newWatcher takes "app=12,nats=13".
func newWatcher(list string) (*watcher, error) {
	w := &watcher{pids: map[string]int{}}
	for _, item := range strings.Split(list, ",") {
		if item == "" {
			continue
		}
		name, text, _ := strings.Cut(item, "=")
		pid, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("Cannot watch process %q: want name=pid", item)
		}
		w.pids[name] = pid
	}
	w.begin()
	go w.sample()
	return w, nil
}

func (w *watcher) sample() {
	for range time.Tick(sampleEvery) {
		now := w.rss()
		w.mu.Lock()
		for name, kb := range now {
			w.peak[name] = max(w.peak[name], kb)
		}
		w.mu.Unlock()
	}
}

// rss answers the resident memory of every process now, in kibibytes.
func (w *watcher) rss() map[string]int {
	kb := map[string]int{}
	for name, pid := range w.pids {
		kb[name] = rssOf(pid)
	}
	return kb
}

// begin forgets peaks and starts counting CPU time.
func (w *watcher) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.peak, w.cpuStart = w.rss(), map[string]float64{"driver": cpuOf(os.Getpid())}
	for name, pid := range w.pids {
		w.cpuStart[name] = cpuOf(pid)
	}
}

// end answers the usage since begin, the driver's own included.
func (w *watcher) end() map[string]usage {
	w.mu.Lock()
	defer w.mu.Unlock()
	own := os.Getpid()
	used := map[string]usage{"driver": {rssOf(own), cpuOf(own) - w.cpuStart["driver"]}}
	for name, pid := range w.pids {
		used[name] = usage{max(w.peak[name], rssOf(pid)), cpuOf(pid) - w.cpuStart[name]}
	}
	return used
}

func rssOf(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, line, _ := bytes.Cut(status, []byte("VmRSS:"))
	fields := bytes.Fields(line)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.Atoi(string(fields[0]))
	return kb
}

// cpuOf adds user and system time, in seconds.
func cpuOf(pid int) float64 {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name may contain spaces: fields are counted from behind it.
	_, after, _ := bytes.Cut(stat, []byte(") "))
	fields := bytes.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(string(fields[11]))
	system, _ := strconv.Atoi(string(fields[12]))
	return float64(user+system) / ticksPerSecond
}
