package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	lineBufferBytes = 64 * 1024
	// Publishes under way that JetStream has not acknowledged.
	acksPendingMax = 500
	stallTimeout   = 20 * time.Second
)

// publisher is the way events get into a target. publish may keep an event until flush.
type publisher interface {
	publish(e event, org int) error
	flush() error
	// accepted waits until the target has taken everything published so far: JetStream's acknowledgement,
	// or the answer of the control port.
	accepted() error
	// failed counts events that the target refused after publish had returned.
	failed() int64
	close()
}

var errNotAccepted = errors.New("Cannot go on: the target did not accept an event in time")

// linePublisher writes one event a line to a control port, which answers each with one byte.
type linePublisher struct {
	conn     net.Conn
	out      *bufio.Writer
	sent     int
	answered int
	answers  []byte
}

func newLinePublisher(addr string) (publisher, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("Cannot reach the control port: %w", err)
	}
	out := bufio.NewWriterSize(conn, lineBufferBytes)
	return &linePublisher{conn: conn, out: out, answers: make([]byte, lineBufferBytes)}, nil
}

func (p *linePublisher) publish(e event, _ int) error {
	p.sent++
	_, err := p.out.Write(append(e.shown(), '\n'))
	return err
}

func (p *linePublisher) accepted() error {
	if err := p.out.Flush(); err != nil {
		return err
	}
	_ = p.conn.SetReadDeadline(time.Now().Add(stallTimeout))
	for p.answered < p.sent {
		count, err := p.conn.Read(p.answers)
		if err != nil {
			return errNotAccepted
		}
		p.answered += count
	}
	return nil
}

func (p *linePublisher) flush() error  { return p.out.Flush() }
func (p *linePublisher) failed() int64 { return 0 }
func (p *linePublisher) close()        { _ = p.conn.Close() }

// natsPublisher publishes into JetStream as any other service would.
type natsPublisher struct {
	conn   *nats.Conn
	stream jetstream.JetStream
	errors atomic.Int64
}

func newNatsPublisher(url string) (publisher, error) {
	conn, err := nats.Connect(url)
	if err != nil {
		return nil, fmt.Errorf("Cannot connect to NATS at %s: %w", url, err)
	}
	p := &natsPublisher{conn: conn}
	p.stream, err = jetstream.New(conn,
		jetstream.WithPublishAsyncMaxPending(acksPendingMax),
		jetstream.WithPublishAsyncErrHandler(func(_ jetstream.JetStream, msg *nats.Msg, err error) {
			if p.errors.Add(1) == 1 {
				note("JetStream refused %s: %v", msg.Subject, err)
			}
		}))
	return p, err
}

func (p *natsPublisher) publish(e event, org int) error {
	msg := nats.NewMsg(fmt.Sprintf("evt.%d.1.%s.%s.updated", org+1, e.service, e.entity))
	msg.Data = e.published()
	_, err := p.stream.PublishMsgAsync(msg, jetstream.WithMsgID(e.id()), jetstream.WithStallWait(stallTimeout))
	return err
}

func (p *natsPublisher) accepted() error {
	select {
	case <-p.stream.PublishAsyncComplete():
		return nil
	case <-time.After(stallTimeout):
		return errNotAccepted
	}
}

// flush does not wait for the acknowledgements, only for the bytes to leave.
func (p *natsPublisher) flush() error  { return p.conn.Flush() }
func (p *natsPublisher) failed() int64 { return p.errors.Load() }
func (p *natsPublisher) close()        { p.conn.Close() }
