// Sends one message and prints the answer's payload. Ends with 0, or 1 refused, 2 wrong usage, 3 could not connect, 4 timed out.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
	"unicode/utf8"

	"upper/wire"
)

var (
	payload = flag.String("payload", "", "what to send")
	id      = flag.String("id", "1", "who sends it")
	timeout = flag.Duration("timeout", 10*time.Second, "how long to wait, such as 2s")
)

func end(exitCode int, sentence string, more ...any) {
	fmt.Fprintf(os.Stderr, sentence+"\n", more...)
	os.Exit(exitCode)
}

func main() {
	flag.Parse()
	if *wire.Policy == "" {
		end(2, "--policy is missing")
	}
	conn, err := wire.Dial(*timeout)
	if err != nil {
		end(3, "cannot connect to %s: %v", *wire.Proxy, err)
	}
	conn.Send(wire.Data{MsgID: 1, SrcID: *id, Policy: *wire.Policy, Size: utf8.RuneCountInString(*payload), Payload: *payload,
		Deadline: timeout.Milliseconds()})
	// Wait a second longer than the proxy: its TIMEOUT refusal says more than silence.
	_ = conn.SetReadDeadline(time.Now().Add(*timeout + time.Second))
	answer, err := answerTo("1", conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		end(4, "no answer in time; the message may have been handled: do not send it again unless that does no harm")
	}
	if err != nil {
		end(1, "the connection broke before the answer (%v); the message may have been handled", err)
	}
	if refused := answer.Err(); refused != nil {
		again, exitCode := "do not send it again as it is", 1
		if answer.Text("retryable") == "true" {
			again = "nothing was done with it, send it again later"
		}
		if answer.Text("code") == "TIMEOUT" {
			exitCode = 4
		}
		end(exitCode, "refused: %v: %s", refused, again)
	}
	fmt.Println(answer.Text("payload"))
}

// answerTo finds our answer: those with a msgId come as soon as they are ready, in any order. A refusal of an unreadable message has no msgId.
func answerTo(msgID string, conn *wire.Conn) (wire.Message, error) {
	for {
		message, err := conn.Next()
		_, named := message["msgId"]
		if err != nil || message.Text("msgId") == msgID || message.Err() != nil && !named {
			return message, err
		}
	}
}
