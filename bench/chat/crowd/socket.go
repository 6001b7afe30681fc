package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

const (
	dialTimeout = 10 * time.Second
	// Larger frames than this are no answer of a chat server.
	frameBytesMax = 8 << 20
	readBuffer    = 16 << 10

	opText  = 1
	opClose = 8
	opPing  = 9
	opPong  = 10
)

// socket is one end of a WebSocket, as cheap as it can be: text frames that are not split, a mask of zeros.
type socket struct {
	conn   net.Conn
	reader *bufio.Reader
	buffer []byte

	write  sync.Mutex
	header [14]byte
}

func dial(addr, path string) (*socket, error) {
	conn, err := net.DialTimeout("tcp", addr, dialTimeout)
	if err != nil {
		return nil, err
	}
	request := "GET " + path + " HTTP/1.1\r\nHost: " + addr + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
	if _, err := io.WriteString(conn, request); err != nil {
		return nil, err
	}
	s := &socket{conn: conn, reader: bufio.NewReaderSize(conn, readBuffer)}
	status, err := s.reader.ReadString('\n')
	if err != nil {
		return nil, err
	}
	if !strings.Contains(status, " 101 ") {
		conn.Close()
		return nil, fmt.Errorf("no upgrade: %s", strings.TrimSpace(status))
	}
	for {
		line, err := s.reader.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(line) == "" {
			return s, nil
		}
	}
}

// send writes one text frame.
func (s *socket) send(text []byte) error { return s.frame(opText, text) }

// close says that it goes, and goes.
func (s *socket) close() {
	s.frame(opClose, []byte{0x03, 0xe8})
	s.conn.Close()
}

func (s *socket) frame(opcode byte, payload []byte) error {
	s.write.Lock()
	defer s.write.Unlock()
	head := append(s.header[:0], 0x80|opcode)
	switch n := len(payload); {
	case n < 126:
		head = append(head, 0x80|byte(n))
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, 0x80|126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 0x80|127), uint64(n))
	}
	head = append(head, 0, 0, 0, 0)
	buffers := net.Buffers{head, payload}
	_, err := buffers.WriteTo(s.conn)
	return err
}

// next reads the next text frame; what it answers holds until it is called again.
func (s *socket) next() ([]byte, error) {
	for {
		opcode, payload, err := s.read()
		if err != nil {
			return nil, err
		}
		switch opcode {
		case opText:
			return payload, nil
		case opPing:
			s.frame(opPong, payload)
		case opClose:
			if len(payload) >= 2 {
				return nil, fmt.Errorf("closed with %d %s", binary.BigEndian.Uint16(payload), payload[2:])
			}
			return nil, errors.New("closed")
		}
	}
}

func (s *socket) read() (byte, []byte, error) {
	first, err := s.reader.ReadByte()
	if err != nil {
		return 0, nil, err
	}
	second, err := s.reader.ReadByte()
	if err != nil {
		return 0, nil, err
	}
	if first&0x80 == 0 {
		return 0, nil, errors.New("a frame in pieces")
	}
	length := uint64(second & 0x7f)
	var long [8]byte
	switch length {
	case 126:
		if _, err := io.ReadFull(s.reader, long[:2]); err != nil {
			return 0, nil, err
		}
		length = uint64(binary.BigEndian.Uint16(long[:2]))
	case 127:
		if _, err := io.ReadFull(s.reader, long[:]); err != nil {
			return 0, nil, err
		}
		length = binary.BigEndian.Uint64(long[:])
	}
	if length > frameBytesMax {
		return 0, nil, fmt.Errorf("a frame of %d bytes", length)
	}
	if uint64(cap(s.buffer)) < length {
		s.buffer = make([]byte, length)
	}
	payload := s.buffer[:length]
	_, err = io.ReadFull(s.reader, payload)
	return first & 0x0f, payload, err
}
