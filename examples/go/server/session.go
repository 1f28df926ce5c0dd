package main

import (
	"fmt"
	"math/rand"
	"time"

	"upper/wire"
)

// session is one registration, from the connection to the deregister. It returns nil after an orderly end.
func (r *Registration) session() error {
	conn, err := wire.Dial(answerTime)
	if err != nil {
		return err
	}
	defer conn.Close()
	accepted, err := r.setUp(conn)
	if err != nil {
		return err
	}
	lease := accepted.Text("lease")
	r.lease.Store(lease)
	fmt.Printf("registered %s as server %s\n", *wire.Policy, *id)
	ttl := time.Duration(accepted.Number("ttlMs")) * time.Millisecond
	drained, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- hear(conn, ttl, drained) }()
	beat := time.NewTicker(time.Duration(accepted.Number("heartbeatMs")) * time.Millisecond)
	defer beat.Stop()
	stopping, late := r.stopping, (<-chan time.Time)(nil) // a nil channel never comes
	for {
		select {
		case <-beat.C:
			conn.Send(wire.Leased{Type: 3, Lease: lease})
		case <-stopping: // ask for no new messages; finish those we have
			stopping, late = nil, time.After(drainTime)
			conn.Send(wire.Leased{Type: 4, Lease: lease})
		case <-drained:
			drained = nil
			r.answered()
			conn.Send(wire.Leased{Type: 5, Lease: lease})
		case <-late:
			conn.Send(wire.Leased{Type: 5, Lease: lease})
		case err := <-ended:
			return err
		}
	}
}

func (r *Registration) setUp(conn *wire.Conn) (wire.Message, error) {
	setup := wire.Setup{Type: 1, Proto: 2, ID: *id, Policy: *wire.Policy, ListenPort: r.port, Mux: true, MaxInFlight: 256,
		TLS: wire.TLS() != nil, Token: *token}
	for {
		conn.Send(setup)
		_ = conn.SetReadDeadline(time.Now().Add(answerTime))
		answer, err := conn.Next()
		switch {
		case err != nil:
			return nil, err
		case answer.Text("code") == "ID_TAKEN": // a live server has our id; we get the place when its lease is lost
			select {
			case <-time.After(500*time.Millisecond + time.Duration(rand.Intn(500))*time.Millisecond):
			case <-r.stopping:
				return nil, answer.Err()
			}
		case answer.Err() != nil && answer.Text("retryable") == "false":
			return nil, fmt.Errorf("%w: %v", errSetup, answer.Err())
		default:
			return answer, answer.Err()
		}
	}
}

// hear returns nil when the server is deregistered. Any Error ends the session, and so does silence: the proxy answers each heartbeat.
func hear(conn *wire.Conn, ttl time.Duration, drained chan struct{}) error {
	for {
		_ = conn.SetReadDeadline(time.Now().Add(ttl))
		message, err := conn.Next()
		if err == nil {
			err = message.Err()
		}
		if err != nil || message.Text("Status") != "" {
			return err
		}
		if message.Text("type") == "4" && message.Text("inFlight") == "0" {
			close(drained)
			drained = make(chan struct{}) // said once
		}
	}
}
