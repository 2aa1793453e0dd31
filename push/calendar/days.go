package calendar

import (
	"iter"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// maxInterval bounds what is believed of a recurrence.
const maxInterval = 9999

// days returns the days of a recurrence in order, deleted and moved ones
// included, without end if the recurrence has none; ok is false for a pattern
// that is not known.
func days(r *ews.Recurrence) (all iter.Seq[ews.Date], ok bool) {
	var raw iter.Seq[ews.Date]
	switch r.Pattern {
	case ews.DailyRecurrence:
		raw = daily(r)
	case ews.WeeklyRecurrence:
		raw = weekly(r)
	case ews.AbsoluteMonthlyRecurrence, ews.RelativeMonthlyRecurrence:
		raw = monthly(r, r.Interval)
	case ews.AbsoluteYearlyRecurrence, ews.RelativeYearlyRecurrence:
		first := r.StartDate
		if r.Month < first.Month {
			first.Year++
		}
		yearly := *r
		yearly.StartDate.Year, yearly.StartDate.Month = first.Year, r.Month
		raw = monthly(&yearly, 12)
	default:
		return nil, false
	}
	if r.StartDate.IsZero() || !isYearly(r.Pattern) && (r.Interval < 1 || r.Interval > maxInterval) || !hasDays(r) {
		return nil, false
	}
	return within(r, raw), true
}

func isYearly(p ews.RecurrencePattern) bool {
	return p == ews.AbsoluteYearlyRecurrence || p == ews.RelativeYearlyRecurrence
}

// hasDays reports whether the pattern says on which days.
func hasDays(r *ews.Recurrence) bool {
	switch r.Pattern {
	case ews.WeeklyRecurrence:
		return !slices.ContainsFunc(r.DaysOfWeek, func(d ews.DayOfWeek) bool { _, ok := weekday(d); return !ok }) && len(r.DaysOfWeek) > 0
	case ews.AbsoluteMonthlyRecurrence:
		return r.DayOfMonth >= 1 && r.DayOfMonth <= 31
	case ews.AbsoluteYearlyRecurrence:
		return r.DayOfMonth >= 1 && r.DayOfMonth <= 31 && r.Month >= time.January && r.Month <= time.December
	case ews.RelativeYearlyRecurrence:
		return isRelative(r) && r.Month >= time.January && r.Month <= time.December
	case ews.RelativeMonthlyRecurrence:
		return isRelative(r)
	default:
		return true
	}
}

func isRelative(r *ews.Recurrence) bool {
	if len(r.DaysOfWeek) != 1 {
		return false
	}
	_, named := weekday(r.DaysOfWeek[0])
	switch r.DaysOfWeek[0] {
	case ews.AnyDay, ews.AnyWeekday, ews.WeekendDay:
		named = true
	default:
	}
	_, ok := index(r.DayOfWeekIndex)
	return named && ok
}

// within cuts the days to the range of the recurrence.
func within(r *ews.Recurrence, raw iter.Seq[ews.Date]) iter.Seq[ews.Date] {
	return func(yield func(ews.Date) bool) {
		n := 0
		for d := range raw {
			if before(d, r.StartDate) {
				continue
			}
			if r.NumberOfOccurrences > 0 && n == r.NumberOfOccurrences || !r.EndDate.IsZero() && before(r.EndDate, d) {
				return
			}
			n++
			if !yield(d) {
				return
			}
		}
	}
}

func daily(r *ews.Recurrence) iter.Seq[ews.Date] {
	return func(yield func(ews.Date) bool) {
		for d := r.StartDate; yield(d); d = addDays(d, r.Interval) {
		}
	}
}

func weekly(r *ews.Recurrence) iter.Seq[ews.Date] {
	first, ok := weekday(r.FirstDayOfWeek)
	if !ok {
		first = time.Sunday
	}
	var wanted [7]bool
	for _, d := range r.DaysOfWeek {
		if w, ok := weekday(d); ok {
			wanted[w] = true
		}
	}
	// The week that the series begins in is the first of every Interval weeks.
	week := addDays(r.StartDate, -int((weekdayOf(r.StartDate)-first+7)%7))
	return func(yield func(ews.Date) bool) {
		for ; ; week = addDays(week, 7*r.Interval) {
			for i := range 7 {
				if d := addDays(week, i); wanted[weekdayOf(d)] && !yield(d) {
					return
				}
			}
		}
	}
}

// monthly returns the day in every interval-th month from that of StartDate on.
func monthly(r *ews.Recurrence, interval int) iter.Seq[ews.Date] {
	return func(yield func(ews.Date) bool) {
		for year, month := r.StartDate.Year, r.StartDate.Month; ; {
			var d ews.Date
			if r.Pattern == ews.AbsoluteMonthlyRecurrence || r.Pattern == ews.AbsoluteYearlyRecurrence {
				d = ews.Date{Year: year, Month: month, Day: min(r.DayOfMonth, daysIn(year, month))}
			} else {
				d = relativeDay(r, year, month)
			}
			if !yield(d) {
				return
			}
			months := int(month) - 1 + interval
			year, month = year+months/12, time.Month(months%12+1)
		}
	}
}

// relativeDay returns the day that "the second Tuesday" is in a month.
func relativeDay(r *ews.Recurrence, year int, month time.Month) ews.Date {
	nth, _ := index(r.DayOfWeekIndex)
	var last ews.Date
	for day := 1; day <= daysIn(year, month); day++ {
		d := ews.Date{Year: year, Month: month, Day: day}
		if !isKind(r.DaysOfWeek[0], weekdayOf(d)) {
			continue
		}
		last = d
		if nth--; nth == 0 {
			break
		}
	}
	return last
}

// index returns which one is meant; Last is one that no month has.
func index(i ews.DayOfWeekIndex) (int, bool) {
	n := slices.Index([]ews.DayOfWeekIndex{ews.First, ews.Second, ews.Third, ews.Fourth}, i)
	if i == ews.Last {
		return 32, true
	}
	return n + 1, n >= 0
}

func isKind(kind ews.DayOfWeek, day time.Weekday) bool {
	weekend := day == time.Saturday || day == time.Sunday
	switch kind {
	case ews.AnyDay:
		return true
	case ews.AnyWeekday:
		return !weekend
	case ews.WeekendDay:
		return weekend
	default:
		w, ok := weekday(kind)
		return ok && w == day
	}
}

func weekday(d ews.DayOfWeek) (time.Weekday, bool) {
	i := slices.Index([]ews.DayOfWeek{
		ews.Sunday, ews.Monday, ews.Tuesday, ews.Wednesday, ews.Thursday, ews.Friday, ews.Saturday,
	}, d)
	return time.Weekday(i), i >= 0
}

func weekdayOf(d ews.Date) time.Weekday { return d.In(time.UTC).Weekday() }

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func addDays(d ews.Date, n int) ews.Date { return ews.DateOf(d.In(time.UTC).AddDate(0, 0, n)) }

func before(a, b ews.Date) bool {
	if a.Year != b.Year {
		return a.Year < b.Year
	}
	if a.Month != b.Month {
		return a.Month < b.Month
	}
	return a.Day < b.Day
}
