package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// How long somebody takes to read what came, at most.
const readWithin = time.Second

// reading is one receipt that a person sent.
type reading struct {
	upTo int64
	at   time.Time
}

// member is somebody in the room, with their connection. What has no lock belongs to its reader.
type member struct {
	person
	run *run
	// Place among those who talk; -1 who comes and goes.
	at     int
	socket *socket

	got       []bool
	doubled   int
	message   []float64
	frames    map[string]int
	bytes     map[string]int64
	errors    map[string]int
	joined    chan struct{}
	asked     time.Time
	tookMs    float64
	end       string
	isLeaving bool

	lock sync.Mutex
	// What was said up to here is being read.
	upTo int64
	// What this person said last.
	spoke     int64
	isTurning bool
	readings  []reading
	acked     []float64
	sent      map[int]time.Time

	// Of those who look closely: how far everybody's receipts have come, and who is there.
	looks   bool
	next    []int
	receipt []float64
	known   map[string]bool
}

// connect joins the room; what comes in is read until the socket ends.
func (m *member) connect() error {
	s, err := dial(m.run.Addr, m.run.wire.path(m.Token))
	if err != nil {
		return err
	}
	m.socket = s
	greeting := m.run.wire.greeting(m.run.RoomID, m.UserID, m.Token)
	for n, text := range greeting {
		m.asked = time.Now()
		if text != "" {
			if err := s.send([]byte(text)); err != nil {
				return err
			}
		}
		if n < len(greeting)-1 {
			if _, err := s.next(); err != nil {
				return err
			}
		}
	}
	go m.read()
	select {
	case <-m.joined:
		return nil
	case <-time.After(dialTimeout):
		return fmt.Errorf("%s was not let in after %s", m.UserID, dialTimeout)
	}
}

func (m *member) read() {
	for {
		frame, err := m.socket.next()
		if err != nil {
			m.end = err.Error()
			m.run.ended(m)
			return
		}
		now := time.Now()
		kind, body, reply := m.run.wire.read(frame)
		if reply != nil {
			m.socket.send(reply)
		}
		if m.run.counts.Load() {
			m.frames[kind]++
			m.bytes[kind] += int64(len(frame))
		}
		m.take(kind, body, now)
	}
}

func (m *member) take(kind string, body []byte, now time.Time) {
	switch kind {
	case "joined":
		m.tookMs = float64(now.Sub(m.asked).Nanoseconds()) / 1e6
		m.look(body)
		close(m.joined)
	case "chat":
		m.takeMessage(body, now)
	case "ack":
		m.takeAck(body, now)
	case "typing":
		if m.at >= 0 {
			m.run.typing.look(m.at, body, now)
		}
	case "presence":
		if m.at >= 0 {
			m.run.presence.look(m.at, body, now)
		}
		m.look(body)
	case "read":
		if m.looks {
			m.takeReceipts(body, now)
		}
	case "error":
		m.errors[string(body)]++
	}
}

func (m *member) takeMessage(body []byte, now time.Time) {
	number, ok := numberOf(body)
	seq := fieldOf(body, `"seq":`)
	if !ok || seq < 0 {
		m.errors["a message that nobody sent: "+string(body)]++
		return
	}
	if m.at < 0 {
		return
	}
	if m.got[number] {
		m.doubled++
		return
	}
	m.got[number] = true
	sender, at := m.run.sentBy(number)
	if sender == m.at {
		m.lock.Lock()
		m.spoke = max(m.spoke, seq)
		m.lock.Unlock()
		return
	}
	if m.looks {
		m.pass(m.run.members[sender], seq)
	}
	m.message = append(m.message, float64(now.Sub(at).Nanoseconds())/1e6)
	m.run.arrived.Add(1)
	if m.at < m.run.Readers {
		m.readSoon(seq)
	}
}

// readSoon tells, a moment later, that everything up to then has been read.
func (m *member) readSoon(seq int64) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.upTo = max(m.upTo, seq)
	if m.isTurning {
		return
	}
	m.isTurning = true
	time.AfterFunc(time.Duration(rand.Int64N(int64(readWithin))), func() {
		m.lock.Lock()
		m.isTurning = false
		upTo := m.upTo
		if upTo <= m.spoke {
			m.lock.Unlock()
			return
		}
		m.readings = append(m.readings, reading{upTo, time.Now()})
		m.lock.Unlock()
		m.tell("read", `"upTo":`+strconv.FormatInt(upTo, 10))
	})
}

func (m *member) takeAck(body []byte, now time.Time) {
	number, ok := numberOf(body)
	if !ok {
		return
	}
	_, at := m.run.sentBy(number)
	m.lock.Lock()
	m.acked = append(m.acked, float64(now.Sub(at).Nanoseconds())/1e6)
	m.lock.Unlock()
}

func (m *member) takeReceipts(body []byte, now time.Time) {
	var frame struct {
		Receipts map[string]int64 `json:"receipts"`
	}
	if err := json.Unmarshal(body, &frame); err != nil {
		m.errors["receipts that cannot be read: "+err.Error()]++
		return
	}
	for user, seq := range frame.Receipts {
		reader := m.run.byUser[user]
		if reader == nil || reader.at < 0 || reader == m {
			continue
		}
		reader.lock.Lock()
		for m.next[reader.at] < len(reader.readings) && reader.readings[m.next[reader.at]].upTo <= seq {
			since := now.Sub(reader.readings[m.next[reader.at]].at)
			m.receipt = append(m.receipt, float64(since.Nanoseconds())/1e6)
			m.next[reader.at]++
		}
		reader.lock.Unlock()
	}
}

// pass gives up waiting for receipts of somebody who has spoken since: who speaks has read what was said before.
func (m *member) pass(speaker *member, seq int64) {
	speaker.lock.Lock()
	defer speaker.lock.Unlock()
	for m.next[speaker.at] < len(speaker.readings) && speaker.readings[m.next[speaker.at]].upTo <= seq {
		m.next[speaker.at]++
	}
}

// look learns who is there.
func (m *member) look(body []byte) {
	if !m.looks || m.run.known.Load() {
		return
	}
	var frame struct {
		Online []struct {
			UserID string `json:"userId"`
		} `json:"online"`
		Users map[string]string `json:"users"`
	}
	if err := json.Unmarshal(body, &frame); err != nil {
		m.errors["presence that cannot be read: "+err.Error()]++
		return
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	for _, one := range frame.Online {
		m.known[one.UserID] = true
	}
	for user, status := range frame.Users {
		if status == "online" {
			m.known[user] = true
		}
	}
}

func (m *member) knows(people int) bool {
	m.lock.Lock()
	defer m.lock.Unlock()
	return len(m.known) >= people
}

func (m *member) tell(kind, fields string) {
	if err := m.socket.send(m.run.wire.event(kind, m.run.RoomID, fields)); err != nil {
		m.run.failed("sending: " + err.Error())
	}
}

const marker = `"clientMsgId":"bench-`

// numberOf is the number of the message that a frame is about.
func numberOf(body []byte) (int, bool) {
	at := bytes.Index(body, []byte(marker))
	if at < 0 {
		return 0, false
	}
	number := digits(body[at+len(marker):])
	return int(number), number >= 0
}

func fieldOf(body []byte, name string) int64 {
	at := bytes.Index(body, []byte(name))
	if at < 0 {
		return -1
	}
	return digits(body[at+len(name):])
}

func digits(text []byte) int64 {
	value := int64(-1)
	for _, c := range text {
		if c < '0' || c > '9' {
			break
		}
		value = max(value, 0)*10 + int64(c-'0')
	}
	return value
}
