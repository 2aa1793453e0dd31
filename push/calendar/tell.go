package calendar

import (
	"context"
	"slices"
	"strings"
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
	if now == nil {
		now = &record{}
	}
	known := old
	if known == nil {
		known = &record{ItemID: now.ItemID, Base: now.Base, Key: now.Key, Pass: now.Pass}
	}
	ahead := known.expecting(now)
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
// comparison was interrupted while it told them, the application may have one
// of several versions; what is not the same in all of them and now is told.
func (w *pass) differences(old, now *record) ([]Change, error) {
	current, err := now.bookings(w.from)
	if err != nil {
		return nil, err
	}
	var told []map[string]*Booking
	for _, version := range old.versions() {
		some, err := w.byKey(version)
		if err != nil {
			return nil, err
		}
		told = append(told, some)
	}
	var booked, moved, changed, cancelled []Change
	settled := make(map[string]bool, len(current))
	for _, b := range current {
		settled[b.Key] = true
		switch kind := w.compareTo(b, told); kind {
		case Booked:
			booked = append(booked, w.change(kind, nil, b, now))
		case Moved:
			moved = append(moved, w.change(kind, told[0][b.Key], b, now))
		case Changed:
			changed = append(changed, w.change(kind, told[0][b.Key], b, now))
		default:
		}
	}
	for _, some := range told {
		for key, was := range some {
			if !settled[key] && was.End.After(w.from) {
				settled[key] = true
				cancelled = append(cancelled, w.change(Cancelled, was, nil, now))
			}
		}
	}
	slices.SortFunc(cancelled, func(a, b Change) int {
		if n := a.Before.Start.Compare(b.Before.Start); n != 0 {
			return n
		}
		return strings.Compare(a.Before.Key, b.Before.Key)
	})
	return slices.Concat(cancelled, moved, changed, booked), nil
}

// compareTo says what a booking is to an application that has one of the
// versions it was told; "" if there is nothing to tell.
func (w *pass) compareTo(b *Booking, told []map[string]*Booking) Kind {
	kind := Kind("")
	for _, version := range told {
		was := version[b.Key]
		switch {
		case was == nil:
			return Booked
		case !was.Start.Equal(b.Start) || !was.End.Equal(b.End):
			kind = Moved
		case kind == "" && !w.cfg.Same(was, b):
			kind = Changed
		}
	}
	return kind
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
