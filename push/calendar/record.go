package calendar

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// record is what is stored of an item of the calendar: what the application was
// told of it.
type record struct {
	ItemID ews.ItemID `json:"itemId"` // with the change key of the version that was read
	// Base is the key by which the item is looked for when it comes back with
	// another id; Key is that of its booking, or of its series. They differ
	// where two items have the same Base.
	Base string `json:"base"`
	Key  string `json:"key"`

	// Pass is the number of the comparison that found the item.
	Pass int64 `json:"pass,omitempty"`

	Single *Booking `json:"single,omitempty"`
	Series *series  `json:"series,omitempty"`
	// Neither of them: an item that is no booking.

	// Next is what the application is being told, or was when something came
	// in between: it may have heard all of it, some, or nothing. There is more
	// than one if the item has changed since. An empty record stands for an
	// item that is gone.
	Next []*record `json:"next,omitempty"`

	// Problem is why the item cannot be read; it is tried again with each
	// routine comparison.
	Problem string `json:"problem,omitempty"`

	revision int64 // of the row
}

// bookings returns the bookings of the item that end after from.
func (r *record) bookings(from time.Time) ([]*Booking, error) {
	switch {
	case r == nil:
		return nil, nil
	case r.Series != nil:
		return r.Series.occurrences(from)
	case r.Single != nil && r.Single.End.After(from):
		return []*Booking{r.Single}, nil
	}
	return nil, nil
}

// isCurrent reports whether a version of the item is the one that was told.
func (r *record) isCurrent(id ews.ItemID) bool {
	return r.ItemID.ChangeKey == id.ChangeKey && id.ChangeKey != "" && len(r.Next) == 0
}

// versions returns what the application may have been told of the item.
func (r *record) versions() []*record {
	if r == nil {
		return []*record{nil}
	}
	return append([]*record{r}, r.Next...)
}

// expecting returns a copy that says what the application is being told next.
func (r *record) expecting(next *record) *record {
	own := *r
	for _, known := range r.Next {
		if known.isVersion(next) {
			return &own
		}
	}
	own.Next = append(slices.Clone(r.Next), next)
	return &own
}

// isVersion reports whether two records were read from the same version of an
// item, with the same horizon.
func (r *record) isVersion(other *record) bool {
	if r.ItemID != other.ItemID || (r.Series == nil) != (other.Series == nil) {
		return false
	}
	return r.Series == nil || r.Series.Until.Equal(other.Series.Until)
}

// rowVersion is the version of what is stored. It changes when an older program
// or a newer one would read it wrongly.
const rowVersion = 1

// room is what is stored of a room.
type room struct {
	Version int    `json:"version"`
	Key     string `json:"key"`
	Mailbox string `json:"mailbox"`
	// SyncState is where SyncFolderItems goes on; empty for everything.
	SyncState string `json:"syncState,omitempty"`
	// Pass counts the comparisons that were finished. Records of later ones are
	// unknown to SyncState: Exchange says nothing of an item that came and
	// went since then. Unfinished is set while there may be such records.
	Pass       int64 `json:"pass,omitempty"`
	Unfinished bool  `json:"unfinished,omitempty"`
	// LoadedAt is when the first comparison was done; zero until then.
	LoadedAt time.Time `json:"loadedAt,omitzero"`
	SyncedAt time.Time `json:"syncedAt,omitzero"` // when the last one was done
	// Until is the horizon of all series.
	Until time.Time `json:"until,omitzero"`
	// Problems is how many items cannot be read.
	Problems int `json:"problems,omitempty"`

	revision int64
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil { // strings, numbers and times only
		panic("calendar: " + err.Error())
	}
	return b
}

func decodeRow(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("a row cannot be read: %w", err)
	}
	return nil
}
