package ewstest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// draft is an appointment as a client describes it, property by property. Times
// are read last: without an offset they are in the appointment's own zone, which
// comes after them.
type draft struct {
	Appointment
	uid        string
	start, end string // as they were sent
}

// set takes a property. What this server does not keep is taken and dropped, as
// long as clients may set it.
func (d *draft) set(e *element) ews.ResponseCode {
	text := strings.TrimSpace(e.text)
	switch e.name {
	case "ItemClass":
		if !strings.HasPrefix(text, classAppointment) {
			return errorInvalidItemForOperationCreateItem
		}
	case "UID":
		d.uid = text
	case "Subject":
		d.Subject = e.text
	case "Sensitivity":
		d.Sensitivity = ews.Sensitivity(text)
	case "Body":
		d.Body, d.html = e.text, e.attribute("BodyType") == "HTML"
	case "Categories":
		d.Categories = nil
		for _, s := range e.children {
			d.Categories = append(d.Categories, s.text)
		}
	case "Start", "StartWallClock":
		d.start = text
	case "End", "EndWallClock":
		d.end = text
	case "IsAllDayEvent":
		d.AllDay = text == "true" || text == "1"
	case "LegacyFreeBusyStatus":
		d.FreeBusy = ews.LegacyFreeBusyStatus(text)
	case "Location":
		d.Location = e.text
	case "EnhancedLocation":
		d.Location = e.value(ews.NamespaceTypes, "DisplayName")
	case "RequiredAttendees":
		d.Required = addresses(e)
	case "OptionalAttendees":
		d.Optional = addresses(e)
	case "Resources":
		d.Resources = addresses(e)
	case "StartTimeZone", "MeetingTimeZone":
		if id := e.attribute("Id") + e.attribute("TimeZoneName"); id != "" { // it has one of them
			d.TimeZone = id
		}
	case "StartTimeZoneId":
		d.TimeZone = text
	case "Recurrence":
		return d.setRecurrence(e)
	default:
		if !slices.Contains(unkept(), e.name) {
			return errorInvalidPropertySet
		}
	}
	return ews.NoError
}

// unset deletes a property.
func (d *draft) unset(uri string) ews.ResponseCode {
	switch _, name, _ := strings.Cut(uri, ":"); name {
	case "Subject":
		d.Subject = ""
	case "Body":
		d.Body, d.html = "", false
	case "Categories":
		d.Categories = nil
	case "Location", "EnhancedLocation":
		d.Location = ""
	case "RequiredAttendees":
		d.Required = nil
	case "OptionalAttendees":
		d.Optional = nil
	case "Resources":
		d.Resources = nil
	case "Recurrence":
		d.Recurrence = nil
	default:
		if !slices.Contains(unkept(), name) {
			return errorInvalidPropertyDelete
		}
	}
	return ews.NoError
}

// unkept returns the properties that clients may set and that this server does
// not keep. It has one time zone for the start and the end.
func unkept() []string {
	return strings.Fields(`EndTimeZone EndTimeZoneId MimeContent Attachments Importance InReplyTo ReminderDueBy ReminderIsSet
		ReminderMinutesBeforeStart ExtendedProperty Culture Flag When IsResponseRequested ConferenceType
		AllowNewTimeProposal IsOnlineMeeting MeetingWorkspaceUrl NetShowUrl IntendedFreeBusyStatus InboxReminders`)
}

func addresses(e *element) []string {
	var all []string
	for _, attendee := range e.children {
		if smtp := attendee.mailbox(); smtp != "" {
			all = append(all, smtp)
		}
	}
	return all
}

func (d *draft) setRecurrence(e *element) ews.ResponseCode {
	pattern, limits := e.children[0], e.children[1]
	number := func(in *element, name string) int {
		n, _ := strconv.Atoi(in.value(ews.NamespaceTypes, name)) // the schema has been checked
		return n
	}
	day := func(name string) ews.Date {
		s := limits.value(ews.NamespaceTypes, name)
		if s == "" {
			return ews.Date{}
		}
		t, _ := time.Parse(time.DateOnly, s[:len(time.DateOnly)]) // the schema has been checked
		return ews.DateOf(t)
	}
	r := &ews.Recurrence{
		Pattern: ews.RecurrencePattern(pattern.name), Interval: number(pattern, "Interval"), DayOfMonth: number(pattern, "DayOfMonth"),
		FirstDayOfWeek: ews.DayOfWeek(pattern.value(ews.NamespaceTypes, "FirstDayOfWeek")),
		DayOfWeekIndex: ews.DayOfWeekIndex(pattern.value(ews.NamespaceTypes, "DayOfWeekIndex")),
		StartDate:      day("StartDate"), EndDate: day("EndDate"), NumberOfOccurrences: number(limits, "NumberOfOccurrences"),
	}
	for d := range strings.FieldsSeq(pattern.value(ews.NamespaceTypes, "DaysOfWeek")) {
		r.DaysOfWeek = append(r.DaysOfWeek, ews.DayOfWeek(d))
	}
	for month := time.January; month <= time.December; month++ {
		if month.String() == pattern.value(ews.NamespaceTypes, "Month") {
			r.Month = month
		}
	}
	if limits.name == "NumberedRecurrence" && r.NumberOfOccurrences < 1 {
		return errorCalendarInvalidRecurrence
	}
	d.Recurrence = r
	return ews.NoError
}

// finish reads the times.
func (d *draft) finish(c *call) ews.ResponseCode {
	if d.TimeZone == "" {
		d.TimeZone = c.zone
	}
	loc := c.loc
	if d.TimeZone != "" {
		var err error
		if loc, err = c.server.zones.location(d.TimeZone); err != nil {
			return errorCalendarInvalidTimeZone
		}
	}
	if d.start != "" {
		d.Start, _ = c.time(d.start, loc) // the schema has been checked
	}
	if d.end != "" {
		d.End, _ = c.time(d.end, loc)
	}
	if d.Start.IsZero() {
		d.Start = time.Now().Truncate(30 * time.Minute).Add(30 * time.Minute)
	}
	if d.End.IsZero() {
		d.End = d.Start.Add(30 * time.Minute)
	}
	return ews.NoError
}

// time reads an xs:dateTime; without an offset it is in loc, and that is UTC if
// nil.
func (c *call) time(s string, loc *time.Location) (time.Time, bool) {
	if loc == nil {
		loc = time.UTC
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, true
	}
	t, err := time.ParseInLocation(xsdDateTime, s, loc) // takes a fraction as well
	return t, err == nil
}
