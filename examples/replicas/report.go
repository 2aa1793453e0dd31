package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// report is a line that a worker writes to its standard output, for the
// demonstration to show.
type report struct {
	Ready      bool   `json:",omitempty"`
	Shards     *int   `json:",omitempty"` // how many it leads now
	Subscribed string `json:",omitempty"` // how it went
	Room       string `json:",omitempty"`
	Event      string `json:",omitempty"` // in words; empty if it is not worth a line
	Name       string `json:",omitempty"` // of the event, the same each time it comes
	Gap        string `json:",omitempty"` // its cause
}

// reporter writes reports. What was written is known even if the process is
// killed right afterwards.
type reporter struct {
	mu  sync.Mutex
	out io.Writer
}

func (r *reporter) write(line report) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.out.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("nobody reads the reports: %w", err)
	}
	return nil
}
