package calendar

import (
	"context"

	"github.com/ewspush/ewspush/ews"
)

// recordOf reads an item. old is what was known of it, or of its predecessor
// under another id.
func (w *pass) recordOf(ctx context.Context, item *ews.CalendarItem, old *record) (*record, error) {
	r := &record{ItemID: item.ItemID, Base: baseOf(item), Pass: w.room.Pass + 1}
	if old != nil && old.ItemID.ID == r.ItemID.ID {
		r.Pass = old.Pass
	}
	if old != nil && old.Base == r.Base {
		r.Key = old.Key
	} else {
		var err error
		if r.Key, err = w.mirror.keyFor(ctx, r.Base, item.ItemID); err != nil {
			return nil, err
		}
	}
	switch {
	case !w.cfg.Filter(item):
	case item.CalendarItemType == ews.CalendarItemRecurringMaster:
		var err error
		r.Series, r.Problem, err = w.seriesOf(ctx, item, r.Key)
		return r, err
	case item.End.After(w.from): // of what is past, nothing need be remembered
		r.Single = bookingOf(item, r.Key)
	}
	return r, nil
}

// seriesOf reads a series. problem says that it is worth another look.
func (w *pass) seriesOf(ctx context.Context, item *ews.CalendarItem, key string) (s *series, problem string, err error) {
	s = &series{
		Template:   *bookingOf(item, key),
		Recurrence: item.Recurrence,
		Deleted:    item.DeletedOccurrences,
		Until:      w.until,
	}
	if !s.agrees(item) {
		s.Recurrence, s.Deleted, s.IsListed = nil, nil, true
		s.Listed, err = w.list(ctx, s)
		return s, "", err
	}
	var ids []ews.ItemID
	for _, o := range item.ModifiedOccurrences {
		if o.End.After(w.from) {
			ids = append(ids, o.ItemID)
		}
	}
	results, err := w.fetch(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	for _, o := range item.ModifiedOccurrences {
		e := exception{Original: o.OriginalStart.UTC()}
		if o.End.After(w.from) {
			r := results[o.ItemID.ID]
			if r.item == nil {
				problem = "an occurrence that is different from the others cannot be read"
			}
			e.Booking = w.exceptionOf(s, &o, r.item)
		}
		s.Exceptions = append(s.Exceptions, e)
	}
	return s, problem, nil
}

// exceptionOf reads an occurrence that is different from the others; nil if it
// is no booking any more. If it cannot be fetched, its times are known all the
// same.
func (w *pass) exceptionOf(s *series, o *ews.OccurrenceInfo, item *ews.CalendarItem) *Booking {
	original := o.OriginalStart.UTC()
	if item == nil {
		b := s.occurrence(o.Start.UTC(), o.End.UTC())
		b.Key, b.RecurrenceID, b.Exception = occurrenceKey(s.Template.Key, original), original, true
		return b
	}
	if !w.cfg.Filter(item) {
		return nil
	}
	b := bookingOf(item, occurrenceKey(s.Template.Key, original))
	b.RecurrenceID, b.Exception = original, true
	return b
}

// list asks Exchange for the occurrences of a series up to its horizon.
func (w *pass) list(ctx context.Context, s *series) ([]Booking, error) {
	ids, err := w.view(ctx, w.from, s.Until, func(item *ews.CalendarItem) bool {
		return item.UID == s.Template.UID && item.CalendarItemType != ews.CalendarItemSingle
	})
	if err != nil {
		return nil, err
	}
	results, err := w.fetch(ctx, ids)
	if err != nil {
		return nil, err
	}
	var all []Booking
	for _, id := range ids {
		item := results[id.ID].item
		if item == nil || !w.cfg.Filter(item) {
			continue
		}
		original := originalOf(item)
		b := bookingOf(item, occurrenceKey(s.Template.Key, original))
		b.RecurrenceID = original
		all = append(all, *b)
	}
	return all, nil
}
