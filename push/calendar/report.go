package calendar

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Report is the difference between what an application has and what is in
// Exchange.
type Report struct {
	Key      string
	Mailbox  string
	From, To time.Time
	At       time.Time
	Matching int
	// Missing are in Exchange and not in the application, Surplus the other
	// way round, and Different in both with other times, or different as
	// Options.Same sees it.
	Missing   []Booking
	Surplus   []Booking
	Different []Difference
}

// Difference is a booking that both have, and not alike.
type Difference struct {
	Here     Booking // as the application has it
	Exchange Booking
}

// InSync reports whether there is no difference.
func (r *Report) InSync() bool {
	return len(r.Missing) == 0 && len(r.Surplus) == 0 && len(r.Different) == 0
}

// String is a summary in one line.
func (r *Report) String() string {
	return fmt.Sprintf("%s: %d alike, %d missing, %d surplus, %d different",
		r.Key, r.Matching, len(r.Missing), len(r.Surplus), len(r.Different))
}

// Compare compares what the application has of a room, between two times, with
// what Exchange shows there now. It changes nothing and tells the Handler
// nothing. Exchange is asked for all of it, in about one request for ten
// bookings: this is for people, and for now and then.
//
// have returns what the application has, with Key, Start and End at least;
// same compares the rest, nil for nothing but the times. A nil have compares
// with Bookings: whether the Syncer itself is right.
func (s *Syncer) Compare(ctx context.Context, key, mailbox string, from, to time.Time,
	have iter.Seq2[Booking, error], same func(here, exchange *Booking) bool,
) (*Report, error) {
	p, leave, err := s.enter(ctx, key)
	if err != nil {
		return nil, err
	}
	defer leave()
	w, err := s.newPass(ctx, p, key, mailbox)
	if err != nil {
		return nil, err
	}
	if have == nil {
		have = s.Bookings(ctx, key, from, to)
	}
	if same == nil {
		same = func(_, _ *Booking) bool { return true }
	}
	r := &Report{Key: key, Mailbox: mailbox, From: from, To: to, At: w.now}
	return r, w.done(w.report(ctx, r, have, same))
}

func (w *pass) report(ctx context.Context, r *Report, have iter.Seq2[Booking, error], same func(here, exchange *Booking) bool) error {
	current, err := w.inExchange(ctx, r.From, r.To)
	if err != nil {
		return err
	}
	for here, err := range have {
		if err != nil {
			return fmt.Errorf("what the application has: %w", err)
		}
		there := current[here.Key]
		delete(current, here.Key)
		switch {
		case there == nil && here.End.After(r.From) && here.Start.Before(r.To):
			r.Surplus = append(r.Surplus, here)
		case there == nil: // outside
		case !there.Start.Equal(here.Start) || !there.End.Equal(here.End) || !same(&here, there):
			r.Different = append(r.Different, Difference{Here: here, Exchange: *there})
		default:
			r.Matching++
		}
	}
	for _, there := range current {
		r.Missing = append(r.Missing, *there)
	}
	slices.SortFunc(r.Missing, func(a, b Booking) int { return a.Start.Compare(b.Start) })
	return nil
}

// inExchange returns the bookings that the calendar shows, by their keys.
func (w *pass) inExchange(ctx context.Context, from, to time.Time) (map[string]*Booking, error) {
	ids, err := w.view(ctx, from, to, func(*ews.CalendarItem) bool { return true })
	if err != nil {
		return nil, err
	}
	results, err := w.fetch(ctx, ids)
	if err != nil {
		return nil, err
	}
	current := make(map[string]*Booking, len(ids))
	for _, id := range ids {
		item := results[id.ID].item
		if item == nil || !w.cfg.Filter(item) {
			continue
		}
		key, err := w.keyOf(ctx, item)
		if err != nil {
			return nil, err
		}
		current[key] = bookingOf(item, key)
	}
	return current, nil
}

// keyOf returns the key of what a view shows.
func (w *pass) keyOf(ctx context.Context, item *ews.CalendarItem) (string, error) {
	switch item.CalendarItemType {
	case ews.CalendarItemOccurrence, ews.CalendarItemException:
		base := uidOf(item)
		h, _, err := w.mirror.holders(ctx, base)
		if err == nil && len(h.Items) == 1 {
			base = h.Items[0].Key
		}
		return occurrenceKey(base, originalOf(item)), err
	default:
		return w.mirror.keyFor(ctx, baseOf(item), item.ItemID)
	}
}
