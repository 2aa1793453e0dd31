package ews

import (
	"fmt"
	"time"
)

// Recurrence is t:Recurrence (schema type t:RecurrenceType): a pattern and a
// range. Its days are days in the time zone of the series.
type Recurrence struct {
	Pattern  RecurrencePattern
	Interval int // every so many days, weeks, months; yearly patterns have none

	// DaysOfWeek is t:DaysOfWeek: the days of a WeeklyRecurrence, the one kind
	// of day of a relative pattern.
	DaysOfWeek     []DayOfWeek
	FirstDayOfWeek DayOfWeek      // of a WeeklyRecurrence; default Sunday
	DayOfMonth     int            // of an absolute pattern; what a month does not have is its last day
	DayOfWeekIndex DayOfWeekIndex // of a relative pattern
	Month          time.Month     // of a yearly pattern

	StartDate           Date
	EndDate             Date // t:EndDateRecurrence; zero: no such end
	NumberOfOccurrences int  // t:NumberedRecurrence; zero: no such end
}

// Date is an xs:date, whose zone is left out: it means nothing in a recurrence.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of t in t's location.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// In returns the midnight with which the day begins in a location.
func (d Date) In(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// IsZero reports whether no day is meant.
func (d Date) IsZero() bool { return d == Date{} }

// String returns the day as the schema writes it: 2026-11-22.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

type (
	// RecurrencePattern is the name of the element that holds the pattern.
	RecurrencePattern string
	// DayOfWeek is t:DayOfWeekType.
	DayOfWeek string
	// DayOfWeekIndex is t:DayOfWeekIndexType.
	DayOfWeekIndex string
)

// The values of RecurrencePattern.
const (
	DailyRecurrence           RecurrencePattern = "DailyRecurrence"
	WeeklyRecurrence          RecurrencePattern = "WeeklyRecurrence"
	AbsoluteMonthlyRecurrence RecurrencePattern = "AbsoluteMonthlyRecurrence"
	RelativeMonthlyRecurrence RecurrencePattern = "RelativeMonthlyRecurrence"
	AbsoluteYearlyRecurrence  RecurrencePattern = "AbsoluteYearlyRecurrence"
	RelativeYearlyRecurrence  RecurrencePattern = "RelativeYearlyRecurrence"
)

// The values of DayOfWeek. The last three are for relative patterns.
const (
	Sunday     DayOfWeek = "Sunday"
	Monday     DayOfWeek = "Monday"
	Tuesday    DayOfWeek = "Tuesday"
	Wednesday  DayOfWeek = "Wednesday"
	Thursday   DayOfWeek = "Thursday"
	Friday     DayOfWeek = "Friday"
	Saturday   DayOfWeek = "Saturday"
	AnyDay     DayOfWeek = "Day"
	AnyWeekday DayOfWeek = "Weekday"
	WeekendDay DayOfWeek = "WeekendDay"
)

// The values of DayOfWeekIndex.
const (
	First  DayOfWeekIndex = "First"
	Second DayOfWeekIndex = "Second"
	Third  DayOfWeekIndex = "Third"
	Fourth DayOfWeekIndex = "Fourth"
	Last   DayOfWeekIndex = "Last"
)
