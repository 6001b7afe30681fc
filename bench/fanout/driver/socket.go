//go:build linux

package main

import (
	"encoding/binary"
	"errors"
	"syscall"

	"github.com/gobwas/ws"
)

const frameBytesMax = 8 << 20

// socket is one subscriber. It belongs to whoever dials it until it is handed to the loop, then to the loop.
type socket struct {
	index int
	// 0-based organisation; the wire says org + 1.
	org int
	fd  int
	// The beginning of a frame whose end has not arrived.
	partial []byte

	subscribed bool
	closed     bool
	// Where to resume from, as the target words it.
	position uint64
	epoch    string
	// What the last close frame or error said.
	reason string
}

var errFrame = errors.New("Cannot read a frame from the server: it is masked or too long")

// frame cuts the first WebSocket frame off data. The client of a load test has to cost as little as it
// can, since it shares the cores with the server: frames are cut where they lie, no reader, no copy.
// size is 0 while the frame is not complete.
func frame(data []byte) (op ws.OpCode, payload []byte, size int, err error) {
	if len(data) < 2 {
		return 0, nil, 0, nil
	}
	head, length := 2, uint64(data[1])
	switch {
	case length > 127:
		return 0, nil, 0, errFrame
	case length == 126:
		if head = 4; len(data) < head {
			return 0, nil, 0, nil
		}
		length = uint64(binary.BigEndian.Uint16(data[2:]))
	case length == 127:
		if head = 10; len(data) < head {
			return 0, nil, 0, nil
		}
		length = binary.BigEndian.Uint64(data[2:])
	}
	if length > frameBytesMax {
		return 0, nil, 0, errFrame
	}
	if size = head + int(length); len(data) < size {
		return 0, nil, 0, nil
	}
	return ws.OpCode(data[0] & 0x0f), data[head:size], size, nil
}

// masked builds a client frame.
func masked(op ws.OpCode, payload []byte) []byte {
	return ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, true, payload)))
}

// send writes a small frame. The kernel's buffer is empty in this direction, so it is taken whole.
func (s *socket) send(op ws.OpCode, payload []byte) {
	bytes := masked(op, payload)
	if n, err := syscall.Write(s.fd, bytes); err != nil || n != len(bytes) {
		s.closed = true
	}
}

// cut ends the connection with a reset, as a lost network would look to the server in the end.
func (s *socket) cut() {
	if s.fd < 0 {
		return
	}
	_ = syscall.SetsockoptLinger(s.fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1, Linger: 0})
	_ = syscall.Close(s.fd)
	s.fd, s.subscribed, s.partial = -1, false, s.partial[:0]
}
