package process

import "encoding/json"

// variable tells a child what to be.
const variable = "EWSPUSH_BENCH_ROLE"

// assignment is the value of variable.
type assignment struct {
	Role    string          `json:"role"`
	Args    json.RawMessage `json:"args"`
	Profile string          `json:"profile,omitempty"` // file for a CPU profile
}

// request asks a child for something. The first answer comes without one, when
// the child is ready.
type request struct {
	Command string          `json:"command"`
	Args    json.RawMessage `json:"args"`
}

type response struct {
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// Commands that every child knows.
const (
	commandUsage   = "usage"
	commandCollect = "collect"
)
