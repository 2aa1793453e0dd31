package calendar

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// series is what is stored of a recurring item: enough to tell its occurrences
// without asking Exchange again.
type series struct {
	// Template is the first occurrence: what the others look like.
	Template   Booking         `json:"template"`
	Recurrence *ews.Recurrence `json:"recurrence,omitempty"`
	// Exceptions are the occurrences that are different, by their original
	// start; nil stands for one that is no booking any more.
	Exceptions []exception `json:"exceptions,omitempty"`
	Deleted    []time.Time `json:"deleted,omitempty"` // original starts
	// Until is the horizon up to which occurrences have been told.
	Until time.Time `json:"until"`
	// Listed are the occurrences up to Until, if they cannot be computed: the
	// pattern or the time zone is not known here, or Exchange counts
	// differently. They are asked for.
	Listed   []Booking `json:"listed,omitempty"`
	IsListed bool      `json:"isListed,omitempty"`

	loc *time.Location // once computable
}

type exception struct {
	Original time.Time `json:"original"`
	Booking  *Booking  `json:"booking,omitempty"`
}

// occurrences returns the bookings of the series that end after from and begin
// before Until, in order of their original starts.
func (s *series) occurrences(from time.Time) ([]*Booking, error) {
	var all []*Booking
	add := func(b *Booking) {
		if b != nil && b.End.After(from) && b.Start.Before(s.Until) {
			all = append(all, b)
		}
	}
	if s.IsListed {
		for i := range s.Listed {
			add(&s.Listed[i])
		}
		return all, nil
	}
	if err := s.computable(); err != nil {
		// None is not the same as unknown: the application would be told that
		// everything is cancelled.
		return nil, fmt.Errorf("a series cannot be computed any more: %w", err)
	}
	moved := make(map[int64]bool, len(s.Exceptions)+len(s.Deleted))
	for _, e := range s.Exceptions {
		moved[e.Original.Unix()] = true
		add(e.Booking)
	}
	for _, original := range s.Deleted {
		moved[original.Unix()] = true
	}
	for start, end := range s.times() {
		if !start.Before(s.Until) {
			break
		}
		if !moved[start.Unix()] && end.After(from) {
			add(s.occurrence(start, end))
		}
	}
	slices.SortStableFunc(all, func(a, b *Booking) int { return a.RecurrenceID.Compare(b.RecurrenceID) })
	return all, nil
}

var errPattern = errors.New("its pattern is not known")

// computable returns why the occurrences cannot be computed, if so.
func (s *series) computable() error {
	if s.Recurrence == nil {
		return errPattern
	}
	if _, ok := days(s.Recurrence); !ok {
		return errPattern
	}
	if s.loc == nil {
		loc, err := location(&ews.TimeZone{ID: s.Template.TimeZone})
		if err != nil {
			return err
		}
		s.loc = loc
	}
	return nil
}

// times returns the original starts and ends of a computable series, deleted
// and moved occurrences included. Clocks go by local time: a meeting at ten is
// at ten in summer and in winter.
func (s *series) times() iter.Seq2[time.Time, time.Time] {
	return func(yield func(start, end time.Time) bool) {
		all, ok := days(s.Recurrence)
		if !ok {
			return
		}
		start, end := s.Template.Start.In(s.loc), s.Template.End.In(s.loc)
		nights := int(ews.DateOf(end).In(time.UTC).Sub(ews.DateOf(start).In(time.UTC)) / (24 * time.Hour))
		for d := range all {
			if !yield(at(d, start, 0, s.loc), at(d, end, nights, s.loc)) {
				return
			}
		}
	}
}

// at returns the time of day of t on a day.
func at(d ews.Date, t time.Time, later int, loc *time.Location) time.Time {
	hour, minute, second := t.Clock()
	return time.Date(d.Year, d.Month, d.Day+later, hour, minute, second, 0, loc).UTC()
}

// occurrence returns the booking of an occurrence like the others.
func (s *series) occurrence(start, end time.Time) *Booking {
	b := s.Template
	b.Key = occurrenceKey(s.Template.Key, start)
	b.RecurrenceID, b.Start, b.End = start, start, end
	b.setDays()
	return &b
}

// agrees reports whether the series can be computed, and comes to the same
// first and last occurrence as Exchange.
func (s *series) agrees(item *ews.CalendarItem) bool {
	if s.computable() != nil {
		return false
	}
	if item.EndTimeZone != nil && item.EndTimeZone.ID != s.Template.TimeZone {
		return false
	}
	deleted := make(map[int64]bool, len(s.Deleted))
	for _, original := range s.Deleted {
		deleted[original.Unix()] = true
	}
	// Some programs write an end in the year 4500 where they mean none.
	endless := s.Recurrence.NumberOfOccurrences == 0 &&
		(s.Recurrence.EndDate.IsZero() || s.Recurrence.EndDate.Year > s.Recurrence.StartDate.Year+200)
	var first, last time.Time
	for start := range s.times() {
		if deleted[start.Unix()] {
			continue
		}
		if first.IsZero() {
			first = start
		}
		if last = start; endless {
			break
		}
	}
	if o := item.FirstOccurrence; o != nil && !o.OriginalStart.Equal(first) {
		return false
	}
	if o := item.LastOccurrence; o != nil && !endless && !o.OriginalStart.Equal(last) {
		return false
	}
	return true
}
