package main

import (
	"bytes"
	"fmt"
)

// wire is how a server is spoken to. Payloads are the same JSON for all; what stands around them is not.
type wire interface {
	path(token string) string
	// Frames to send once the socket is open; the server answers each but the last with one. "" only waits for one.
	greeting(room, user, token string) []string
	// event encodes one; fields are the inside of a JSON object.
	event(kind, room, fields string) []byte
	// kind of a frame, and its JSON; "" is what is only for the connection, answered by reply where it is not nil.
	read(frame []byte) (kind string, body []byte, reply []byte)
}

type innstream struct{}

func (innstream) path(token string) string { return "/v2/collaboration/chat/stream?token=" + token }

func (innstream) greeting(room, user, _ string) []string {
	return []string{fmt.Sprintf(`{"roomId":%q,"userId":%q}`, room, user)}
}

func (innstream) event(kind, room, fields string) []byte {
	return []byte(`{"type":"` + kind + `","roomId":"` + room + `",` + fields + `}`)
}

func (innstream) read(frame []byte) (string, []byte, []byte) {
	const head = `{"type":"`
	if !bytes.HasPrefix(frame, []byte(head)) {
		return "unknown", frame, nil
	}
	end := bytes.IndexByte(frame[len(head):], '"')
	if end < 0 {
		return "unknown", frame, nil
	}
	return string(frame[len(head) : len(head)+end]), frame, nil
}

// socketIO speaks Engine.IO 4 and Socket.IO 5 over a WebSocket, as socket.io-client does.
type socketIO struct{}

func (socketIO) path(string) string { return "/socket.io/?EIO=4&transport=websocket" }

func (socketIO) greeting(room, _, token string) []string {
	return []string{
		"",
		`40{"token":"` + token + `"}`,
		`42["join",{"roomId":"` + room + `"}]`,
	}
}

func (socketIO) event(kind, room, fields string) []byte {
	// A message is acknowledged: the number before the event asks for it.
	id := ""
	if kind == "chat" {
		id = "0"
	}
	return []byte("42" + id + `["` + kind + `",{"roomId":"` + room + `",` + fields + "}]")
}

func (socketIO) read(frame []byte) (string, []byte, []byte) {
	switch {
	case len(frame) == 1 && frame[0] == '2':
		return "", nil, []byte("3")
	case bytes.HasPrefix(frame, []byte("430[")):
		return "ack", frame[4 : len(frame)-1], nil
	case !bytes.HasPrefix(frame, []byte(`42["`)):
		return "", nil, nil
	}
	rest := frame[4:]
	end := bytes.IndexByte(rest, '"')
	if end < 0 || end+2 > len(rest)-1 {
		return "unknown", frame, nil
	}
	body := rest[end+2:]
	// After the object, connection state recovery adds the offset of the packet.
	if at := bytes.LastIndexByte(body, '}'); at >= 0 {
		body = body[:at+1]
	}
	return string(rest[:end]), body, nil
}
