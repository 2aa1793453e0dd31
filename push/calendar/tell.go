package calendar

import (
	"context"
	"slices"
)

// tell tells the application the difference between what it knows of an item
// and what is there now. Either may be nil.
func (w *pass) tell(ctx context.Context, old, now *record) error {
	changes, err := w.differences(old, now)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := w.tellOne(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (w *pass) tellOne(ctx context.Context, c Change) error {
	if w.silent {
		return nil
	}
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

// differences returns the changes, those first that free a time.
func (w *pass) differences(old, now *record) ([]Change, error) {
	told, err := old.bookings(w.from)
	if err != nil {
		return nil, err
	}
	current, err := now.bookings(w.from)
	if err != nil {
		return nil, err
	}
	former := make(map[string]*Booking, len(told))
	for _, b := range told {
		former[b.Key] = b
	}
	var booked, moved, changed, cancelled []Change
	for _, b := range current {
		was := former[b.Key]
		delete(former, b.Key)
		switch {
		case was == nil:
			booked = append(booked, w.change(Booked, nil, b))
		case !was.Start.Equal(b.Start) || !was.End.Equal(b.End):
			moved = append(moved, w.change(Moved, was, b))
		case !w.cfg.Same(was, b):
			changed = append(changed, w.change(Changed, was, b))
		}
	}
	for _, was := range former {
		cancelled = append(cancelled, w.change(Cancelled, was, nil))
	}
	slices.SortFunc(cancelled, func(a, b Change) int {
		if n := a.Before.Start.Compare(b.Before.Start); n != 0 {
			return n
		}
		return compareText(a.Before.Key, b.Before.Key)
	})
	return slices.Concat(cancelled, moved, changed, booked), nil
}

func (w *pass) change(kind Kind, was, is *Booking) Change {
	c := Change{Key: w.room.Key, Mailbox: w.room.Mailbox, Kind: kind, Before: copyOf(was), After: copyOf(is), Initial: w.fresh}
	c.ID = changeID(w.room.Key, kind, c.Booking())
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
