package main

import (
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push/calendar"
)

// field is something that is known of a booking, in words, so that what the
// application has can be held against what Exchange has.
type field struct{ name, value string }

// fieldsOf returns what the application knows.
func fieldsOf(b *calendar.Booking) []field {
	days := ""
	if b.AllDay {
		days = b.FirstDay.String() + " to " + b.LastDay.String()
	}
	return []field{
		{"start", instant(b.Start)},
		{"end", instant(b.End)},
		{"days", days},
		{"exception", yes(b.Exception)},
		{"state", string(b.State)},
		{"shown as", strings.ToLower(string(b.FreeBusy))},
		{"subject", b.Subject},
		{"location", b.Location},
		{"private", yes(b.Private)},
		{"categories", strings.Join(b.Categories, ", ")},
		{"meeting", yes(b.Meeting)},
		{"organizer", person(b.Organizer.Name, b.Organizer.Address, "")},
		{"attendees", people(b.Attendees)},
		{"resources", people(b.Resources)},
	}
}

func people(some []calendar.Person) string {
	var all []string
	for _, p := range some {
		all = append(all, person(p.Name, p.Address, p.Response))
	}
	return strings.Join(all, ", ")
}

// fieldsIn returns the same of what a calendar shows.
func fieldsIn(item *ews.CalendarItem) []field {
	days := ""
	if first, last, ok := item.Dates(); ok {
		days = first.String() + " to " + last.String()
	}
	state := calendar.Confirmed
	if item.MyResponseType == ews.ResponseTentative || item.IsMeeting && item.MyResponseType == ews.ResponseNoResponseReceived {
		state = calendar.Pending
	}
	organizer := ""
	if o := item.Organizer; o != nil {
		organizer = person(o.Name, o.EmailAddress, "")
	}
	return []field{
		{"start", instant(item.Start)},
		{"end", instant(item.End)},
		{"days", days},
		{"exception", yes(item.CalendarItemType == ews.CalendarItemException)},
		{"state", string(state)},
		{"shown as", strings.ToLower(string(item.LegacyFreeBusyStatus))},
		{"subject", item.Subject},
		{"location", item.Location},
		{"private", yes(item.Sensitivity == ews.SensitivityPrivate || item.Sensitivity == ews.SensitivityConfidential)},
		{"categories", strings.Join(item.Categories, ", ")},
		{"meeting", yes(item.IsMeeting)},
		{"organizer", organizer},
		{"attendees", invited(slices.Concat(item.RequiredAttendees, item.OptionalAttendees))},
		{"resources", invited(item.Resources)},
	}
}

func invited(some []ews.Attendee) string {
	var all []string
	for _, a := range some {
		response := a.ResponseType
		if response == ews.ResponseUnknown {
			response = ""
		}
		all = append(all, person(a.Mailbox.Name, a.Mailbox.EmailAddress, response))
	}
	return strings.Join(all, ", ")
}

func person(name, address string, response ews.ResponseType) string {
	text := name
	if address != "" {
		text += " <" + address + ">"
	}
	if response != "" {
		text += " " + string(response)
	}
	return text
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// unlike returns the fields of b that are different in a.
func unlike(a, b []field) []field {
	var different []field
	for i, f := range b {
		if a[i] != f {
			different = append(different, f)
		}
	}
	return different
}
