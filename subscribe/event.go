package subscribe

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"strconv"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Event is one change in a mailbox, as handed to the Handler. Its fields from
// the wire are those of the embedded ews.Event. Status events are not handed
// over.
type Event struct {
	// ID is the same in every redelivery of the event, and also when a later
	// subscription replays it: the key for doing things once.
	ID      string
	Key     string // of the Spec
	Mailbox string // of the Spec
	// Seq is the number of the notification in the journal of Key: it rises
	// with each, and what a later notification tells has a higher one.
	Seq int64
	// ReceivedAt is when the notification was recorded.
	ReceivedAt time.Time
	// Attempt counts the calls of HandleEvent for this event from 1. It starts
	// again after a restart.
	Attempt int
	// Replayed is true when the event had been set aside and was replayed.
	Replayed bool

	ews.Event
}

// eventID makes the ID of an event. A watermark names the event in its mailbox
// for good. Servers that send none do not replay either: there the place in
// the journal is the name.
func eventID(key string, generation int64, place ParkedID, e *ews.Event) string {
	h := sha256.New()
	put(h, key, string(e.Type), e.Watermark)
	if e.Watermark == "" {
		put(h, strconv.FormatInt(generation, 10), strconv.FormatInt(place.Seq, 10), strconv.Itoa(place.Index))
	}
	if e.ItemID != nil {
		put(h, "item", e.ItemID.ID)
	}
	if e.FolderID != nil {
		put(h, "folder", e.FolderID.ID)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// gapID makes the ID of a gap.
func gapID(key string, seq int64, at time.Time) string {
	h := sha256.New()
	put(h, key, "gap", strconv.FormatInt(seq, 10), strconv.FormatInt(at.UnixMicro(), 10))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// put hashes the parts so that no two lists of parts are hashed alike.
func put(h hash.Hash, parts ...string) {
	for _, p := range parts {
		_, _ = io.WriteString(h, strconv.Itoa(len(p))+":"+p)
	}
}

// String describes the event in one line for people: what, where, when.
func (e Event) String() string {
	what, id := "item", ""
	switch {
	case e.ItemID != nil:
		id = e.ItemID.ID
	case e.FolderID != nil:
		what, id = "folder", e.FolderID.ID
	}
	if len(id) > 12 {
		id = "…" + id[len(id)-12:]
	}
	return fmt.Sprintf("%s %s %s %s", e.Key, e.Type, what, id)
}
