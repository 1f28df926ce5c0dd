// A policy server that answers with the payload in upper case. docs/write-a-server.md walks through it.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"upper/wire"
)

var (
	id     = flag.String("id", "1", "the server's id")
	listen = flag.Int("listen", 0, "port for messages, 0 for any free one")
	bind   = flag.String("bind", "127.0.0.1", "address for messages")
	token  = flag.String("token", "", "the secret that allows the registration")
	inHand sync.WaitGroup // messages that are not answered yet
)

func main() {
	flag.Parse()
	listener, err := net.Listen("tcp", net.JoinHostPort(*bind, fmt.Sprint(*listen)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Register only now: the proxy may connect as soon as it knows us.
	registration := &Registration{port: listener.Addr().(*net.TCPAddr).Port, stopping: make(chan struct{}), answered: inHand.Wait}
	registration.lease.Store("")
	if config := wire.TLS(); config != nil {
		listener = tls.NewListener(listener, config)
	}
	go func() {
		for {
			if conn, err := listener.Accept(); err == nil {
				go registration.serve(wire.New(conn))
			}
		}
	}()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		close(registration.stopping)
	}()
	registration.Keep()
}
