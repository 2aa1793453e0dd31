package ewstest

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// RoomOptions is how a room processes meeting requests (Set-CalendarProcessing).
// The zero value is what Exchange does with a room that was made in the admin
// center: it accepts what does not conflict, declines what does, and keeps
// little of what people write.
type RoomOptions struct {
	// KeepSubject is DeleteSubject $false. By default the subject is dropped.
	KeepSubject bool
	// NoOrganizer is AddOrganizerToSubject $false. By default the subject begins
	// with the organizer's name, and is nothing else unless KeepSubject is set.
	NoOrganizer bool
	KeepBody    bool // DeleteComments $false
	KeepPrivate bool // RemovePrivateProperty $false

	// AllowConflicts accepts whatever else there is at the time.
	AllowConflicts bool
	// MaxConflicts (MaximumConflictInstances) and ConflictPercent
	// (ConflictPercentageAllowed) are how many occurrences of a series may
	// conflict, and how many of a hundred. They are declined, the others
	// accepted. Beyond one of both, and by default beyond 0, the series is
	// declined as a whole.
	MaxConflicts, ConflictPercent int
	// BookingWindow is how far ahead the room can be booked; what is later, or
	// a series that goes on later, is declined. Default 180 days; negative: no
	// limit.
	BookingWindow time.Duration

	// Pending is a room with delegates who decide (AllRequestInPolicy): what
	// does not conflict stays tentative until Approve or Decline.
	Pending bool
	// Manual is AutomateProcessing AutoUpdate: requests come into the calendar,
	// and nobody answers.
	Manual bool
	// KeepCancelled is RemoveCanceledMeetings $false, the default of Exchange
	// Online: a cancelled meeting stays, with IsCancelled. By default it moves
	// to the Deleted Items.
	KeepCancelled bool
	// Delay is how long a request is tentative before the room answers. By
	// default it answers at once; a booking is two changes all the same. Without
	// a listening server, in a NotificationBuilder, leave it at 0.
	Delay time.Duration
}

// wholeSeries stands for the day of an occurrence where all of an item is meant.
const wholeSeries = -1 << 31

// MakeRoom makes the mailbox a room, which processes the meeting requests that
// come from now on.
func (m *Mailbox) MakeRoom(o RoomOptions) {
	o.BookingWindow = cmp.Or(o.BookingWindow, 180*24*time.Hour)
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	m.room = &o
}

func (m *Mailbox) removesCancelled() bool {
	return m.room != nil && !m.room.KeepCancelled && !m.room.Manual
}

// attend lets the Booking Attendant of a room look at a request, now or later;
// day is that of an occurrence, or wholeSeries.
func (m *Mailbox) attend(it *item, day int) {
	if m.room == nil || m.room.Manual {
		return
	}
	it.entry.requests++
	if m.room.Delay == 0 {
		m.process(it, day)
		return
	}
	s, uid, original, request, delay := m.server, it.entry.uid, it.entry.recurrenceID, it.entry.requests, m.room.Delay
	if s.closed {
		return
	}
	s.pushers.Go(func() {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-s.done:
			return
		case <-timer.C:
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		// A later request has a decision of its own, except about another day.
		it := m.meetings[uid][original]
		if it != nil && (it.entry.requests == request || day != wholeSeries) {
			m.process(it, day)
		}
	})
}

// process is the Booking Attendant's decision.
func (m *Mailbox) process(it *item, day int) {
	e := it.entry
	if e.isCancelled() || m.room == nil {
		return
	}
	if day != wholeSeries {
		m.processOccurrence(it, day)
		return
	}
	e.handled = true
	m.room.rewrite(e)
	if e.response != ews.ResponseNoResponseReceived { // an update that moves nothing
		m.modify(it, changeContent)
		return
	}
	declined, ok := m.judge(it)
	if !ok {
		m.responded(e, ews.ResponseDecline)
		_, _ = m.delete(it.id, MoveToDeletedItems) // it is there
		return
	}
	for _, day := range declined {
		delete(e.series.exceptions, day)
		e.series.deleted[day] = true
	}
	m.answer(it, &e.response)
}

// answer accepts, or leaves that to the delegates.
func (m *Mailbox) answer(it *item, response *ews.ResponseType) {
	*response = ews.ResponseAccept
	if m.room.Pending {
		*response = ews.ResponseTentative
	}
	it.entry.replied = time.Now()
	m.modify(it, changeContent)
	m.responded(it.entry, *response)
}

func (m *Mailbox) processOccurrence(it *item, day int) {
	e := it.entry
	if e.series == nil || e.series.exceptions[day] == nil || e.series.exceptions[day].cancelled {
		return
	}
	x := e.series.exceptions[day]
	m.room.rewrite(e)
	if x.response != ews.ResponseNoResponseReceived {
		m.modify(it, changeContent)
		return
	}
	o := e.series.occurrence(day)
	if m.tooLate(o.end) || !m.room.AllowConflicts && m.taken(it, o.start, o.end) {
		m.responded(e, ews.ResponseDecline)
		m.deleteOccurrence(it, day)
		return
	}
	m.answer(it, &x.response)
}

// rewrite takes out of a request what the room is not to show.
func (o *RoomOptions) rewrite(e *entry) {
	o.rewriteOne(&e.Appointment, e.organizer.name)
	if e.series != nil {
		for _, x := range e.series.exceptions {
			o.rewriteOne(&x.Appointment, e.organizer.name)
		}
	}
}

func (o *RoomOptions) rewriteOne(a *Appointment, organizer string) {
	if !o.KeepSubject {
		a.Subject = ""
	}
	if !o.NoOrganizer && !strings.HasPrefix(a.Subject, organizer) {
		a.Subject = strings.TrimSpace(organizer + " " + a.Subject)
	}
	if !o.KeepBody {
		a.Body = ""
	}
	if !o.KeepPrivate && a.Sensitivity == ews.SensitivityPrivate {
		a.Sensitivity = ews.SensitivityNormal
	}
}

// Approve accepts a meeting: as the delegate of a room with RoomOptions.Pending,
// or as a person. Errors are an ErrorItemNotFound,
// ErrorCalendarIsOrganizerForAccept for the mailbox's own, and
// ErrorCalendarIsCancelledForAccept.
// Events: as of ModifyItem, here and in the organizer's calendar.
func (m *Mailbox) Approve(id string) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return m.respond(id, ews.ResponseAccept)
}

// Decline declines a meeting, which moves to the Deleted Items; an occurrence
// of a series is taken out of it. Errors are as of Approve.
// Events: as of DeleteItem, and of ModifyItem in the organizer's calendar.
func (m *Mailbox) Decline(id string) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return m.respond(id, ews.ResponseDecline)
}

func (m *Mailbox) respond(id string, kind ews.ResponseType) error {
	p, err := m.findAppointment(id)
	if err != nil {
		return err
	}
	e := p.item.entry
	organizer, cancelled := errorCalendarIsOrganizerForAccept, errorCalendarIsCancelledForAccept
	if kind == ews.ResponseDecline {
		organizer, cancelled = errorCalendarIsOrganizerForDecline, errorCalendarIsCancelledForDecline
	}
	switch {
	case e.mine:
		return fmt.Errorf("ewstest: item %q of %s: %w", id, m.address, organizer)
	case e.isCancelled() || p.occurrence != nil && p.occurrence.exception != nil && p.occurrence.exception.cancelled:
		return fmt.Errorf("ewstest: item %q of %s: %w", id, m.address, cancelled)
	}
	e.replied = time.Now()
	switch {
	case kind == ews.ResponseDecline:
		m.responded(e, kind)
		_, err = m.delete(id, MoveToDeletedItems)
		return err
	case p.occurrence != nil:
		x := &exception{Appointment: e.at(p.occurrence), response: kind}
		e.series.exceptions[p.occurrence.day] = x
	default:
		e.response = kind
	}
	m.modify(p.item, changeContent)
	m.responded(e, kind)
	return nil
}
