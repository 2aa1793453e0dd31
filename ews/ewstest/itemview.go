package ewstest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// view returns an item, or an occurrence of it, with all that a client can be
// told.
func (m *Mailbox) view(it *item, o *occurrence) ews.CalendarItem {
	e := it.entry
	key := changeKey(m.replica, e.version) // an occurrence has the one of its master
	v := ews.CalendarItem{
		ItemID: ews.ItemID{ID: it.id, ChangeKey: key}, ParentFolderID: it.folder.ref(folderChangeKey),
		ItemClass: e.class, Subject: e.Subject, Sensitivity: e.Sensitivity,
		DateTimeCreated: seconds(e.created), LastModifiedTime: seconds(e.modified),
	}
	if !e.isCalendarItem() {
		return v
	}
	a := e.Appointment
	if o != nil {
		a = e.at(o)
		v.ItemID.ID = occurrenceID(it.id, o.day)
	}
	v.Subject, v.Sensitivity, v.Location = a.Subject, a.Sensitivity, a.Location
	v.Body = &ews.Body{Type: "Text", Text: a.Body}
	v.Categories = slices.Clone(a.Categories)
	v.UID, v.DateTimeStamp = e.uid, seconds(e.stamp)
	v.Start, v.End, v.IsAllDayEvent = a.Start, a.End, a.AllDay
	v.LegacyFreeBusyStatus = e.freeBusy(o)
	v.IsMeeting, v.IsCancelled = e.isMeeting(), e.isCancelled() || o.isCancelled()
	v.MyResponseType = e.answer(o)
	v.Organizer = e.organizer.mailbox()
	v.RequiredAttendees, v.OptionalAttendees, v.Resources = m.attendees(e, a.Required), m.attendees(e, a.Optional), m.attendees(e, a.Resources)
	if !e.mine {
		v.AppointmentReplyTime = seconds(e.replied)
	}
	v.AppointmentSequenceNumber, v.AppointmentState = e.sequence, e.state
	if v.IsCancelled {
		v.AppointmentState |= ews.AppointmentCancelled
	}
	v.StartTimeZone = &ews.TimeZone{ID: a.TimeZone, Name: a.TimeZone}
	v.EndTimeZone = &ews.TimeZone{ID: a.TimeZone, Name: a.TimeZone}

	switch {
	case o != nil:
		v.CalendarItemType, v.IsRecurring = ews.CalendarItemOccurrence, true
		if o.exception != nil {
			v.CalendarItemType = ews.CalendarItemException
		}
		v.RecurrenceID, v.OriginalStart = o.original, o.original
	case e.series != nil:
		v.CalendarItemType = ews.CalendarItemRecurringMaster
		v.IsRecurring = !e.mine // a documented mistake: false in the organizer's calendar
		m.describeSeries(it, &v)
	case !e.recurrenceID.IsZero():
		v.CalendarItemType, v.IsRecurring = ews.CalendarItemException, true
		v.RecurrenceID, v.OriginalStart = e.recurrenceID, e.recurrenceID
	default:
		v.CalendarItemType = ews.CalendarItemSingle
	}
	return v
}

// describeSeries fills in what only a recurring master has.
func (m *Mailbox) describeSeries(it *item, v *ews.CalendarItem) {
	s := it.entry.series
	r := s.pattern.Recurrence
	r.DaysOfWeek = slices.Clone(r.DaysOfWeek)
	v.Recurrence = &r
	info := func(o occurrence) ews.OccurrenceInfo {
		id := ews.ItemID{ID: occurrenceID(it.id, o.day), ChangeKey: v.ItemID.ChangeKey}
		return ews.OccurrenceInfo{ItemID: id, Start: o.start, End: o.end, OriginalStart: o.original}
	}
	if first, ok := s.first(); ok {
		found := info(first)
		v.FirstOccurrence = &found
	}
	if last, ok := s.last(); ok {
		found := info(last)
		v.LastOccurrence = &found
	}
	for _, day := range slices.Sorted(maps.Keys(s.exceptions)) {
		v.ModifiedOccurrences = append(v.ModifiedOccurrences, info(s.occurrence(day)))
	}
	for _, day := range slices.Sorted(maps.Keys(s.deleted)) {
		start, _ := s.at(day)
		v.DeletedOccurrences = append(v.DeletedOccurrences, start)
	}
}

// freeBusy returns what somebody's time shows: an attendee's is tentative until
// he has accepted, and free after a cancellation.
func (e *entry) freeBusy(o *occurrence) ews.LegacyFreeBusyStatus {
	status := e.FreeBusy
	if o != nil && o.exception != nil {
		status = o.exception.FreeBusy
	}
	switch {
	case e.isCancelled() || o.isCancelled():
		return ews.FreeBusyFree
	case busyAfter(e.answer(o)) || status == ews.FreeBusyFree:
		return status
	default:
		return ews.FreeBusyTentative
	}
}

// answer returns what the mailbox has answered.
func (e *entry) answer(o *occurrence) ews.ResponseType {
	if o != nil && o.exception != nil && o.exception.response != "" {
		return o.exception.response
	}
	return e.response
}

func (o *occurrence) isCancelled() bool {
	return o != nil && o.exception != nil && o.exception.cancelled
}

// attendees returns attendees with what is known of their answers: to the
// organizer what they said, to everybody else nothing.
func (m *Mailbox) attendees(e *entry, addresses []string) []ews.Attendee {
	var all []ews.Attendee
	for _, smtp := range addresses {
		a := ews.Attendee{Mailbox: *m.server.personAt(smtp).mailbox(), ResponseType: ews.ResponseUnknown}
		if r, ok := e.responses[strings.ToLower(smtp)]; ok {
			a.ResponseType, a.LastResponseTime = r.kind, seconds(r.at)
		}
		all = append(all, a)
	}
	return all
}

// personAt returns who has an address; of people elsewhere no name is known.
func (s *Server) personAt(smtp string) person {
	if m := s.byAddress[strings.ToLower(smtp)]; m != nil {
		return person{name: m.name, address: smtp}
	}
	return person{name: smtp, address: smtp}
}

func (p person) mailbox() *ews.Mailbox {
	return &ews.Mailbox{Name: p.name, EmailAddress: p.address, RoutingType: "SMTP", MailboxType: "Mailbox"}
}

// seconds is the precision of the protocol.
func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
