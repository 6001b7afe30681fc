package main

import (
	"encoding/json"
	"io"
	"time"
)

// orders say what to do; one JSON object on standard input.
type orders struct {
	// "innstream" or "socketio".
	Target string `json:"target"`
	Addr   string `json:"addr"`
	RoomID string `json:"roomId"`
	// Those who talk, and those who come and go meanwhile.
	People []person `json:"people"`
	Movers []person `json:"movers"`
	// Joins a second.
	JoinRate float64 `json:"joinRate"`
	Seconds  float64 `json:"seconds"`
	// Messages, and people who begin to type, a second.
	MessageRate float64 `json:"messageRate"`
	TypingRate  float64 `json:"typingRate"`
	// So many of the people tell what they have read.
	Readers int `json:"readers"`
	// How long to wait for what is late.
	DrainSeconds float64 `json:"drainSeconds"`
}

type person struct {
	UserID string `json:"userId"`
	Token  string `json:"token"`
}

func readOrders(from io.Reader) (orders, error) {
	var o orders
	err := json.NewDecoder(from).Decode(&o)
	return o, err
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// quantiles in milliseconds.
type quantiles struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// phase is a line of output: where the run is.
type phase struct {
	Phase string `json:"phase"`
}

// report is the last line of output.
type report struct {
	Joined      quantiles `json:"joined"`
	JoinSeconds float64   `json:"joinSeconds"`
	// From the last one joined until everybody who looks knows everybody.
	KnownMs float64 `json:"knownMs"`

	Sent     int       `json:"sent"`
	Acked    quantiles `json:"acked"`
	Message  quantiles `json:"message"`
	Typing   quantiles `json:"typing"`
	Receipt  quantiles `json:"receipt"`
	Rejoined quantiles `json:"rejoined"`
	// Until the last of all has seen it, by step.
	Presence map[string]quantiles `json:"presence"`

	Expected int `json:"expected"`
	// Messages that were not there when the time was over.
	Lost    int `json:"lost"`
	Doubled int `json:"doubled"`
	// Receipts, typists and presence that were not there when the time was over.
	ReceiptsOpen int `json:"receiptsOpen"`
	TypingOpen   int `json:"typingOpen"`
	PresenceOpen int `json:"presenceOpen"`
	// What was left to come when the talk ended took so long.
	DrainSeconds float64 `json:"drainSeconds"`

	// What came in while it was talked, by kind.
	Frames map[string]int   `json:"frames"`
	Bytes  map[string]int64 `json:"bytes"`
	Errors map[string]int   `json:"errors"`
	Ends   map[string]int   `json:"ends"`
}
