package ews

import (
	"errors"
	"fmt"
	"time"
)

// validate returns what the server would not take for a recurrence, naming the
// field.
func (r *Recurrence) validate() error {
	switch r.Pattern {
	case DailyRecurrence, WeeklyRecurrence, AbsoluteMonthlyRecurrence, RelativeMonthlyRecurrence:
		if r.Interval < 1 {
			return fmt.Errorf("Interval: %d is not positive", r.Interval)
		}
	case AbsoluteYearlyRecurrence, RelativeYearlyRecurrence:
		if r.Month < time.January || r.Month > time.December {
			return fmt.Errorf("Month: %d is none", int(r.Month))
		}
	default:
		return fmt.Errorf("Pattern: %q is no pattern that can be made", clip(string(r.Pattern)))
	}
	switch r.Pattern {
	case WeeklyRecurrence:
		if len(r.DaysOfWeek) == 0 {
			return errors.New("DaysOfWeek: at least one is needed")
		}
	case RelativeMonthlyRecurrence, RelativeYearlyRecurrence:
		if len(r.DaysOfWeek) != 1 {
			return fmt.Errorf("DaysOfWeek: %d days instead of one", len(r.DaysOfWeek))
		}
		if r.DayOfWeekIndex == "" {
			return errors.New("DayOfWeekIndex: not set")
		}
	case AbsoluteMonthlyRecurrence, AbsoluteYearlyRecurrence:
		if r.DayOfMonth < 1 || r.DayOfMonth > 31 {
			return fmt.Errorf("DayOfMonth: %d is not 1 to 31", r.DayOfMonth)
		}
	default:
	}
	switch {
	case r.StartDate.IsZero():
		return errors.New("StartDate: not set")
	case !r.EndDate.IsZero() && r.NumberOfOccurrences != 0:
		return errors.New("NumberOfOccurrences: not beside EndDate")
	case r.NumberOfOccurrences < 0:
		return fmt.Errorf("NumberOfOccurrences: %d is negative", r.NumberOfOccurrences)
	}
	return nil
}
