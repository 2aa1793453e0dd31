package ewstest

import (
	"iter"
	"slices"
	"time"
)

// timeIndex finds what takes place at a time without looking at everything that
// is in a calendar. Its days are days in UTC, counted from 1970.
type timeIndex struct {
	days map[int][]*item
	long map[*item]bool // series, and what lasts for weeks: looked at every time
}

// span is where an item stands in the index.
type span struct {
	first, last int
	long        bool
}

const longSpan = 31 // days

func (e *entry) span() span {
	s := span{first: int(e.Start.Unix() / 86400), last: int(e.End.Unix() / 86400), long: e.series != nil}
	if s.long || s.last-s.first > longSpan {
		return span{long: true}
	}
	return s
}

// place puts an item where it belongs now.
func (x *timeIndex) place(it *item) {
	now := it.entry.span()
	if it.span != nil && *it.span == now {
		return
	}
	x.drop(it)
	it.span = &now
	if now.long {
		if x.long == nil {
			x.long = map[*item]bool{}
		}
		x.long[it] = true
		return
	}
	if x.days == nil {
		x.days = map[int][]*item{}
	}
	for day := now.first; day <= now.last; day++ {
		x.days[day] = append(x.days[day], it)
	}
}

func (x *timeIndex) drop(it *item) {
	s := it.span
	if s == nil {
		return
	}
	it.span = nil
	delete(x.long, it)
	for day := s.first; day <= s.last && !s.long; day++ {
		x.days[day] = slices.DeleteFunc(x.days[day], func(other *item) bool { return other == it })
		if len(x.days[day]) == 0 {
			delete(x.days, day)
		}
	}
}

// near yields each item once that may take place between two times, and some
// that do not, in no order.
func (x *timeIndex) near(start, end time.Time) iter.Seq[*item] {
	first, last := int(start.Unix()/86400)-1, int(end.Unix()/86400)+1
	return func(yield func(*item) bool) {
		for it := range x.long {
			if !yield(it) {
				return
			}
		}
		on := func(day int) bool {
			for _, it := range x.days[day] {
				if max(it.span.first, first) == day && !yield(it) { // not on its other days
					return false
				}
			}
			return true
		}
		if last-first > len(x.days) {
			for day := range x.days {
				if day >= first && day <= last && !on(day) {
					return
				}
			}
			return
		}
		for day := first; day <= last; day++ {
			if !on(day) {
				return
			}
		}
	}
}
