package crash

import (
	"encoding/json"
	"os"
	"time"
)

// diary is the application's own durable memory: a file to which every process
// appends a line when it begins and when it ends a call of the Handler. One
// write with O_APPEND is one line, in an order that all processes agree on, and
// what was written survives the process. (It need not survive the machine, so
// there is no fsync.)
type diary struct {
	file *os.File
	life string
}

// The kinds of lines.
const (
	lineBegin  = "begin"  // a call of the Handler begins
	lineEvent  = "event"  // it has handled an event
	lineGap    = "gap"    // it has made the comparison that a gap asks for
	lineFailed = "failed" // it has failed
	lineStall  = "stall"  // the machine did not let the process work for a while
)

// line is one line of the diary.
type line struct {
	At   time.Time `json:"at"`
	Life string    `json:"life"` // of the process: no two lives have the same
	Kind string    `json:"kind"`
	Key  string    `json:"key,omitempty"`
	Call int64     `json:"call,omitempty"` // numbers the calls of a life

	Event string `json:"event,omitempty"` // its type and watermark, which name it in its mailbox
	ID    string `json:"id,omitempty"`

	Cause   string `json:"cause,omitempty"`
	Covered int    `json:"covered,omitempty"` // how many changes the comparison has seen

	For time.Duration `json:"for,omitempty"` // of a stall
}

func openDiary(path, life string) (*diary, error) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &diary{file: file, life: life}, nil
}

// write appends a line. It begins with a line end of its own, so that what a
// killed process has left of its last line spoils no other.
func (d *diary) write(l line) error {
	l.At, l.Life = time.Now(), d.life
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = d.file.Write(append(append([]byte{'\n'}, text...), '\n'))
	return err
}
