package ewstest

import (
	"maps"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Classes of items.
const (
	classAppointment  = "IPM.Appointment"
	classNote         = "IPM.Note"
	classRequest      = "IPM.Schedule.Meeting.Request"
	classCancellation = "IPM.Schedule.Meeting.Canceled"
)

// entry is the content of an item, which goes along when the item moves. It is
// under the server's lock.
type entry struct {
	class    string
	created  time.Time
	modified time.Time
	version  uint64 // becomes the ChangeKey
	read     bool

	// Appointment is what was entered. Of what is no appointment it has the
	// Subject only. Of a series it has the times of the first occurrence.
	Appointment
	series *series // of a recurring master

	uid string
	// recurrenceID is the original start of the one occurrence of a series to
	// which this mailbox was invited: an item of its own, without a master.
	recurrenceID time.Time
	organizer    person
	mine         bool // the mailbox is the organizer
	sent         bool // of the organizer's: the attendees have been told
	state        ews.AppointmentState
	sequence     int
	stamp        time.Time        // DateTimeStamp
	response     ews.ResponseType // of the mailbox
	replied      time.Time

	handled   bool                // of a room: the Booking Attendant has rewritten it
	requests  int                 // of a room: how often the Booking Attendant was called
	responses map[string]response // of the organizer's, by lower-case address
}

// person is somebody as a meeting names him.
type person struct{ name, address string }

// response is what an attendee has answered.
type response struct {
	kind ews.ResponseType
	at   time.Time
}

// isCalendarItem reports whether the entry is an appointment or a meeting.
func (e *entry) isCalendarItem() bool { return e.class == classAppointment }

func (e *entry) isMeeting() bool   { return e.state&ews.AppointmentMeeting != 0 }
func (e *entry) isCancelled() bool { return e.state&ews.AppointmentCancelled != 0 }

func (e *entry) clone() *entry {
	c := *e
	c.Appointment = e.Appointment.clone()
	c.series = e.series.clone()
	c.responses = maps.Clone(e.responses)
	return &c
}

// newEntry returns the content of an appointment that somebody enters. It is a
// meeting if there are attendees.
func (m *Mailbox) newEntry(a Appointment) *entry {
	now := time.Now()
	e := &entry{
		class: classAppointment, read: true, created: now, modified: now, stamp: now,
		uid: globalObjectID(m.content.guid(), now), organizer: m.person(), mine: true,
		response: ews.ResponseOrganizer,
	}
	e.set(a, &m.server.zones)
	return e
}

// set replaces what was entered. If the time or the pattern of a series is
// another one its exceptions are lost, as in Exchange; else they go on sharing
// with the master what they shared before.
func (e *entry) set(a Appointment, z *zones) {
	before := e.Appointment
	e.Appointment = a
	if len(a.attendees()) > 0 {
		e.state |= ews.AppointmentMeeting
	}
	switch {
	case a.Recurrence == nil:
		e.series = nil
	case e.series == nil || !before.sameTime(&a) || before.TimeZone != a.TimeZone:
		e.series = newSeries(&a, z)
	default:
		for _, x := range e.series.exceptions {
			x.inherit(&before, &a)
		}
	}
}

// inherit takes over what has changed from before to after in the master, where
// the exception was as the master.
func (x *exception) inherit(before, after *Appointment) {
	follow(&x.Subject, before.Subject, after.Subject)
	follow(&x.Location, before.Location, after.Location)
	if x.Body == before.Body {
		x.Body, x.html = after.Body, after.html
	}
	follow(&x.Sensitivity, before.Sensitivity, after.Sensitivity)
	follow(&x.FreeBusy, before.FreeBusy, after.FreeBusy)
	followAll(&x.Required, before.Required, after.Required)
	followAll(&x.Optional, before.Optional, after.Optional)
	followAll(&x.Resources, before.Resources, after.Resources)
	followAll(&x.Categories, before.Categories, after.Categories)
}

func follow[T comparable](field *T, before, after T) {
	if *field == before {
		*field = after
	}
}

func followAll(field *[]string, before, after []string) {
	if slices.Equal(*field, before) {
		*field = slices.Clone(after)
	}
}
