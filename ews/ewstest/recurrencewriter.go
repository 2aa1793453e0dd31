package ewstest

import (
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// recurrence writes t:Recurrence.
func (w *itemWriter) recurrence() {
	r := w.Recurrence
	if r == nil {
		return
	}
	names := make([]string, len(r.DaysOfWeek))
	for i, d := range r.DaysOfWeek {
		names[i] = string(d)
	}
	days := strings.Join(names, " ")

	w.raw("<t:Recurrence><t:" + string(r.Pattern) + ">")
	switch r.Pattern {
	case ews.AbsoluteYearlyRecurrence:
		w.number("DayOfMonth", r.DayOfMonth)
		w.element("Month", r.Month.String())
	case ews.RelativeYearlyRecurrence:
		w.element("DaysOfWeek", days)
		w.element("DayOfWeekIndex", string(r.DayOfWeekIndex))
		w.element("Month", r.Month.String())
	case ews.AbsoluteMonthlyRecurrence:
		w.number("Interval", r.Interval)
		w.number("DayOfMonth", r.DayOfMonth)
	case ews.RelativeMonthlyRecurrence:
		w.number("Interval", r.Interval)
		w.element("DaysOfWeek", days)
		w.element("DayOfWeekIndex", string(r.DayOfWeekIndex))
	case ews.WeeklyRecurrence:
		w.number("Interval", r.Interval)
		w.element("DaysOfWeek", days)
		w.element("FirstDayOfWeek", string(r.FirstDayOfWeek))
	default:
		w.number("Interval", r.Interval)
	}
	w.raw("</t:" + string(r.Pattern) + ">")

	start := "<t:StartDate>" + w.shape.date(r.StartDate) + "</t:StartDate>"
	switch {
	case r.NumberOfOccurrences > 0:
		w.raw("<t:NumberedRecurrence>" + start)
		w.number("NumberOfOccurrences", r.NumberOfOccurrences)
		w.raw("</t:NumberedRecurrence>")
	case !r.EndDate.IsZero():
		w.element("EndDateRecurrence", start+"<t:EndDate>"+w.shape.date(r.EndDate)+"</t:EndDate>")
	default:
		w.element("NoEndRecurrence", start)
	}
	w.raw("</t:Recurrence>")
}
