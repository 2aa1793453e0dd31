package subscribe

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// record is what an Entry's Data holds: one line of JSON, and the notification
// as it came in. Nothing of the notification is encoded twice, and people can
// read the journal.
type record struct {
	// Generation is that of the notification; 0 in a gap of the manager's own.
	Generation int64 `json:"generation,omitempty"`
	// Gap, if not empty, stands in front of the events of the body.
	Gap    Cause  `json:"gap,omitempty"`
	Detail string `json:"detail,omitempty"` // of the gap
	// Undecodable marks a body that is kept only to be looked at.
	Undecodable bool `json:"undecodable,omitempty"`
	// Replay names the parked event that this entry brings back.
	Replay *replay `json:"replay,omitempty"`
	// Heard is the state of reception after this entry, for each generation
	// that was served then. The last entry of a journal thereby tells all that
	// was received, and cannot disagree with it.
	Heard []heard `json:"heard,omitempty"`
	// LastGap is the Seq of the newest entry with a gap, this one included.
	LastGap int64 `json:"lastGap,omitempty"`
	// Events is how many events there are in the body, heartbeats not counted;
	// Total how many there have been in the journal so far.
	Events int64 `json:"events,omitempty"`
	Total  int64 `json:"total,omitempty"`

	body []byte

	first [1]heard // room for Heard, which seldom has more than one
}

// heard is what was last received for one generation.
type heard struct {
	Generation int64     `json:"g"`
	Previous   string    `json:"p,omitempty"` // PreviousWatermark of the last notification
	Watermark  string    `json:"w,omitempty"` // its last watermark; empty when not known
	At         time.Time `json:"t"`
}

// replay names an event of an earlier entry, and the generation under which it
// came; both go into its ID.
type replay struct {
	Seq        int64 `json:"seq"`
	Index      int   `json:"index"`
	Generation int64 `json:"generation"`
}

func (r *record) encode() []byte { return r.appendTo(nil) }

// decodeRecord reads the Data of an entry. The body aliases data.
func decodeRecord(data []byte) (*record, error) {
	line, body, ok := bytes.Cut(data, []byte{'\n'})
	if !ok {
		return nil, errors.New("subscribe: journal entry: no end of the first line")
	}
	r, err := parseLine(line)
	if err != nil {
		return nil, fmt.Errorf("subscribe: journal entry: %w", err)
	}
	r.body = body
	return r, nil
}

// successor returns a record that may follow r, with nothing of its own in it.
func (r *record) successor() *record {
	return &record{Heard: r.Heard, LastGap: r.LastGap, Total: r.Total}
}

// disown lets go of the notification that the record was made from: of its
// body, and of the watermarks that are parts of it.
func (r *record) disown() {
	r.body = nil
	for i := range r.Heard {
		h := &r.Heard[i]
		both := h.Previous + " " + h.Watermark // a copy in any case
		h.Previous, h.Watermark = both[:len(h.Previous)], both[len(h.Previous)+1:]
	}
}

// eventsOf numbers the events of all messages of a notification, as ParkedID
// does.
func eventsOf(n *ews.SendNotification) iter.Seq2[int, *ews.Event] {
	return func(yield func(int, *ews.Event) bool) {
		index := 0
		for i := range n.ResponseMessages {
			m := n.ResponseMessages[i].Notification
			if m == nil {
				continue
			}
			for j := range m.Events {
				if !yield(index, &m.Events[j]) {
					return
				}
				index++
			}
		}
	}
}

// isGapOnly reports whether the entry is a gap and nothing else.
func (r *record) isGapOnly() bool { return r.Gap != "" && len(r.body) == 0 }

// heardOf returns what was heard of a generation, and whether anything was.
func (r *record) heardOf(generation int64) (heard, bool) {
	for _, h := range r.Heard {
		if h.Generation == generation {
			return h, true
		}
	}
	return heard{}, false
}

// newest returns what was heard last of any generation; zero for nothing.
func (r *record) newest() heard {
	var newest heard
	for _, h := range r.Heard {
		if newest.At.IsZero() || h.At.After(newest.At) {
			newest = h
		}
	}
	return newest
}
