package calendar

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// ErrUnknownRoom: no comparison of the room has ended yet.
var ErrUnknownRoom = errors.New("unknown room")

// Room is what is known of a room.
type Room struct {
	Key      string
	Mailbox  string
	LoadedAt time.Time // when the first comparison ended; zero if it has not
	// SyncedAt is when a comparison ended last. If nothing has changed, it may
	// be up to an hour old.
	SyncedAt time.Time
	Until    time.Time // how far the occurrences of series have been told
	Problems int       // items of the calendar that cannot be read
}

// Bookings returns what the application has been told of a room and that
// overlaps a time, in order of Start: what it should have itself. Zero times are
// no bounds; what is past by more than Options.Past is not kept.
func (s *Syncer) Bookings(ctx context.Context, key string, from, to time.Time) iter.Seq2[Booking, error] {
	return func(yield func(Booking, error) bool) {
		earliest := time.Now().Add(-s.cfg.Past)
		var all []*Booking
		for r, err := range newMirror(s.rows, key).records(ctx) {
			var some []*Booking
			if err == nil {
				some, err = r.bookings(earliest)
			}
			if err != nil {
				yield(Booking{}, fmt.Errorf("calendar: %q: %w", key, err))
				return
			}
			for _, b := range some {
				if (from.IsZero() || b.End.After(from)) && (to.IsZero() || b.Start.Before(to)) {
					all = append(all, b)
				}
			}
		}
		slices.SortFunc(all, func(a, b *Booking) int {
			if n := a.Start.Compare(b.Start); n != 0 {
				return n
			}
			return strings.Compare(a.Key, b.Key)
		})
		for _, b := range all {
			if !yield(*copyOf(b), nil) {
				return
			}
		}
	}
}
