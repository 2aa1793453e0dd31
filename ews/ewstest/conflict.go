package ewstest

import (
	"time"

	"github.com/ewspush/ewspush/ews"
)

// judge says whether a room accepts a request, and which occurrences of it not.
func (m *Mailbox) judge(it *item) (declined []int, ok bool) {
	e := it.entry
	if e.series == nil {
		return nil, !m.tooLate(e.End) && (m.room.AllowConflicts || !m.taken(it, e.Start, e.End))
	}
	p := e.series.pattern
	if m.room.BookingWindow > 0 {
		if !p.ends {
			return nil, false
		}
		if _, end := e.series.at(p.last); m.tooLate(end) {
			return nil, false
		}
	}
	if m.room.AllowConflicts {
		return nil, true
	}
	all := 0
	for _, o := range e.series.between(e.Start, m.lookAhead(e)) {
		all++
		if m.taken(it, o.start, o.end) {
			declined = append(declined, o.day)
		}
	}
	if n := len(declined); n > m.room.MaxConflicts || n*100 > m.room.ConflictPercent*all {
		return nil, false
	}
	return declined, true
}

// lookAhead returns up to when the occurrences of a series are compared with
// the rest of the calendar. A series without an end is for a year.
func (m *Mailbox) lookAhead(e *entry) time.Time {
	if p := e.series.pattern; p.ends {
		_, end := e.series.at(p.last)
		return end.AddDate(0, 0, 1)
	}
	return time.Now().AddDate(1, 0, 0)
}

func (m *Mailbox) tooLate(end time.Time) bool {
	return m.room.BookingWindow > 0 && end.After(time.Now().Add(m.room.BookingWindow))
}

// taken reports whether something other than an item takes up a time. What
// waits for a decision itself does not count.
func (m *Mailbox) taken(it *item, start, end time.Time) bool {
	for other := range it.folder.times.near(start, end) {
		e := other.entry
		if other == it || e.uid == it.entry.uid || !e.mine && !e.handled && m.room != nil {
			continue
		}
		for _, o := range other.occurrences(start, end) {
			if e.freeBusy(o) != ews.FreeBusyFree {
				return true
			}
		}
	}
	return false
}
