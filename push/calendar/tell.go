package calendar

import (
	"context"
	"slices"
	"time"
)

// settleItem tells the application what has become of an item, and stores that
// it was told. Either record may be nil: the item is new, or gone.
//
// What is about to be told is stored first. Otherwise an item that is told, and
// vanishes before that could be stored, would be in the application for ever.
func (w *pass) settleItem(ctx context.Context, old, now *record) error {
	changes, err := w.differences(old, now)
	if err != nil {
		return err
	}
	if len(changes) > 0 && !w.silent {
		if old, err = w.announceItem(ctx, old, now); err != nil {
			return err
		}
		for _, c := range changes {
			if err := w.tell(ctx, c); err != nil {
				return err
			}
		}
	}
	if now == nil {
		return w.mirror.forget(ctx, old)
	}
	return w.mirror.save(ctx, old, now)
}

// announceItem stores what is about to be told.
func (w *pass) announceItem(ctx context.Context, old, now *record) (*record, error) {
	ahead := &record{Next: now}
	if old != nil {
		*ahead = *old
		ahead.Next = now
	} else {
		ahead.ItemID, ahead.Base, ahead.Key, ahead.Pass = now.ItemID, now.Base, now.Key, now.Pass
	}
	if now == nil {
		ahead.Next = &record{}
	}
	return ahead, w.mirror.save(ctx, old, ahead)
}

func (w *pass) tell(ctx context.Context, c Change) error {
	echo, err := w.takeEcho(ctx, &c)
	if err != nil {
		return err
	}
	if echo {
		return nil
	}
	if w.cfg.DryRun != nil {
		w.cfg.DryRun(c)
		return nil
	}
	return w.cfg.Handler.HandleChange(ctx, c)
}

// differences returns the changes, those first that free a time. If an earlier
// comparison was interrupted while it told them, the application may have
// either of two versions; what is not the same in both and now is told.
func (w *pass) differences(old, now *record) ([]Change, error) {
	told, err := w.byKey(old)
	if err != nil {
		return nil, err
	}
	current, err := now.bookings(w.from)
	if err != nil {
		return nil, err
	}
	perhaps := told
	if old != nil && old.Next != nil {
		if perhaps, err = w.byKey(old.Next); err != nil {
			return nil, err
		}
	}
	var booked, moved, changed, cancelled []Change
	present := make(map[string]bool, len(current))
	for _, b := range current {
		present[b.Key] = true
		was, may := told[b.Key], perhaps[b.Key]
		switch {
		case was == nil || may == nil:
			booked = append(booked, w.change(Booked, nil, b, now))
		case !sameTime(was, b) || !sameTime(may, b):
			moved = append(moved, w.change(Moved, was, b, now))
		case !w.cfg.Same(was, b) || !w.cfg.Same(may, b):
			changed = append(changed, w.change(Changed, was, b, now))
		}
	}
	for _, some := range []map[string]*Booking{told, perhaps} {
		for key, was := range some {
			if !present[key] && was.End.After(w.from) {
				present[key] = true
				cancelled = append(cancelled, w.change(Cancelled, was, nil, now))
			}
		}
	}
	slices.SortFunc(cancelled, func(a, b Change) int {
		if n := a.Before.Start.Compare(b.Before.Start); n != 0 {
			return n
		}
		return compareText(a.Before.Key, b.Before.Key)
	})
	return slices.Concat(cancelled, moved, changed, booked), nil
}

// byKey returns what was told of an item: a single booking also if it is past,
// since it may be moved into the future.
func (w *pass) byKey(r *record) (map[string]*Booking, error) {
	from := w.from
	if r != nil && r.Single != nil {
		from = time.Time{}
	}
	some, err := r.bookings(from)
	if err != nil {
		return nil, err
	}
	byKey := make(map[string]*Booking, len(some))
	for _, b := range some {
		byKey[b.Key] = b
	}
	return byKey, nil
}

func sameTime(a, b *Booking) bool { return a.Start.Equal(b.Start) && a.End.Equal(b.End) }

func (w *pass) change(kind Kind, was, is *Booking, now *record) Change {
	c := Change{Key: w.room.Key, Mailbox: w.room.Mailbox, Kind: kind, Before: copyOf(was), After: copyOf(is), Initial: w.fresh}
	c.ID = changeID(w.room.Key, kind, c.Booking(), now)
	return c
}

// copyOf keeps what is stored out of reach of the application.
func copyOf(b *Booking) *Booking {
	if b == nil {
		return nil
	}
	own := *b
	own.Categories = slices.Clone(b.Categories)
	own.Attendees, own.Resources = slices.Clone(b.Attendees), slices.Clone(b.Resources)
	return &own
}
