package calendar

import (
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// bookingOf reads a booking from an item.
func bookingOf(item *ews.CalendarItem, key string) *Booking {
	b := &Booking{
		Key:          key,
		UID:          item.UID,
		RecurrenceID: item.RecurrenceID.UTC(),
		Exception:    item.CalendarItemType == ews.CalendarItemException,
		Start:        item.Start.UTC(),
		End:          item.End.UTC(),
		AllDay:       item.IsAllDayEvent,
		State:        stateOf(item),
		FreeBusy:     item.LegacyFreeBusyStatus,
		Location:     item.Location,
		Private:      item.Sensitivity == ews.SensitivityPrivate || item.Sensitivity == ews.SensitivityConfidential,
		Categories:   slices.Clone(item.Categories),
		Meeting:      item.IsMeeting,
		ItemID:       item.ItemID,
		CreatedAt:    item.DateTimeCreated.UTC(),
		ModifiedAt:   item.LastModifiedTime.UTC(),
	}
	if item.StartTimeZone != nil {
		b.TimeZone = item.StartTimeZone.ID
	}
	if item.CalendarItemType == ews.CalendarItemRecurringMaster {
		b.RecurrenceID = time.Time{}
	}
	b.setDays()
	b.setPeople(item)
	b.setSubject(item)
	return b
}

// setDays finds the days of an all-day event.
func (b *Booking) setDays() {
	item := ews.CalendarItem{IsAllDayEvent: b.AllDay, Start: b.Start, End: b.End}
	if b.TimeZone != "" {
		item.StartTimeZone = &ews.TimeZone{ID: b.TimeZone}
	}
	b.FirstDay, b.LastDay, _ = item.Dates()
}

// location returns where a zone is; no zone means UTC.
func location(zone *ews.TimeZone) (*time.Location, error) {
	if zone == nil || zone.ID == "" {
		return time.UTC, nil
	}
	return zone.Location()
}

func (b *Booking) setPeople(item *ews.CalendarItem) {
	if item.Organizer != nil {
		b.Organizer = personOf(item.Organizer)
	}
	for _, a := range item.RequiredAttendees {
		b.Attendees = append(b.Attendees, attendeeOf(&a, false))
	}
	for _, a := range item.OptionalAttendees {
		b.Attendees = append(b.Attendees, attendeeOf(&a, true))
	}
	for _, a := range item.Resources {
		b.Resources = append(b.Resources, attendeeOf(&a, false))
	}
}

func attendeeOf(a *ews.Attendee, optional bool) Person {
	p := personOf(&a.Mailbox)
	p.Optional = optional
	if a.ResponseType != ews.ResponseUnknown {
		p.Response = a.ResponseType
	}
	return p
}

func personOf(m *ews.Mailbox) Person {
	p := Person{Name: m.Name}
	if m.RoutingType == "" || strings.EqualFold(m.RoutingType, "SMTP") {
		p.Address = m.EmailAddress
	}
	return p
}

// setSubject tells a title from what the room mailbox has put in its place.
func (b *Booking) setSubject(item *ews.CalendarItem) {
	b.Subject = item.Subject
	subject, organizer := strings.TrimSpace(item.Subject), strings.TrimSpace(b.Organizer.Name)
	rest, named := strings.CutPrefix(subject, organizer)
	switch {
	case subject == "", b.Private && subject == "Private Appointment":
		b.SubjectSource = SubjectHidden
	case !item.IsMeeting || organizer == "" || !named:
		b.SubjectSource = SubjectOriginal
	case rest == "":
		b.SubjectSource = SubjectOrganizer
	case strings.HasPrefix(rest, " "):
		b.SubjectSource = SubjectPrefixed
	default:
		b.SubjectSource = SubjectOriginal
	}
}

// stateOf says how firm an item is. An own appointment and a meeting that was
// answered are confirmed; so is what servers say nothing about.
func stateOf(item *ews.CalendarItem) State {
	switch item.MyResponseType {
	case ews.ResponseTentative:
		return Pending
	case ews.ResponseNoResponseReceived:
		if item.IsMeeting {
			return Pending
		}
	default:
	}
	return Confirmed
}

// isBooking is the default of Config.Filter: appointments and meetings that
// take place.
func isBooking(item *ews.CalendarItem) bool {
	const class = "IPM.Appointment"
	switch {
	case item.ItemClass != "" && item.ItemClass != class && !strings.HasPrefix(item.ItemClass, class+".") &&
		!strings.HasPrefix(item.ItemClass, "IPM.OLE.CLASS."): // exceptions of a series
		return false
	case item.IsCancelled, item.AppointmentState&ews.AppointmentCancelled != 0:
		return false
	case item.MyResponseType == ews.ResponseDecline:
		return false
	}
	return true
}
