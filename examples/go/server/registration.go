package main

import (
	"errors"
	"fmt"
	"math/rand"
	"os"
	"sync/atomic"
	"time"
)

const answerTime, drainTime = 5 * time.Second, 5 * time.Second

// Registration does setup, heartbeats, register anew and drain, for one policy at one proxy.
type Registration struct {
	port     int
	lease    atomic.Value  // a string: the one that lives now, "" if none does
	stopping chan struct{} // closed when the server shall leave
	answered func()        // returns when no message is in hand
}

// errSetup is a refusal of our setup that needs a person.
var errSetup = errors.New("refused for good")

// Keep returns when the server has left in order. If the session ends before that, it registers anew after a pause.
func (r *Registration) Keep() {
	for failures := 1; ; failures++ {
		began := time.Now()
		err := r.session()
		r.lease.Store("")
		if err == nil {
			return
		}
		fmt.Fprintln(os.Stderr, "not registered:", err)
		if time.Since(began) > 5*time.Second {
			failures = 1
		}
		pause, longest := 50*time.Millisecond<<(failures%16), 2*time.Second
		if errors.Is(err, errSetup) {
			longest = 30 * time.Second
		}
		if pause > longest {
			pause = longest
		}
		select { // half of the pause is chance: others come back as well
		case <-time.After(pause/2 + time.Duration(rand.Int63n(int64(pause/2)))):
		case <-r.stopping:
			return
		}
	}
}
