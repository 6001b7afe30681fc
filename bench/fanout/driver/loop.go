//go:build linux

package main

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/gobwas/ws"
)

const (
	readBytes   = 1 << 20
	epollEvents = 1024
	wakeIndex   = -1
)

// loop reads all sockets on one thread with one buffer: no goroutine switches, no locks around counters,
// and the same cost for every target.
type loop struct {
	target  target
	epoll   int
	wake    [2]int
	sockets []*socket
	buffer  []byte
	tally   *tally

	subscribed int
	// Called when a socket has its answer to the handshake, and after each of its frames while not nil.
	onSubscribed func(*socket)
	onFrame      func(*socket, int64)
	// How sockets ended that the driver did not cut, by reason.
	ends map[string]int

	mu    sync.Mutex
	tasks []func()
}

func newLoop(target target, sockets int) (*loop, error) {
	l := &loop{target: target, sockets: make([]*socket, sockets), buffer: make([]byte, readBytes), ends: map[string]int{}}
	var err error
	if l.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	if err = syscall.Pipe2(l.wake[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC); err != nil {
		return nil, err
	}
	if err = l.watch(l.wake[0], wakeIndex); err != nil {
		return nil, err
	}
	go l.run()
	return l, nil
}

func (l *loop) watch(fd, index int) error {
	return syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(index)})
}

// do runs a function on the loop's thread and waits for it.
func (l *loop) do(task func()) {
	done := make(chan struct{})
	l.mu.Lock()
	l.tasks = append(l.tasks, func() { task(); close(done) })
	l.mu.Unlock()
	_, _ = syscall.Write(l.wake[1], []byte{0})
	<-done
}

func (l *loop) run() {
	runtime.LockOSThread()
	events := make([]syscall.EpollEvent, epollEvents)
	for {
		count, err := syscall.EpollWait(l.epoll, events, -1)
		if err != nil && err != syscall.EINTR {
			panic(err)
		}
		for _, event := range events[:max(count, 0)] {
			if event.Fd == wakeIndex {
				l.runTasks()
			} else if s := l.sockets[event.Fd]; s != nil && s.fd >= 0 {
				l.read(s)
			}
		}
	}
}

func (l *loop) runTasks() {
	_, _ = syscall.Read(l.wake[0], l.buffer[:64])
	l.mu.Lock()
	tasks := l.tasks
	l.tasks = nil
	l.mu.Unlock()
	for _, task := range tasks {
		task()
	}
}

// add takes a socket whose handshake is sent. `early` is what the dialer had read too much.
func (l *loop) add(s *socket, early []byte) {
	l.do(func() {
		l.sockets[s.index] = s
		s.partial = append(s.partial, early...)
		if err := l.watch(s.fd, s.index); err != nil {
			l.end(s, err.Error())
			return
		}
		if len(early) > 0 {
			l.frames(s, append([]byte(nil), s.partial...))
		}
	})
}

func (l *loop) read(s *socket) {
	kept := copy(l.buffer, s.partial)
	count, err := syscall.Read(s.fd, l.buffer[kept:])
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return
	}
	if err != nil || count <= 0 {
		l.end(s, endReason(s, err))
		return
	}
	l.frames(s, l.buffer[:kept+count])
}

func endReason(s *socket, err error) string {
	switch {
	case s.reason != "":
		return s.reason
	case err != nil:
		return err.Error()
	}
	return "end of stream"
}

func (l *loop) frames(s *socket, data []byte) {
	now := time.Now().UnixNano()
	for {
		op, payload, size, err := frame(data)
		if err != nil {
			l.end(s, err.Error())
			return
		}
		if size == 0 {
			break
		}
		l.handle(s, op, payload, now)
		data = data[size:]
	}
	s.partial = append(s.partial[:0], data...)
	// A long frame must fit behind what is kept of it.
	if len(s.partial)+readBytes/2 > len(l.buffer) {
		l.buffer = make([]byte, 2*len(l.buffer))
	}
	if s.closed {
		l.end(s, endReason(s, nil))
	}
}

func (l *loop) handle(s *socket, op ws.OpCode, payload []byte, now int64) {
	switch op {
	case ws.OpPing:
		s.send(ws.OpPong, payload)
	case ws.OpClose:
		s.reason = "close"
		if len(payload) >= 2 {
			s.reason = fmt.Sprintf("close %d %s", binary.BigEndian.Uint16(payload), payload[2:])
		}
		s.closed = true
	case ws.OpText, ws.OpBinary:
		held := l.tally != nil && l.tally.receive(s, payload, now)
		if !held || !s.subscribed {
			l.control(s, payload)
		}
		if reply := l.target.position(s, payload); reply != nil {
			s.send(ws.OpText, reply)
		}
		if l.onFrame != nil {
			l.onFrame(s, now)
		}
	}
}

func (l *loop) control(s *socket, payload []byte) {
	reply, subscribed := l.target.control(s, payload)
	if reply != nil {
		s.send(ws.OpText, reply)
	}
	if subscribed && !s.subscribed {
		s.subscribed = true
		l.subscribed++
		if l.onSubscribed != nil {
			l.onSubscribed(s)
		}
	}
}

func (l *loop) end(s *socket, reason string) {
	if s.fd < 0 {
		return
	}
	if s.subscribed {
		l.subscribed--
	}
	s.cut()
	l.ends[reason]++
}

// cutAll ends every connection at once.
func (l *loop) cutAll() {
	for _, s := range l.sockets {
		if s != nil {
			s.cut()
		}
	}
	l.subscribed = 0
}
