package ewstest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// series is what a recurring master has beside its Appointment. Its days are
// days in the time zone of the series, counted from 1970; a day has at most one
// occurrence.
type series struct {
	pattern *recurrence
	loc     *time.Location
	// begin and end are seconds on the clock since the midnight of the day: the
	// local time stays when the clocks change.
	begin, end int

	exceptions map[int]*exception
	deleted    map[int]bool
}

// exception is an occurrence that differs from its master. It has no
// Recurrence.
type exception struct {
	Appointment
	cancelled bool
	response  ews.ResponseType // "" is that of the series
}

// occurrence is an occurrence of a series, by the day on which it was to be.
type occurrence struct {
	day       int
	original  time.Time // when it was to begin
	start     time.Time // when it does
	end       time.Time
	exception *exception // nil if it is as all
}

// beginSeries fills in what a recurrence leaves open, and moves the appointment
// to the first day of its pattern. Its times are in its zone.
func (a *Appointment) beginSeries() error {
	if a.Recurrence.StartDate.IsZero() {
		a.Recurrence.StartDate = ews.DateOf(a.Start)
	}
	r, err := newRecurrence(a.Recurrence)
	if err != nil {
		return err
	}
	first, _ := r.next(r.first) // there is one
	s := &series{pattern: r, loc: a.Start.Location()}
	s.setClock(a.Start, a.End)
	a.Start, a.End = s.at(first)
	normal := r.Recurrence
	normal.StartDate = dateOf(first) // the same pattern: both are in its first period that has a day
	a.Recurrence = &normal
	return nil
}

// newSeries returns the series of a normal appointment with a recurrence.
func newSeries(a *Appointment, z *zones) *series {
	r, err := newRecurrence(a.Recurrence)
	loc, zoneErr := z.location(a.TimeZone)
	if err != nil || zoneErr != nil {
		panic(fmt.Sprintf("ewstest: a normal appointment is not: %v, %v", err, zoneErr))
	}
	s := &series{pattern: r, loc: loc, exceptions: map[int]*exception{}, deleted: map[int]bool{}}
	s.setClock(a.Start.In(loc), a.End.In(loc))
	return s
}

func (s *series) setClock(start, end time.Time) {
	day := dayNumber(ews.DateOf(start))
	clock := func(t time.Time) int {
		return (dayNumber(ews.DateOf(t))-day)*86400 + t.Hour()*3600 + t.Minute()*60 + t.Second()
	}
	s.begin, s.end = clock(start), clock(end)
}

// at returns the times of the pattern on a day.
func (s *series) at(day int) (start, end time.Time) {
	d := dateOf(day)
	start = time.Date(d.Year, d.Month, d.Day, 0, 0, s.begin, 0, s.loc)
	end = time.Date(d.Year, d.Month, d.Day, 0, 0, s.end, 0, s.loc)
	if end.Before(start) { // both are in an hour that the clocks skip
		end = start
	}
	return start.UTC(), end.UTC()
}

// on returns the occurrence of a day, if there is one.
func (s *series) on(day int) (o occurrence, ok bool) {
	if s.deleted[day] || !s.pattern.has(day) {
		return o, false
	}
	return s.occurrence(day), true
}

func (s *series) occurrence(day int) occurrence {
	o := occurrence{day: day, exception: s.exceptions[day]}
	o.original, o.end = s.at(day)
	o.start = o.original
	if o.exception != nil {
		o.start, o.end = o.exception.Start, o.exception.End
	}
	return o
}

// day returns the day of the occurrence that was to begin at a time.
func (s *series) day(original time.Time) (int, bool) {
	// A long way round the clock may lead into the next day; begin is less than
	// a day.
	day := dayNumber(ews.DateOf(original.In(s.loc)))
	start, _ := s.at(day)
	return day, start.Equal(original) && s.pattern.has(day)
}

// between returns the occurrences that a view from start to end shows, in no
// order: those that overlap with it.
func (s *series) between(start, end time.Time) []occurrence {
	var found []occurrence
	long := s.end/86400 + 1
	first := dayNumber(ews.DateOf(start.In(s.loc))) - long
	last := dayNumber(ews.DateOf(end.In(s.loc)))
	for day := range s.pattern.from(first) {
		if day > last {
			break
		}
		if s.deleted[day] || s.exceptions[day] != nil {
			continue
		}
		if o := s.occurrence(day); overlap(o.start, o.end, start, end) {
			found = append(found, o)
		}
	}
	for _, day := range slices.Sorted(maps.Keys(s.exceptions)) {
		if o := s.occurrence(day); overlap(o.start, o.end, start, end) {
			found = append(found, o)
		}
	}
	return found
}

// index returns the n-th occurrence of the pattern, from 1; deleted ones count.
func (s *series) index(n int) (day int, ok bool) {
	for d := range s.pattern.from(s.pattern.first) {
		if n--; n == 0 {
			return d, true
		}
	}
	return 0, false
}

// first returns the first occurrence that is there.
func (s *series) first() (occurrence, bool) {
	for day := range s.pattern.from(s.pattern.first) {
		if !s.deleted[day] {
			return s.occurrence(day), true
		}
		if !s.pattern.ends && day > s.pattern.first+36525 {
			break // a century of deleted occurrences
		}
	}
	return occurrence{}, false
}

// last returns the last occurrence that is there, of a series that ends.
func (s *series) last() (last occurrence, ok bool) {
	if !s.pattern.ends {
		return last, false
	}
	for day := range s.pattern.from(s.pattern.first) {
		if !s.deleted[day] {
			last, ok = occurrence{day: day}, true
		}
	}
	if ok {
		last = s.occurrence(last.day)
	}
	return last, ok
}

// neighbours returns the occurrences before and after a day that are there.
func (s *series) neighbours(day int) (before, after *occurrence) {
	for d := range s.pattern.from(s.pattern.first) {
		if d == day || s.deleted[d] {
			continue
		}
		o := s.occurrence(d)
		if d > day {
			return before, &o
		}
		before = &o
	}
	return before, nil
}

// overlap reports whether a view shows what lasts from start to end.
func overlap(start, end, viewStart, viewEnd time.Time) bool {
	if start.Equal(end) {
		return !start.Before(viewStart) && start.Before(viewEnd)
	}
	return start.Before(viewEnd) && end.After(viewStart)
}

func (s *series) clone() *series {
	if s == nil {
		return nil
	}
	c := *s
	c.deleted = maps.Clone(s.deleted)
	c.exceptions = make(map[int]*exception, len(s.exceptions))
	for day, e := range s.exceptions {
		d := *e
		d.Appointment = e.clone()
		c.exceptions[day] = &d
	}
	return &c
}
