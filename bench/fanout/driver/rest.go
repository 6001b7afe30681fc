//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	requestTimeout  = 20 * time.Second
	requestsPending = 64
)

// rest writes tasks through the REST API at a rate, and follows each to the sockets.
func (b *bench) rest(name string, seconds float64) (result, error) {
	events := int(seconds * b.Rate)
	t := b.begin(events)
	b.loop.do(func() { t.keep = true })
	answered := make([]atomic.Int64, events)
	var response histogram
	var mu sync.Mutex
	var firstErr error

	client := &http.Client{Timeout: requestTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: requestsPending}}
	writer := token(b.Secret, "writer", 1)
	places := make(chan struct{}, requestsPending)
	var requests sync.WaitGroup
	started := time.Now()
	gap := time.Duration(float64(time.Second) / b.Rate)
	for i := range events {
		time.Sleep(time.Until(started.Add(time.Duration(i) * gap)))
		places <- struct{}{}
		e := event{load: t.load, number: i, at: time.Now()}
		t.published.Store(int64(i) + 1)
		requests.Go(func() {
			err := b.postTask(client, writer, e)
			now := time.Now()
			answered[i].Store(now.UnixNano())
			mu.Lock()
			response.add(now.Sub(e.at).Microseconds())
			if err != nil && firstErr == nil {
				firstErr = err
			}
			mu.Unlock()
			<-places
		})
	}
	requests.Wait()
	if firstErr != nil {
		return result{}, firstErr
	}
	r := b.finish(name, t, started)
	var fromResponse histogram
	for _, a := range t.arrivals {
		fromResponse.add((a.ns - answered[a.number].Load()) / 1000)
	}
	waited, answering := fromResponse.quantiles(), response.quantiles()
	r.FromResponse, r.Response = &waited, &answering
	return r, nil
}

func (b *bench) postTask(client *http.Client, writer string, e event) error {
	body := fmt.Appendf(nil, `{"propertyId":1,"title":"%s"}`, e.marker())
	request, err := http.NewRequest(http.MethodPost, "http://"+b.Addr+"/tasks/task", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header = bearer(writer)
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("Cannot create a task: %s %s", answer.Status, said)
	}
	return nil
}
