// Package wire is used by both server and client: messages from bytes, messages to bytes, and TLS from three files.
package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
)

const limit = 16 << 20 // bytes of one message; a proxy passes 1 MiB unless it is set otherwise

// Message keeps each value as it came. A struct would also take "Payload" for "payload": Go ignores the case of a struct's keys.
type Message map[string]json.RawMessage

// Text returns a value as a string: 999 and "999" are the same policy. It is "" if the key is missing.
func (m Message) Text(key string) string {
	var text string
	if json.Unmarshal(m[key], &text) != nil {
		return string(m[key])
	}
	return text
}

// IsText reports whether the value is a string.
func (m Message) IsText(key string) bool { return len(m[key]) > 0 && m[key][0] == '"' }

// Number returns a value as a number, 0 if it is not one.
func (m Message) Number(key string) (n int) {
	_ = json.Unmarshal(m[key], &n)
	return n
}

// Err returns the proxy's refusal as an error, if it is one.
func (m Message) Err() error {
	if _, refused := m["Error"]; refused {
		return fmt.Errorf("%s (%s)", m.Text("Error"), m.Text("code"))
	}
	return nil
}

// Conn reads messages in one goroutine, and writes them in any.
type Conn struct {
	net.Conn
	limited *io.LimitedReader
	decoder *json.Decoder
	writing sync.Mutex
}

func New(conn net.Conn) *Conn {
	limited := &io.LimitedReader{R: conn}
	return &Conn{Conn: conn, limited: limited, decoder: json.NewDecoder(limited)}
}

// Next reads one message. The decoder finds its end, whether a read has brought half a message or several.
func (c *Conn) Next() (message Message, err error) {
	c.limited.N = limit
	err = c.decoder.Decode(&message)
	return message, err
}

// Send writes a struct in one write. Its fields keep their order, so MsgID is the first key if it is the first field.
func (c *Conn) Send(message any) {
	c.writing.Lock()
	defer c.writing.Unlock()
	bytes, _ := json.Marshal(message)
	_, _ = c.Write(bytes) // a connection that is broken is seen by its reader
}
