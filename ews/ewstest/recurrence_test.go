package ewstest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// oracle knows a series day by day, and nothing of how the server does it.
type oracle struct {
	pattern    ews.Recurrence
	loc        *time.Location
	begin, end time.Duration // on the clock, from midnight
	changed    map[ews.Date][2]time.Time
	deleted    map[ews.Date]bool
}

func next(d ews.Date) ews.Date {
	return ews.DateOf(time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, time.UTC))
}

func weekdayOf(d ews.Date) time.Weekday { return d.In(time.UTC).Weekday() }

func isKind(day time.Weekday, kind ews.DayOfWeek) bool {
	weekend := day == time.Saturday || day == time.Sunday
	return string(kind) == day.String() || kind == ews.AnyDay || kind == ews.AnyWeekday && !weekend || kind == ews.WeekendDay && weekend
}

// fits reports whether the pattern, without its end, has a day.
func (o *oracle) fits(d ews.Date) bool {
	p := &o.pattern
	start := p.StartDate
	months := (d.Year-start.Year)*12 + int(d.Month) - int(start.Month)
	days := int(d.In(time.UTC).Sub(start.In(time.UTC)) / (24 * time.Hour))
	if days < 0 {
		return false
	}
	switch p.Pattern {
	case ews.DailyRecurrence:
		return days%p.Interval == 0
	case ews.WeeklyRecurrence:
		first := p.FirstDayOfWeek
		if first == "" {
			first = ews.Sunday
		}
		weeks := 0 // that have begun since the first day
		for c := start; c != d; {
			if c = next(c); isKind(weekdayOf(c), first) {
				weeks++
			}
		}
		return weeks%p.Interval == 0 && slices.ContainsFunc(p.DaysOfWeek, func(k ews.DayOfWeek) bool { return isKind(weekdayOf(d), k) })
	case ews.AbsoluteMonthlyRecurrence:
		return months%p.Interval == 0 && o.absolute(d)
	case ews.RelativeMonthlyRecurrence:
		return months%p.Interval == 0 && o.relative(d)
	case ews.AbsoluteYearlyRecurrence:
		return d.Month == p.Month && o.absolute(d)
	default:
		return d.Month == p.Month && o.relative(d)
	}
}

func (o *oracle) absolute(d ews.Date) bool {
	lastOfMonth := next(d).Day == 1
	return d.Day == o.pattern.DayOfMonth || lastOfMonth && d.Day < o.pattern.DayOfMonth
}

func (o *oracle) relative(d ews.Date) bool {
	kind, before, after := o.pattern.DaysOfWeek[0], 0, 0
	if !isKind(weekdayOf(d), kind) {
		return false
	}
	for c := (ews.Date{Year: d.Year, Month: d.Month, Day: 1}); c.Month == d.Month; c = next(c) {
		switch {
		case !isKind(weekdayOf(c), kind):
		case c.Day < d.Day:
			before++
		case c.Day > d.Day:
			after++
		}
	}
	switch o.pattern.DayOfWeekIndex {
	case ews.Last:
		return after == 0
	default:
		return before == slices.Index([]ews.DayOfWeekIndex{ews.First, ews.Second, ews.Third, ews.Fourth}, o.pattern.DayOfWeekIndex)
	}
}

// days returns the days of the pattern up to a time, deleted ones included.
func (o *oracle) days(until time.Time) []ews.Date {
	var all []ews.Date
	p := &o.pattern
	for d := p.StartDate; d.In(o.loc).Before(until); d = next(d) {
		if !p.EndDate.IsZero() && d.In(time.UTC).After(p.EndDate.In(time.UTC)) || p.NumberOfOccurrences > 0 && len(all) == p.NumberOfOccurrences {
			break
		}
		if o.fits(d) {
			all = append(all, d)
		}
	}
	return all
}

func (o *oracle) at(d ews.Date, clock time.Duration) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, int(clock/time.Second), 0, o.loc)
}

// times returns when the occurrence of a day takes place.
func (o *oracle) times(d ews.Date) (start, end time.Time) {
	if c, ok := o.changed[d]; ok {
		return c[0], c[1]
	}
	start, end = o.at(d, o.begin), o.at(d, o.end)
	if end.Before(start) {
		end = start
	}
	return start, end
}

// shown returns what a view shows, as text, in order.
func (o *oracle) shown(from, to time.Time) []string {
	var all []string
	for _, d := range o.days(to.AddDate(0, 0, 100)) {
		start, end := o.times(d)
		inside := start.Before(to) && end.After(from) || start.Equal(end) && !start.Before(from) && start.Before(to)
		if !o.deleted[d] && inside {
			all = append(all, line(start, end, o.at(d, o.begin)))
		}
	}
	slices.Sort(all)
	return all
}

func line(start, end, original time.Time) string {
	return fmt.Sprintf("%s to %s, was %s", start.UTC().Format(time.RFC3339), end.UTC().Format(time.RFC3339), original.UTC().Format(time.RFC3339))
}

func lines(items []ews.CalendarItem) []string {
	var all []string
	for i := range items {
		all = append(all, line(items[i].Start, items[i].End, items[i].OriginalStart))
	}
	slices.Sort(all)
	return all
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// randomPattern returns any pattern with any end.
func randomPattern(r *rand.Rand, start ews.Date) ews.Recurrence {
	names := []ews.DayOfWeek{ews.Sunday, ews.Monday, ews.Tuesday, ews.Wednesday, ews.Thursday, ews.Friday, ews.Saturday}
	p := ews.Recurrence{StartDate: start, Interval: 1 + r.IntN(4), Pattern: pick(r, ews.DailyRecurrence, ews.WeeklyRecurrence,
		ews.AbsoluteMonthlyRecurrence, ews.RelativeMonthlyRecurrence, ews.AbsoluteYearlyRecurrence, ews.RelativeYearlyRecurrence)}
	switch p.Pattern {
	case ews.DailyRecurrence:
	case ews.WeeklyRecurrence:
		for range 1 + r.IntN(3) {
			p.DaysOfWeek = append(p.DaysOfWeek, pick(r, names...))
		}
		p.FirstDayOfWeek = pick(r, append(names, "")...)
	case ews.AbsoluteMonthlyRecurrence, ews.AbsoluteYearlyRecurrence:
		p.DayOfMonth = pick(r, 1, 15, 28, 29, 30, 31)
	case ews.RelativeMonthlyRecurrence, ews.RelativeYearlyRecurrence:
		p.DaysOfWeek = []ews.DayOfWeek{pick(r, append(names, ews.AnyDay, ews.AnyWeekday, ews.WeekendDay)...)}
		p.DayOfWeekIndex = pick(r, ews.First, ews.Second, ews.Third, ews.Fourth, ews.Last)
	}
	if p.Pattern == ews.AbsoluteYearlyRecurrence || p.Pattern == ews.RelativeYearlyRecurrence {
		p.Interval, p.Month = 0, time.Month(1+r.IntN(12))
	}
	switch r.IntN(3) {
	case 0:
		p.NumberOfOccurrences = 1 + r.IntN(30)
	case 1: // far enough for the rarest pattern
		p.EndDate = ews.DateOf(start.In(time.UTC).AddDate(1, r.IntN(12), r.IntN(28)))
	}
	return p
}

// TestExpansion compares series with the oracle: in every kind of zone, over
// changes of the clock, after occurrences have been moved and cancelled, in
// views that begin anywhere; in the organizer's calendar and in a room's.
func TestExpansion(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for round := range 30 {
		s := loopback(t, nil)
		zone := pick(r, "UTC", "W. Europe Standard Time", "Pacific Standard Time", "AUS Eastern Standard Time", "Lord Howe Standard Time", "Line Islands Standard Time", "Azores Standard Time")
		loc, err := (&ews.TimeZone{ID: zone}).Location()
		require.NoError(t, err)
		start := ews.DateOf(time.Date(2029, time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC))
		o := &oracle{pattern: randomPattern(r, start), loc: loc, changed: map[ews.Date][2]time.Time{}, deleted: map[ews.Date]bool{}}
		o.begin = time.Duration(r.IntN(96)) * 15 * time.Minute
		o.end = o.begin + time.Duration(r.IntN(150))*15*time.Minute
		what := fmt.Sprintf("seed %d, round %d: %+v in %s, %s to %s", seed, round, o.pattern, zone, o.begin, o.end)

		days := o.days(start.In(loc).AddDate(3, 0, 0))
		given := o.pattern
		organizer, guest := s.Mailbox(anna), s.Mailbox(room)
		guest.MakeRoom(open(ewstest.RoomOptions{}))
		a := ewstest.Appointment{Subject: "x", TimeZone: zone, Recurrence: &given, Resources: []string{room}}
		a.Start, a.End = o.at(start, o.begin), o.at(start, o.end)
		if a.End.Before(a.Start) {
			continue // the hour that the clocks skip
		}
		id, err := organizer.Book(a)
		if len(days) == 0 {
			require.ErrorIs(t, err, ews.ResponseCode("ErrorRecurrenceHasNoOccurrence"), what)
			continue
		}
		require.NoError(t, err, what)

		for range r.IntN(6) {
			d := pick(r, days[:min(len(days), 20)]...)
			original := o.at(d, o.begin)
			if r.IntN(3) == 0 {
				err := organizer.CancelOccurrence(id, original)
				require.Equal(t, o.deleted[d], err != nil, "%s: cancel %s: %v", what, d, err)
				o.deleted[d] = true
				continue
			}
			from, _ := o.times(d)
			from = from.Add(time.Duration(r.IntN(200)-100) * time.Hour)
			to := from.Add(time.Duration(r.IntN(5)) * time.Hour)
			err := organizer.ChangeOccurrence(id, original, func(a *ewstest.Appointment) { a.Start, a.End = from, to })
			switch {
			case o.deleted[d]:
				require.ErrorIs(t, err, ews.ErrorItemNotFound, what)
			case o.crosses(days, d, from):
				require.ErrorIs(t, err, ews.ResponseCode("ErrorOccurrenceCrossingBoundary"), "%s: %s to %s", what, d, from)
			default:
				require.NoError(t, err, "%s: %s to %s", what, d, from)
				if was, end := o.times(d); !was.Equal(from) || !end.Equal(to) {
					o.changed[d] = [2]time.Time{from, to}
				}
			}
		}
		for range 5 {
			from := start.In(loc).Add(time.Duration(r.IntN(3*365*24)-200) * time.Hour)
			to := from.Add(time.Duration(r.IntN(200*24)) * time.Hour)
			want := o.shown(from, to)
			require.Equal(t, want, lines(organizer.Calendar(from, to)), "%s: from %s to %s", what, from, to)
			require.Equal(t, want, lines(guest.Calendar(from, to)), "%s: from %s to %s, in the room", what, from, to)
		}
	}
}

// crosses reports whether an occurrence may not begin at a time: on or beyond
// the days of those around it.
func (o *oracle) crosses(days []ews.Date, d ews.Date, to time.Time) bool {
	day := func(t time.Time) time.Time { return ews.DateOf(t.In(o.loc)).In(time.UTC) }
	for _, other := range days {
		start, _ := o.times(other)
		if o.deleted[other] || other == d {
			continue
		}
		before := other.In(time.UTC).Before(d.In(time.UTC))
		if before && !day(start).Before(day(to)) || !before && !day(start).After(day(to)) {
			return true
		}
	}
	return false
}
