package calendar

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
)

var daysSeed = flag.Uint64("days.seed", 1, "seed of the random recurrences")

// isDay is the definition of a recurrence, day by day: slow, and written without
// a look at days.
func isDay(r *ews.Recurrence, d ews.Date) bool {
	t, start := d.In(time.UTC), r.StartDate.In(time.UTC)
	lastOfMonth := t.AddDate(0, 0, 1).Month() != t.Month()
	months := (t.Year()-start.Year())*12 + int(t.Month()) - int(start.Month())
	kind := func(t time.Time) bool {
		switch r.DaysOfWeek[0] {
		case ews.AnyDay:
			return true
		case ews.AnyWeekday:
			return t.Weekday() >= time.Monday && t.Weekday() <= time.Friday
		case ews.WeekendDay:
			return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
		default:
			return t.Weekday().String() == string(r.DaysOfWeek[0])
		}
	}
	nth := func() bool {
		if !kind(t) {
			return false
		}
		before, after := 0, 0
		for other := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC); other.Month() == t.Month(); other = other.AddDate(0, 0, 1) {
			if kind(other) && other.Before(t) {
				before++
			}
			if kind(other) && other.After(t) {
				after++
			}
		}
		if r.DayOfWeekIndex == ews.Last {
			return after == 0
		}
		return before == map[ews.DayOfWeekIndex]int{ews.First: 0, ews.Second: 1, ews.Third: 2, ews.Fourth: 3}[r.DayOfWeekIndex]
	}
	switch r.Pattern {
	case ews.DailyRecurrence:
		return int(t.Sub(start)/(24*time.Hour))%r.Interval == 0
	case ews.WeeklyRecurrence:
		weekOf := func(t time.Time) time.Time {
			for t.Weekday().String() != string(r.FirstDayOfWeek) {
				t = t.AddDate(0, 0, -1)
			}
			return t
		}
		return slices.Contains(r.DaysOfWeek, ews.DayOfWeek(t.Weekday().String())) &&
			int(weekOf(t).Sub(weekOf(start))/(7*24*time.Hour))%r.Interval == 0
	case ews.AbsoluteMonthlyRecurrence:
		return months%r.Interval == 0 && (t.Day() == r.DayOfMonth || lastOfMonth && t.Day() < r.DayOfMonth)
	case ews.RelativeMonthlyRecurrence:
		return months%r.Interval == 0 && nth()
	case ews.AbsoluteYearlyRecurrence:
		return t.Month() == r.Month && (t.Day() == r.DayOfMonth || lastOfMonth && t.Day() < r.DayOfMonth)
	case ews.RelativeYearlyRecurrence:
		return t.Month() == r.Month && nth()
	}
	return false
}

func randomRecurrence(rnd *rand.Rand) *ews.Recurrence {
	week := []ews.DayOfWeek{ews.Sunday, ews.Monday, ews.Tuesday, ews.Wednesday, ews.Thursday, ews.Friday, ews.Saturday}
	kinds := append(slices.Clone(week), ews.AnyDay, ews.AnyWeekday, ews.WeekendDay)
	indexes := []ews.DayOfWeekIndex{ews.First, ews.Second, ews.Third, ews.Fourth, ews.Last}
	patterns := []ews.RecurrencePattern{
		ews.DailyRecurrence, ews.WeeklyRecurrence, ews.AbsoluteMonthlyRecurrence,
		ews.RelativeMonthlyRecurrence, ews.AbsoluteYearlyRecurrence, ews.RelativeYearlyRecurrence,
	}
	r := &ews.Recurrence{
		Pattern:        patterns[rnd.IntN(len(patterns))],
		Interval:       1 + rnd.IntN(4),
		FirstDayOfWeek: week[rnd.IntN(7)],
		DayOfMonth:     1 + rnd.IntN(31),
		DayOfWeekIndex: indexes[rnd.IntN(len(indexes))],
		Month:          time.Month(1 + rnd.IntN(12)),
		StartDate:      ews.Date{Year: 2020 + rnd.IntN(8), Month: time.Month(1 + rnd.IntN(12)), Day: 1 + rnd.IntN(28)},
	}
	if r.Pattern == ews.WeeklyRecurrence {
		for _, d := range week {
			if rnd.IntN(3) == 0 {
				r.DaysOfWeek = append(r.DaysOfWeek, d)
			}
		}
		if len(r.DaysOfWeek) == 0 {
			r.DaysOfWeek = []ews.DayOfWeek{week[rnd.IntN(7)]}
		}
	} else {
		r.DaysOfWeek = []ews.DayOfWeek{kinds[rnd.IntN(len(kinds))]}
	}
	switch rnd.IntN(3) {
	case 0:
		r.NumberOfOccurrences = 1 + rnd.IntN(40)
	case 1:
		r.EndDate = ews.DateOf(r.StartDate.In(time.UTC).AddDate(0, rnd.IntN(40), rnd.IntN(30)))
	}
	return r
}

func TestDaysFollowTheDefinition(t *testing.T) {
	t.Logf("-days.seed=%d", *daysSeed)
	rnd := rand.New(rand.NewPCG(*daysSeed, 0))
	for range 600 {
		r := randomRecurrence(rnd)
		var want []ews.Date
		for d := r.StartDate; d.Year < r.StartDate.Year+5; d = ews.DateOf(d.In(time.UTC).AddDate(0, 0, 1)) {
			if !r.EndDate.IsZero() && d.In(time.UTC).After(r.EndDate.In(time.UTC)) || r.NumberOfOccurrences > 0 && len(want) == r.NumberOfOccurrences {
				break
			}
			if isDay(r, d) {
				want = append(want, d)
			}
		}
		all, ok := days(r)
		require.True(t, ok, "%+v", r)
		var got []ews.Date
		for d := range all {
			if d.Year >= r.StartDate.Year+5 {
				break
			}
			got = append(got, d)
		}
		require.Equal(t, want, got, "%+v", r)
	}
}

func TestDaysRefuseWhatTheyDoNotKnow(t *testing.T) {
	start := ews.Date{Year: 2026, Month: 1, Day: 1}
	for name, r := range map[string]ews.Recurrence{
		"no pattern":           {Interval: 1, StartDate: start},
		"regeneration":         {Pattern: "DailyRegeneration", Interval: 1, StartDate: start},
		"no interval":          {Pattern: ews.DailyRecurrence, StartDate: start},
		"absurd interval":      {Pattern: ews.WeeklyRecurrence, Interval: 1 << 60, DaysOfWeek: []ews.DayOfWeek{ews.Monday}, StartDate: start},
		"no start":             {Pattern: ews.DailyRecurrence, Interval: 1},
		"no days":              {Pattern: ews.WeeklyRecurrence, Interval: 1, StartDate: start},
		"a weekend every week": {Pattern: ews.WeeklyRecurrence, Interval: 1, DaysOfWeek: []ews.DayOfWeek{ews.WeekendDay}, StartDate: start},
		"day 32":               {Pattern: ews.AbsoluteMonthlyRecurrence, Interval: 1, DayOfMonth: 32, StartDate: start},
		"fifth":                {Pattern: ews.RelativeMonthlyRecurrence, Interval: 1, DayOfWeekIndex: "Fifth", DaysOfWeek: []ews.DayOfWeek{ews.Monday}, StartDate: start},
		"month 13":             {Pattern: ews.AbsoluteYearlyRecurrence, DayOfMonth: 1, Month: 13, StartDate: start},
		"no month":             {Pattern: ews.RelativeYearlyRecurrence, DayOfWeekIndex: ews.Last, DaysOfWeek: []ews.DayOfWeek{ews.Monday}, StartDate: start},
	} {
		_, ok := days(&r)
		require.False(t, ok, name)
	}
}

// A meeting at ten is at ten in winter and in summer, and one that lasts over
// the night in which the clocks change ends when the clock says so.
func TestOccurrencesGoByLocalTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	s := &series{
		Template: Booking{
			Key: "u", Start: time.Date(2026, 3, 20, 22, 0, 0, 0, berlin), End: time.Date(2026, 3, 21, 4, 0, 0, 0, berlin),
			TimeZone: "W. Europe Standard Time",
		},
		Recurrence: &ews.Recurrence{
			Pattern: ews.DailyRecurrence, Interval: 1, NumberOfOccurrences: 12, StartDate: ews.Date{Year: 2026, Month: 3, Day: 20},
		},
		Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	all, err := s.occurrences(time.Time{})
	require.NoError(t, err)
	require.Len(t, all, 12)
	lengths := map[time.Duration]int{}
	for _, b := range all {
		require.Equal(t, "22:00 04:00", b.Start.In(berlin).Format("15:04")+" "+b.End.In(berlin).Format("15:04"))
		lengths[b.End.Sub(b.Start)]++
	}
	require.Equal(t, map[time.Duration]int{6 * time.Hour: 11, 5 * time.Hour: 1}, lengths)
	require.Equal(t, "u/20260328T210000Z", all[8].Key)
	require.Equal(t, "u/20260329T200000Z", all[9].Key)
}

func TestUnknownZoneIsAnErrorAndNotNothing(t *testing.T) {
	s := &series{
		Template:   Booking{Key: "u", TimeZone: "Middle-earth Standard Time"},
		Recurrence: &ews.Recurrence{Pattern: ews.DailyRecurrence, Interval: 1, StartDate: ews.Date{Year: 2026, Month: 3, Day: 20}},
		Until:      time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	_, err := s.occurrences(time.Time{})
	require.ErrorIs(t, err, ews.ErrUnknownTimeZone)
}
