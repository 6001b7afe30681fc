package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Every event carries a marker inside its data, and that is all the receiving side reads:
//
//	~LLLL.NNNNNNNN.TTTTTTTTTTTTTTTTTTT~
//
// load, number of the event within the load, time of publishing in nanoseconds since 1970. JSON leaves it
// as it is, and nothing else in a payload contains a tilde.
const (
	markerByte = '~'
	markerRest = 4 + 1 + 8 + 1 + 19 + 1
	eventsMax  = 100_000_000
	eventBytes = 300
)

// event is one thing to publish. Its size on the wire to a client is about eventBytes.
type event struct {
	load, number int
	at           time.Time
	service      string
	entity       string
}

func (e event) marker() string {
	return fmt.Sprintf("~%04d.%08d.%019d~", e.load, e.number, e.at.UnixNano())
}

var processStart = strconv.FormatInt(time.Now().UnixNano(), 36)

// id is unique over all runs, since JetStream deduplicates by it.
func (e event) id() string {
	return fmt.Sprintf("b%s-%d-%d", processStart, e.load, e.number)
}

// published is the payload as another service would publish it: the subject says the rest.
func (e event) published() []byte {
	shown := len(e.clientForm(""))
	return fmt.Appendf(nil, `{"id":"%s","at":"%s","version":%d,"data":%s}`,
		e.id(), e.at.UTC().Format(time.RFC3339Nano), e.number+1, e.data(eventBytes-shown))
}

// shown is the event as a client gets to see it, for servers that pass on what they are given.
func (e event) shown() []byte {
	padding := eventBytes - len(e.clientForm(""))
	return []byte(e.clientForm(strings.Repeat("x", max(padding, 0))))
}

func (e event) clientForm(padding string) string {
	return fmt.Sprintf(
		`{"id":"%s","entity":"%s","action":"updated","propertyId":1,"version":%d,"at":"%s","data":{"marker":"%s","text":"%s"}}`,
		e.id(), e.entity, e.number+1, e.at.UTC().Format(time.RFC3339Nano), e.marker(), padding)
}

func (e event) data(padding int) string {
	return fmt.Sprintf(`{"marker":"%s","text":"%s"}`, e.marker(), strings.Repeat("x", max(padding, 0)))
}

// mark is what a receiver reads of an event.
type mark struct {
	load, number int
	publishedNs  int64
}

// nextMark finds the first marker in a payload and answers what follows it; ok is false where there is none.
func nextMark(payload []byte) (found mark, rest []byte, ok bool) {
	for {
		start := bytes.IndexByte(payload, markerByte)
		if start < 0 || len(payload)-start-1 < markerRest {
			return mark{}, nil, false
		}
		payload = payload[start+1:]
		if payload[markerRest-1] != markerByte {
			continue
		}
		found = mark{
			load:        int(digits(payload[:4])),
			number:      int(digits(payload[5:13])),
			publishedNs: digits(payload[14:33]),
		}
		return found, payload[markerRest:], true
	}
}

func digits(text []byte) int64 {
	var value int64
	for _, digit := range text {
		value = value*10 + int64(digit-'0')
	}
	return value
}

// numberAfter reads the number behind the last `key` of a payload, as `"seq":` in `..."seq":17,...`.
func numberAfter(payload []byte, key string) (value uint64, ok bool) {
	at := bytes.LastIndex(payload, []byte(key))
	if at < 0 {
		return 0, false
	}
	for _, digit := range payload[at+len(key):] {
		if digit < '0' || digit > '9' {
			break
		}
		value, ok = value*10+uint64(digit-'0'), true
	}
	return value, ok
}

// textAfter reads the string behind the first `key`, which ends with its opening quote.
func textAfter(payload []byte, key string) string {
	at := bytes.Index(payload, []byte(key))
	if at < 0 {
		return ""
	}
	value := payload[at+len(key):]
	if end := bytes.IndexByte(value, '"'); end >= 0 {
		return string(value[:end])
	}
	return ""
}
