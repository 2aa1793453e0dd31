package ewstest

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// maxOccurrences is how many occurrences a t:NumberedRecurrence may have.
const maxOccurrences = 999

// recurrence is a pattern without time of day: a sequence of days.
type recurrence struct {
	ews.Recurrence
	first int  // day number of StartDate
	last  int  // the last day there may be
	ends  bool // else last means nothing
}

// newRecurrence checks a recurrence. Its StartDate must be set.
func newRecurrence(r *ews.Recurrence) (*recurrence, error) {
	c := &recurrence{Recurrence: *r, first: dayNumber(r.StartDate)}
	if wrong := c.normalize(); wrong != "" {
		return nil, fmt.Errorf("ewstest: %s: %s: %w", r.Pattern, wrong, errorCalendarInvalidRecurrence)
	}
	if !c.EndDate.IsZero() {
		c.ends, c.last = true, dayNumber(c.EndDate)
	}
	if n := c.NumberOfOccurrences; n > 0 {
		for day := range c.from(c.first) {
			if n--; n == 0 {
				c.ends, c.last = true, day
				break
			}
		}
	}
	if _, ok := c.next(c.first); !ok {
		return nil, fmt.Errorf("ewstest: %s: %w", r.Pattern, errorRecurrenceHasNoOccurrence)
	}
	return c, nil
}

// normalize drops what the pattern does not have, and says what is wrong with
// the rest.
func (r *recurrence) normalize() string {
	n := ews.Recurrence{
		Pattern: r.Pattern, Interval: r.Interval, StartDate: r.StartDate, EndDate: r.EndDate, NumberOfOccurrences: r.NumberOfOccurrences,
	}
	switch r.Pattern {
	case ews.DailyRecurrence:
	case ews.WeeklyRecurrence:
		n.DaysOfWeek, n.FirstDayOfWeek = r.DaysOfWeek, r.FirstDayOfWeek
		setDefault(&n.FirstDayOfWeek, ews.Sunday)
		if weekdays(n.DaysOfWeek) == 0 || !oneDay(n.FirstDayOfWeek) {
			return "unknown days"
		}
	case ews.AbsoluteMonthlyRecurrence, ews.AbsoluteYearlyRecurrence:
		if n.DayOfMonth = r.DayOfMonth; n.DayOfMonth < 1 || n.DayOfMonth > 31 {
			return "the day of the month is not 1 to 31"
		}
	case ews.RelativeMonthlyRecurrence, ews.RelativeYearlyRecurrence:
		n.DaysOfWeek, n.DayOfWeekIndex = r.DaysOfWeek, r.DayOfWeekIndex
		if len(n.DaysOfWeek) != 1 || weekdays(n.DaysOfWeek) == 0 {
			return "not one kind of day"
		}
		if !slices.Contains([]ews.DayOfWeekIndex{ews.First, ews.Second, ews.Third, ews.Fourth, ews.Last}, n.DayOfWeekIndex) {
			return "unknown index of the day"
		}
	default:
		return "unknown pattern"
	}
	if r.yearly() {
		n.Interval = 1
		if n.Month = r.Month; n.Month < time.January || n.Month > time.December {
			return "no month"
		}
	}
	r.Recurrence = n
	switch {
	case n.Interval < 1:
		return "the interval is less than 1"
	case !n.EndDate.IsZero() && n.NumberOfOccurrences != 0:
		return "both an end and a number of occurrences"
	case n.NumberOfOccurrences < 0 || n.NumberOfOccurrences > maxOccurrences:
		return "the number of occurrences is not 1 to 999"
	default:
		return ""
	}
}

func (r *recurrence) yearly() bool {
	return r.Pattern == ews.AbsoluteYearlyRecurrence || r.Pattern == ews.RelativeYearlyRecurrence
}

// from yields the days of the pattern from a day number on, in order, until the
// series ends or the caller has enough.
func (r *recurrence) from(start int) iter.Seq[int] {
	start = max(start, r.first)
	return func(yield func(int) bool) {
		for k := r.period(start); ; k++ {
			for _, day := range r.days(k) {
				if r.ends && day > r.last {
					return
				}
				if day >= start && !yield(day) {
					return
				}
			}
		}
	}
}

// next returns the first day of the pattern from a day on.
func (r *recurrence) next(day int) (next int, ok bool) {
	r.from(day)(func(d int) bool {
		next, ok = d, true
		return false
	})
	return next, ok
}

// has reports whether a day is one of the pattern.
func (r *recurrence) has(day int) bool {
	d, ok := r.next(day)
	return ok && d == day
}

// period returns the number of the period that a day is in, or of one before;
// the first one is 0.
func (r *recurrence) period(day int) int {
	d := dateOf(day)
	switch r.Pattern {
	case ews.DailyRecurrence:
		return (day - r.first) / r.Interval
	case ews.WeeklyRecurrence:
		return (day - r.firstWeek()) / (7 * r.Interval)
	case ews.AbsoluteMonthlyRecurrence, ews.RelativeMonthlyRecurrence:
		return (months(d) - months(r.StartDate)) / r.Interval
	default:
		return d.Year - r.StartDate.Year
	}
}

// days returns the days of a period, in order.
func (r *recurrence) days(period int) []int {
	switch r.Pattern {
	case ews.DailyRecurrence:
		return []int{r.first + period*r.Interval}
	case ews.WeeklyRecurrence:
		week := r.firstWeek() + period*7*r.Interval
		return matching(week, week+7, weekdays(r.DaysOfWeek))
	case ews.AbsoluteMonthlyRecurrence, ews.RelativeMonthlyRecurrence:
		return []int{r.dayIn(months(r.StartDate) + period*r.Interval)}
	default:
		return []int{r.dayIn((r.StartDate.Year+period)*12 + int(r.Month) - 1)}
	}
}

// dayIn returns the day of the pattern in a month, which is counted from the
// year 0.
func (r *recurrence) dayIn(month int) int {
	begin := dayNumber(ews.Date{Year: month / 12, Month: time.Month(month%12 + 1), Day: 1})
	end := dayNumber(ews.Date{Year: (month + 1) / 12, Month: time.Month((month+1)%12 + 1), Day: 1})
	if r.DayOfMonth > 0 {
		return min(begin+r.DayOfMonth, end) - 1
	}
	days := matching(begin, end, weekdays(r.DaysOfWeek))
	switch r.DayOfWeekIndex {
	case ews.First:
		return days[0]
	case ews.Second:
		return days[1]
	case ews.Third:
		return days[2]
	case ews.Fourth:
		return days[3]
	default:
		return days[len(days)-1]
	}
}

// firstWeek returns the day with which the week of StartDate begins.
func (r *recurrence) firstWeek() int {
	for day := r.first; ; day-- {
		if weekdays([]ews.DayOfWeek{r.FirstDayOfWeek})&(1<<weekday(day)) != 0 {
			return day
		}
	}
}

// matching returns the days from begin up to end whose weekday is in a set.
func matching(begin, end int, set uint8) []int {
	var days []int
	for day := begin; day < end; day++ {
		if set&(1<<weekday(day)) != 0 {
			days = append(days, day)
		}
	}
	return days
}

// weekdays returns the days of the week that are meant, as bits; 0 if one of
// them is unknown.
func weekdays(days []ews.DayOfWeek) uint8 {
	var set uint8
	for _, d := range days {
		switch d {
		case ews.AnyDay:
			set |= 0b1111111
		case ews.AnyWeekday:
			set |= 0b0111110
		case ews.WeekendDay:
			set |= 0b1000001
		default:
			i := slices.Index([]ews.DayOfWeek{ews.Sunday, ews.Monday, ews.Tuesday, ews.Wednesday, ews.Thursday, ews.Friday, ews.Saturday}, d)
			if i < 0 {
				return 0
			}
			set |= 1 << i
		}
	}
	return set
}

func oneDay(d ews.DayOfWeek) bool {
	set := weekdays([]ews.DayOfWeek{d})
	return set != 0 && set&(set-1) == 0
}

// Days are counted from 1 January 1970.

func dayNumber(d ews.Date) int {
	return int(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func dateOf(day int) ews.Date { return ews.DateOf(time.Unix(int64(day)*86400, 0).UTC()) }

func weekday(day int) int { return ((day+4)%7 + 7) % 7 } // 1 January 1970 was a Thursday

func months(d ews.Date) int { return d.Year*12 + int(d.Month) - 1 }

func equalRecurrences(a, b *ews.Recurrence) bool {
	return a.Pattern == b.Pattern && a.Interval == b.Interval && a.FirstDayOfWeek == b.FirstDayOfWeek &&
		a.DayOfMonth == b.DayOfMonth && a.DayOfWeekIndex == b.DayOfWeekIndex && a.Month == b.Month &&
		a.StartDate == b.StartDate && a.EndDate == b.EndDate && a.NumberOfOccurrences == b.NumberOfOccurrences
}
