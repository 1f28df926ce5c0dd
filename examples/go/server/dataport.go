package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"upper/wire"
)

// work is where your code goes; each message has its own goroutine.
func work(payload string) (string, error) { return strings.ToUpper(payload), nil }

// serve is one data connection: a hello with our lease, then messages. They are worked on at once and answered in any order.
func (r *Registration) serve(conn *wire.Conn) {
	defer conn.Close()
	var mine sync.WaitGroup
	defer mine.Wait() // the peer has ended its side; its messages are still answered
	places := make(chan struct{}, 256)
	ours := false
	for {
		message, err := conn.Next()
		if err != nil {
			return
		}
		if message.Text("type") == "7" {
			if ours = r.isOurs(message.Text("lease")); !ours {
				// This address was another server's before: refuse what comes along, then close.
				_ = conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
			}
			continue
		}
		places <- struct{}{} // not more at once: who does not read the answers is not read from
		mine.Add(1)
		inHand.Add(1)
		go func(ours bool) {
			defer func() { <-places; mine.Done(); inHand.Done() }()
			conn.Send(answer(message, ours))
		}(ours)
	}
}

func (r *Registration) isOurs(lease string) bool {
	for i := 0; i < 100; i++ { // the hello may overtake the answer to our setup: they come on two connections
		if lease != "" && lease == r.lease.Load() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

func answer(message wire.Message, ours bool) any {
	_, hasClient := message["srcid"]
	if !ours || message.Text("privPoliId") != *wire.Policy {
		return wire.Refusal{MsgID: message["msgId"], Error: "This server does not serve this policy", Code: "NOT_SERVED", Retryable: true}
	}
	if message.Text("type") != "0" || !hasClient || !message.IsText("payload") {
		return wire.Refusal{MsgID: message["msgId"], Error: "A message has type 0, srcid and payload", Code: "BAD_MESSAGE"}
	}
	payload, err := work(message.Text("payload"))
	if err != nil { // costs only this message; it may have been handled in part, so it is not retryable
		fmt.Fprintln(os.Stderr, "a message failed:", err)
		return wire.Refusal{MsgID: message["msgId"], Error: "The server failed", Code: "SERVER_FAILED"}
	}
	return wire.Ack{MsgID: message["msgId"], Type: 2, SrcID: *id, DestID: message["srcid"], Size: utf8.RuneCountInString(payload), Payload: payload}
}
