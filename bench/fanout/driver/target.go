package main

import (
	"bytes"
	"fmt"
	"net/http"
)

// target is how one kind of server is spoken to. All of it but `position` happens once a socket.
type target interface {
	upgrade(s *socket) (path string, header http.Header)
	// hello is the first frame; it resumes where the socket has been subscribed before.
	hello(s *socket) []byte
	// control reads a frame that holds no event (or the answer to hello, which may).
	control(s *socket, payload []byte) (reply []byte, subscribed bool)
	// position notes where a frame leaves the socket in the stream; a ping that came with events is answered.
	position(s *socket, payload []byte) (reply []byte)
}

func newTarget(name, secret string) (target, error) {
	switch name {
	case "bare":
		return bare{}, nil
	case "centrifuge":
		return centrifuge{}, nil
	case "innstream":
		return innstream{secret: secret}, nil
	}
	return nil, fmt.Errorf("Cannot drive target %q: want bare, centrifuge or innstream", name)
}

// bare sends an ack when it has put the socket into its set, and then events only.
type bare struct{}

func (bare) upgrade(*socket) (string, http.Header)      { return "/", nil }
func (bare) hello(*socket) []byte                       { return nil }
func (bare) control(_ *socket, _ []byte) ([]byte, bool) { return nil, true }
func (bare) position(*socket, []byte) []byte            { return nil }

// centrifuge speaks its JSON protocol: commands with ids, replies and pushes one a line.
type centrifuge struct{}

const subscribeID = 2

func (centrifuge) upgrade(*socket) (string, http.Header) { return "/connection/websocket", nil }

func (centrifuge) hello(s *socket) []byte {
	recover := ""
	if s.epoch != "" {
		recover = fmt.Sprintf(`,"recover":true,"offset":%d,"epoch":"%s"`, s.position, s.epoch)
	}
	return fmt.Appendf(nil,
		`{"id":1,"connect":{}}`+"\n"+`{"id":%d,"subscribe":{"channel":"org:1","positioned":true,"recoverable":true%s}}`,
		subscribeID, recover)
}

func (c centrifuge) control(s *socket, payload []byte) ([]byte, bool) {
	if bytes.Contains(payload, []byte(`"error":`)) || bytes.Contains(payload, []byte(`"disconnect":`)) {
		s.reason = string(payload[:min(len(payload), 200)])
	}
	if !bytes.Contains(payload, fmt.Appendf(nil, `{"id":%d,"subscribe":`, subscribeID)) {
		return nil, false
	}
	s.epoch = textAfter(payload, `"epoch":"`)
	return nil, true
}

// A line "{}" is its ping, and its pong. It may stand alone or among the lines of events.
var ping = []byte("{}")

func (centrifuge) position(s *socket, payload []byte) []byte {
	if offset, ok := numberAfter(payload, `"offset":`); ok {
		s.position = offset
	}
	if bytes.HasPrefix(payload, ping) || bytes.HasSuffix(payload, ping) || bytes.Contains(payload, []byte("\n{}\n")) {
		return ping
	}
	return nil
}

// innstream is the product: a token for a person of an organisation, then the realtime handshake.
type innstream struct{ secret string }

func (t innstream) upgrade(s *socket) (string, http.Header) {
	return "/v2/realtime/stream", bearer(token(t.secret, fmt.Sprintf("u%d", s.index), s.org+1))
}

func (innstream) hello(s *socket) []byte {
	resume := ""
	if s.epoch != "" {
		resume = fmt.Sprintf(`,"lastSeq":%d,"epoch":"%s"`, s.position, s.epoch)
	}
	return fmt.Appendf(nil, `{"services":["tasks","staff"],"version":1,"filters":{"propertyId":1}%s}`, resume)
}

func (innstream) control(s *socket, payload []byte) ([]byte, bool) {
	switch {
	case bytes.Contains(payload, []byte(`"type":"ack"`)):
		s.epoch = textAfter(payload, `"epoch":"`)
		return nil, true
	case bytes.Contains(payload, []byte(`"type":"error"`)), bytes.Contains(payload, []byte(`"type":"reset"`)):
		s.reason = string(payload[:min(len(payload), 200)])
	}
	return nil, false
}

// position reads the last `"seq":`, which stands behind the events; `prevSeq` ends differently.
func (innstream) position(s *socket, payload []byte) []byte {
	tail := payload[max(0, len(payload)-64):]
	seq, ok := numberAfter(tail, `"seq":`)
	if !ok {
		seq, ok = numberAfter(payload, `"seq":`)
	}
	if ok && seq > s.position {
		s.position = seq
	}
	return nil
}
