package wire

import "encoding/json"

// Setup registers a server.
type Setup struct {
	Type        int    `json:"type"`
	Proto       int    `json:"proto"`
	ID          string `json:"id"`
	Policy      string `json:"privPolyId"`
	ListenPort  int    `json:"listenport"`
	Mux         bool   `json:"mux"`
	MaxInFlight int    `json:"maxInFlight"`
	TLS         bool   `json:"tls"`
	Token       string `json:"token,omitempty"`
}

// Leased is a heartbeat (3), drain (4) or deregister (5).
type Leased struct {
	Type  int    `json:"type"`
	Lease string `json:"lease"`
}

// Ack is the answer to a message. MsgID comes first; it is left out where the message had none.
type Ack struct {
	MsgID   json.RawMessage `json:"msgId,omitempty"`
	Type    int             `json:"type"`
	SrcID   string          `json:"srcid"`
	DestID  json.RawMessage `json:"destid"`
	Size    int             `json:"payloadsize"`
	Payload string          `json:"payload"`
}

// Refusal is a server's refusal of one message.
type Refusal struct {
	MsgID     json.RawMessage `json:"msgId,omitempty"`
	Error     string          `json:"Error"`
	Code      string          `json:"code"`
	Retryable bool            `json:"retryable"`
}

// Data is a client's message.
type Data struct {
	MsgID    int    `json:"msgId"`
	Type     int    `json:"type"`
	SrcID    string `json:"srcid"`
	Policy   string `json:"privPoliId"`
	Size     int    `json:"payloadsize"`
	Payload  string `json:"payload"`
	Deadline int64  `json:"deadlineMs"`
}
