package calendar

import (
	"context"
	"time"
)

// moveHorizon tells the occurrences that have come into the horizon since it
// was moved last, once a day. Exchange is not asked for them, except where a
// series cannot be computed. What the findings are about is left to them.
func (w *pass) moveHorizon(ctx context.Context, f *findings) error {
	if w.fresh || !w.until.After(w.room.Until) {
		return nil
	}
	for old, err := range w.mirror.series(ctx) {
		if err != nil {
			return err
		}
		if f.settles(old) || !w.until.After(old.Series.Until) {
			continue
		}
		moved, further := *old, *old.Series
		further.Until = w.until
		further.trim(w.from)
		moved.Series = &further
		if further.IsListed {
			if further.Listed, err = w.list(ctx, &further); err != nil {
				return err
			}
		}
		moved.Next = nil
		if err := w.settleItem(ctx, old, &moved); err != nil {
			return err
		}
	}
	return w.mirror.dropEchoes(ctx, w.now)
}

// trim forgets what the past looked like.
func (s *series) trim(from time.Time) {
	exceptions := make([]exception, len(s.Exceptions))
	for i, e := range s.Exceptions {
		if e.Booking != nil && !e.Booking.End.After(from) {
			e.Booking = nil
		}
		exceptions[i] = e
	}
	s.Exceptions = exceptions
}
