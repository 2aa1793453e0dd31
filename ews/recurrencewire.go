package ews

import (
	"encoding/xml"
	"strings"
	"time"
)

// recurrenceElement is t:Recurrence in an answer: an element that is the
// pattern, and one that is the range.
type recurrenceElement struct {
	Parts []recurrencePart `xml:",any"`
}

type recurrencePart struct {
	XMLName             xml.Name
	Interval            string `xml:"Interval"`
	DaysOfWeek          string `xml:"DaysOfWeek"`
	FirstDayOfWeek      string `xml:"FirstDayOfWeek"`
	DayOfMonth          string `xml:"DayOfMonth"`
	DayOfWeekIndex      string `xml:"DayOfWeekIndex"`
	Month               string `xml:"Month"`
	StartDate           string `xml:"StartDate"`
	EndDate             string `xml:"EndDate"`
	NumberOfOccurrences string `xml:"NumberOfOccurrences"`
}

// isRange reports whether the part is the range. Ranges have a StartDate, and
// patterns have none, whatever patterns there will be.
func (p *recurrencePart) isRange() bool {
	switch p.XMLName.Local {
	case "NoEndRecurrence", "EndDateRecurrence", "NumberedRecurrence":
		return true
	}
	return p.StartDate != ""
}

func (v *wireValues) recurrence(e *recurrenceElement) *Recurrence {
	if e == nil {
		return nil
	}
	r := &Recurrence{}
	for i := range e.Parts {
		p := &e.Parts[i]
		if p.isRange() {
			r.StartDate = v.date("StartDate", p.StartDate)
			r.EndDate = v.date("EndDate", p.EndDate)
			r.NumberOfOccurrences = v.int("NumberOfOccurrences", p.NumberOfOccurrences)
			continue
		}
		r.Pattern = RecurrencePattern(p.XMLName.Local)
		r.Interval = v.int("Interval", p.Interval)
		r.FirstDayOfWeek = DayOfWeek(trim(p.FirstDayOfWeek))
		r.DayOfMonth = v.int("DayOfMonth", p.DayOfMonth)
		r.DayOfWeekIndex = DayOfWeekIndex(trim(p.DayOfWeekIndex))
		r.Month = v.month(p.Month)
		for day := range strings.FieldsSeq(p.DaysOfWeek) {
			r.DaysOfWeek = append(r.DaysOfWeek, DayOfWeek(day))
		}
	}
	return r
}

func (v *wireValues) month(text string) time.Month {
	text = trim(text)
	for m := time.January; m <= time.December; m++ {
		if m.String() == text {
			return m
		}
	}
	if text != "" {
		v.fail("Month", text, "t:MonthNamesType")
	}
	return 0
}

// recurrenceRequest is t:Recurrence in a request.
type recurrenceRequest struct {
	Pattern patternRequest
	Range   rangeRequest
}

// patternRequest is the element that XMLName says. The schema has the parts of
// all patterns in this one order.
type patternRequest struct {
	XMLName        xml.Name
	Interval       int            `xml:"t:Interval,omitempty"`
	DaysOfWeek     string         `xml:"t:DaysOfWeek,omitempty"`
	FirstDayOfWeek DayOfWeek      `xml:"t:FirstDayOfWeek,omitempty"`
	DayOfWeekIndex DayOfWeekIndex `xml:"t:DayOfWeekIndex,omitempty"`
	DayOfMonth     int            `xml:"t:DayOfMonth,omitempty"`
	Month          string         `xml:"t:Month,omitempty"`
}

// rangeRequest is the element that XMLName says.
type rangeRequest struct {
	XMLName             xml.Name
	StartDate           string `xml:"t:StartDate"`
	EndDate             string `xml:"t:EndDate,omitempty"`
	NumberOfOccurrences int    `xml:"t:NumberOfOccurrences,omitempty"`
}

// newRecurrence writes the parts that the pattern has, and leaves out the
// others.
func newRecurrence(r *Recurrence) *recurrenceRequest {
	if r == nil {
		return nil
	}
	p := patternRequest{XMLName: xml.Name{Local: "t:" + string(r.Pattern)}}
	if !r.isYearly() {
		p.Interval = r.Interval
	} else {
		p.Month = r.Month.String()
	}
	if r.isRelative() || r.Pattern == WeeklyRecurrence {
		p.DaysOfWeek = strings.Join(texts(r.DaysOfWeek), " ")
	}
	switch {
	case r.isRelative():
		p.DayOfWeekIndex = r.DayOfWeekIndex
	case r.Pattern == WeeklyRecurrence:
		p.FirstDayOfWeek = r.FirstDayOfWeek
	case r.Pattern != DailyRecurrence:
		p.DayOfMonth = r.DayOfMonth
	}
	bounds := rangeRequest{XMLName: xml.Name{Local: "t:NoEndRecurrence"}, StartDate: r.StartDate.String()}
	switch {
	case !r.EndDate.IsZero():
		bounds.XMLName.Local, bounds.EndDate = "t:EndDateRecurrence", r.EndDate.String()
	case r.NumberOfOccurrences > 0:
		bounds.XMLName.Local, bounds.NumberOfOccurrences = "t:NumberedRecurrence", r.NumberOfOccurrences
	}
	return &recurrenceRequest{Pattern: p, Range: bounds}
}

func (r *Recurrence) isYearly() bool {
	return r.Pattern == AbsoluteYearlyRecurrence || r.Pattern == RelativeYearlyRecurrence
}

func (r *Recurrence) isRelative() bool {
	return r.Pattern == RelativeMonthlyRecurrence || r.Pattern == RelativeYearlyRecurrence
}

func texts[S ~string](values []S) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}
