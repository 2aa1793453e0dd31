package ewstest

import (
	"fmt"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Appointment is what somebody enters in a calendar. With attendees it is a
// meeting.
type Appointment struct {
	Subject, Location, Body string // the body is plain text
	// Start and End are instants; of a series those of the first occurrence.
	Start, End time.Time
	// TimeZone is a Windows name, such as "W. Europe Standard Time"; default
	// "UTC". Series and all-day events live in it: their local time stays.
	TimeZone string
	// AllDay is an event from midnight to midnight in TimeZone. Where Start and
	// End are no midnights the days that they touch are meant.
	AllDay bool
	// Recurrence makes it a series. If its StartDate is zero it is the day of
	// Start; else the series begins with the first day of the pattern from
	// StartDate on, at the time of day of Start.
	Recurrence *ews.Recurrence

	Required, Optional, Resources []string // SMTP addresses

	Sensitivity ews.Sensitivity          // default Normal
	FreeBusy    ews.LegacyFreeBusyStatus // default Busy
	Categories  []string

	html bool // the body is HTML, from a client
}

// longest is how long an appointment may last: five years.
const longest = 5 * 366 * 24 * time.Hour

// normal returns the appointment as the store keeps it: defaults filled in,
// times in UTC and whole seconds, nothing shared with a. The error wraps the
// code with which Exchange refuses it.
func (a *Appointment) normal(z *zones) (Appointment, error) {
	n := a.clone()
	setDefault(&n.TimeZone, "UTC")
	setDefault(&n.Sensitivity, ews.SensitivityNormal)
	setDefault(&n.FreeBusy, ews.FreeBusyBusy)
	loc, err := z.location(n.TimeZone)
	if err != nil {
		return n, err
	}
	n.Start, n.End = n.Start.In(loc).Truncate(time.Second), n.End.In(loc).Truncate(time.Second)
	if n.AllDay {
		n.Start, n.End = days(n.Start, n.End)
	}
	switch {
	case n.Start.IsZero():
		return n, fmt.Errorf("ewstest: appointment without a start: %w", errorCalendarInvalidPropertyValue)
	case n.End.Before(n.Start):
		return n, fmt.Errorf("ewstest: appointment from %s to %s: %w", n.Start, n.End, errorCalendarEndDateIsEarlierThanStartDate)
	case n.End.Sub(n.Start) > longest:
		return n, fmt.Errorf("ewstest: appointment from %s to %s: %w", n.Start, n.End, errorCalendarDurationIsTooLong)
	}
	if n.Recurrence != nil {
		if err := n.beginSeries(); err != nil {
			return n, err
		}
	}
	n.Start, n.End = n.Start.UTC(), n.End.UTC()
	return n, nil
}

// days returns the midnights around what start and end touch.
func days(start, end time.Time) (first, last time.Time) {
	loc := start.Location()
	first = ews.DateOf(start).In(loc)
	last = ews.DateOf(end).In(loc)
	if last.Before(end) || !last.After(first) {
		last = dateOf(dayNumber(ews.DateOf(end)) + 1).In(loc)
	}
	return first, last
}

// followStart lets a series begin on another day if Start was moved there.
func (a *Appointment) followStart(before *Appointment) {
	if a.Recurrence != nil && before.Recurrence != nil && a.Recurrence.StartDate == before.Recurrence.StartDate && !a.Start.Equal(before.Start) {
		a.Recurrence.StartDate = ews.Date{}
	}
}

// clone returns a copy that shares nothing with a.
func (a *Appointment) clone() Appointment {
	c := *a
	c.Required, c.Optional, c.Resources = slices.Clone(a.Required), slices.Clone(a.Optional), slices.Clone(a.Resources)
	c.Categories = slices.Clone(a.Categories)
	if a.Recurrence != nil {
		r := *a.Recurrence
		r.DaysOfWeek = slices.Clone(r.DaysOfWeek)
		c.Recurrence = &r
	}
	return c
}

// attendees returns all who are invited, each address once.
func (a *Appointment) attendees() []string {
	var all []string
	for _, list := range [][]string{a.Required, a.Optional, a.Resources} {
		for _, smtp := range list {
			if !slices.ContainsFunc(all, func(other string) bool { return sameAddress(other, smtp) }) {
				all = append(all, smtp)
			}
		}
	}
	return all
}

// equal reports whether two normal appointments are the same.
func (a *Appointment) equal(b *Appointment) bool {
	return a.Subject == b.Subject && a.Location == b.Location && a.Body == b.Body && a.TimeZone == b.TimeZone &&
		a.Sensitivity == b.Sensitivity && a.FreeBusy == b.FreeBusy && a.sameTime(b) &&
		slices.Equal(a.Required, b.Required) && slices.Equal(a.Optional, b.Optional) && slices.Equal(a.Resources, b.Resources) &&
		slices.Equal(a.Categories, b.Categories)
}

// sameTime reports whether b takes place when a does.
func (a *Appointment) sameTime(b *Appointment) bool {
	return a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.AllDay == b.AllDay && a.samePattern(b)
}

func (a *Appointment) samePattern(b *Appointment) bool {
	if a.Recurrence == nil || b.Recurrence == nil {
		return a.Recurrence == b.Recurrence
	}
	x, y := *a.Recurrence, *b.Recurrence
	days := slices.Equal(x.DaysOfWeek, y.DaysOfWeek)
	x.DaysOfWeek, y.DaysOfWeek = nil, nil
	return days && a.TimeZone == b.TimeZone && equalRecurrences(&x, &y)
}
