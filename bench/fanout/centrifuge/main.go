// The yardstick: a fan-out server on the centrifuge library with its defaults, set up to promise the
// same as ours (history, recovery, positions). One channel, anonymous users.
//
// It prints "ready <http port> <control port>" once both listen. Every line that arrives on the control
// port is published as it is and answered with one "+": the driver's way in, so that publishing costs both
// sides next to nothing.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"github.com/centrifugal/centrifuge"
)

const (
	channel        = "org:1"
	historySize    = 500
	historyTTL     = 300 * time.Second
	batchDelay     = 50 * time.Millisecond
	lineBytesMax   = 64 * 1024
	shutdownBudget = 3 * time.Second
)

func main() {
	batched := flag.Bool("batched", false, "write delay 50 ms and no limit of messages a frame, instead of the defaults")
	flag.Parse()
	if err := run(*batched); err != nil {
		log.Fatal(err)
	}
}

func run(batched bool) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	node, err := newNode(batched)
	if err != nil {
		return err
	}
	web, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(web) }()
	go acceptControl(control, node)

	fmt.Println("ready", port(web), port(control))
	<-ctx.Done()
	budget, cancel := context.WithTimeout(context.Background(), shutdownBudget)
	defer cancel()
	return errors.Join(server.Close(), control.Close(), node.Shutdown(budget))
}

func newNode(batched bool) (*centrifuge.Node, error) {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		return nil, err
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		reply := centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{UserID: ""}}
		if batched {
			reply.WriteDelay = batchDelay
			reply.MaxMessagesInFrame = -1
		}
		return reply, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnSubscribe(func(_ centrifuge.SubscribeEvent, done centrifuge.SubscribeCallback) {
			options := centrifuge.SubscribeOptions{EnablePositioning: true, EnableRecovery: true}
			done(centrifuge.SubscribeReply{Options: options}, nil)
		})
	})
	return node, node.Run()
}

func acceptControl(control net.Listener, node *centrifuge.Node) {
	for {
		conn, err := control.Accept()
		if err != nil {
			return
		}
		go publishLines(conn, node)
	}
}

func publishLines(conn io.ReadWriteCloser, node *centrifuge.Node) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	lines.Buffer(make([]byte, lineBytesMax), lineBytesMax)
	for lines.Scan() {
		// The history keeps the bytes, the scanner reuses them.
		event := append([]byte(nil), lines.Bytes()...)
		if _, err := node.Publish(channel, event, centrifuge.WithHistory(historySize, historyTTL)); err != nil {
			log.Fatalf("Cannot publish an event of %d bytes: %v", len(event), err)
		}
		if _, err := conn.Write([]byte{'+'}); err != nil {
			return
		}
	}
}

func port(listener net.Listener) int {
	return listener.Addr().(*net.TCPAddr).Port
}
