//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/gobwas/ws"
)

const (
	dialTimeout    = 30 * time.Second
	dialRetryPause = 100 * time.Millisecond
	dialTries      = 100
)

// dialAll connects every socket given, at most `parallel` at a time, and hands it to the loop.
func dialAll(l *loop, sockets []*socket, addr string, parallel int) error {
	queue := make(chan *socket)
	failed := make(chan error, parallel)
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for s := range queue {
				if err := dialPatiently(l, s, addr); err != nil {
					select {
					case failed <- err:
					default:
					}
				}
			}
		})
	}
	for _, s := range sockets {
		queue <- s
	}
	close(queue)
	workers.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func dialPatiently(l *loop, s *socket, addr string) (err error) {
	for range dialTries {
		if err = dial(l, s, addr); err == nil {
			return nil
		}
		time.Sleep(dialRetryPause)
	}
	return fmt.Errorf("Cannot connect socket %d in %d tries: %w", s.index, dialTries, err)
}

// dial uses gobwas/ws for the upgrade: it works on a connection of our own, which the loop can then poll
// itself. coder/websocket hides the connection behind a goroutine and a reader for every socket.
func dial(l *loop, s *socket, addr string) error {
	dialed, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(context.Background(), "tcp", addr)
	if err != nil {
		return err
	}
	defer dialed.Close()
	conn := dialed.(*net.TCPConn)
	_ = conn.SetDeadline(time.Now().Add(dialTimeout))
	path, header := l.target.upgrade(s)
	dialer := ws.Dialer{Header: ws.HandshakeHeaderHTTP(header)}
	reader, _, err := dialer.Upgrade(conn, &url.URL{Scheme: "ws", Host: addr, Path: path})
	if err != nil {
		return err
	}
	var early []byte
	if reader != nil {
		early, _ = reader.Peek(reader.Buffered())
		early = append([]byte(nil), early...)
		ws.PutReader(reader)
	}
	if hello := l.target.hello(s); hello != nil {
		if _, err = conn.Write(masked(ws.OpText, hello)); err != nil {
			return err
		}
	}
	s.closed, s.reason = false, ""
	if s.fd, err = duplicate(conn); err != nil {
		return err
	}
	l.add(s, early)
	return nil
}

// duplicate takes the descriptor out of Go's own poller.
func duplicate(conn *net.TCPConn) (fd int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return -1, err
	}
	controlErr := raw.Control(func(original uintptr) {
		fd, err = syscall.Dup(int(original))
	})
	if controlErr != nil {
		return -1, controlErr
	}
	return fd, err
}

// raiseFileLimit allows as many descriptors as the system lets this process have.
func raiseFileLimit() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		limit.Cur = limit.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
}

func bearer(token string) http.Header {
	return http.Header{"Authorization": []string{"Bearer " + token}}
}
