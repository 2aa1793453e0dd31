package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
)

// Whatever a server says, the days rise, begin with the series, and come one
// after another without end or end.
func FuzzDays(f *testing.F) {
	f.Add("DailyRecurrence", 1, "", "", 0, "", 0, 2026, 11, 22, 5)
	f.Add("WeeklyRecurrence", 2, "Monday", "Friday", 0, "", 0, 2026, 2, 30, 0)
	f.Add("AbsoluteMonthlyRecurrence", 1, "", "", 31, "", 0, 2026, 1, 31, 0)
	f.Add("RelativeMonthlyRecurrence", 3, "WeekendDay", "", 0, "Last", 0, 2026, 12, 31, 12)
	f.Add("AbsoluteYearlyRecurrence", 0, "", "", 29, "", 2, 2024, 2, 29, 0)
	f.Add("RelativeYearlyRecurrence", 0, "Day", "", 0, "First", 1, 1601, 1, 1, 0)
	f.Fuzz(func(t *testing.T, pattern string, interval int, day1, day2 string, dayOfMonth int, index string, month, y, m, d, count int) {
		start := ews.Date{Year: y, Month: time.Month(m), Day: d}
		if y < -100_000 || y > 100_000 || start != ews.DateOf(start.In(time.UTC)) {
			return // no xs:date that is read
		}
		r := &ews.Recurrence{
			Pattern: ews.RecurrencePattern(pattern), Interval: interval, DayOfMonth: dayOfMonth, DayOfWeekIndex: ews.DayOfWeekIndex(index),
			Month: time.Month(month), StartDate: start, NumberOfOccurrences: count,
		}
		for _, day := range []string{day1, day2} {
			if day != "" {
				r.DaysOfWeek = append(r.DaysOfWeek, ews.DayOfWeek(day))
			}
		}
		all, ok := days(r)
		if !ok {
			return
		}
		n, last := 0, r.StartDate
		for day := range all {
			require.False(t, before(day, r.StartDate))
			require.True(t, n == 0 || before(last, day), "%v after %v", day, last)
			require.Equal(t, day, ews.DateOf(day.In(time.UTC)), "a day of the calendar")
			last = day
			if n++; n == 300 {
				break
			}
		}
		require.True(t, count <= 0 || n <= count)
	})
}
