package ewstest

import (
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// What the mailbox of an attendee does with what the organizer sends: the
// Calendar Attendant brings it into the calendar, tentatively, before anybody
// has read it.

// receive takes an invitation or an update of a whole meeting.
func (m *Mailbox) receive(from *entry) {
	old := m.meetings[from.uid][time.Time{}]
	if old != nil && old.entry.mine {
		return // two mailboxes organize the same UID; a client can make that
	}
	e := from.received()
	if e.series != nil {
		m.leaveOut(e.series)
	}
	if old != nil {
		e.takeOver(old.entry)
	}
	m.message(classRequest, from.Subject)
	if old == nil {
		old = m.create(m.distinguished[ews.CalendarFolder], e)
	} else {
		old.entry = e
		m.modify(old, changeContent)
	}
	m.attend(old, wholeSeries)
}

// received returns the content of a meeting as it comes to an attendee.
func (e *entry) received() *entry {
	now := time.Now()
	c := e.clone()
	c.created, c.modified = now, now
	c.mine, c.sent, c.responses = false, false, nil
	c.state = ews.AppointmentMeeting | ews.AppointmentReceived
	c.response = ews.ResponseNoResponseReceived
	c.Categories = nil // everybody has his own
	if c.series != nil {
		for _, x := range c.series.exceptions {
			x.response, x.Categories = "", nil
		}
	}
	return c
}

// leaveOut takes the occurrences out of a series to which the mailbox is not
// invited.
func (m *Mailbox) leaveOut(s *series) {
	for day, x := range s.exceptions {
		if !m.isAmong(x.attendees()) {
			delete(s.exceptions, day)
			s.deleted[day] = true
		}
	}
}

// takeOver keeps what an update does not change: the answer, where the time is
// the same, and what belongs to the mailbox.
func (e *entry) takeOver(old *entry) {
	e.created, e.read, e.Categories = old.created, old.read, old.Categories
	e.requests = old.requests
	if old.isCancelled() || !old.sameTime(&e.Appointment) || old.TimeZone != e.TimeZone {
		return
	}
	e.response, e.replied = old.response, old.replied
	if e.series == nil || old.series == nil {
		return
	}
	for day := range old.series.deleted {
		if e.series.exceptions[day] == nil {
			e.series.deleted[day] = true // declined here
		}
	}
	for day, x := range old.series.exceptions {
		switch now := e.series.exceptions[day]; {
		case now != nil && now.sameTime(&x.Appointment):
			now.response = x.response
		case now == nil && x.cancelled && e.series.deleted[day]:
			delete(e.series.deleted, day)
			e.series.exceptions[day] = x
		}
	}
}

// mayOccur reports whether there is a series here that has, or had, an occurrence
// on that day. Somebody may have moved the series in this calendar alone.
func (e *entry) mayOccur(day int) bool { return e.series != nil && e.series.pattern.has(day) }

// receiveOccurrence takes an update of one occurrence: in the series, or where
// there is none, as an item of its own.
func (m *Mailbox) receiveOccurrence(from *entry, day int) {
	m.message(classRequest, from.series.exceptions[day].Subject)
	if it := m.meetings[from.uid][time.Time{}]; it != nil && !it.entry.isCancelled() && it.entry.mayOccur(day) {
		x := &exception{Appointment: from.series.exceptions[day].clone()}
		if old := it.entry.series.exceptions[day]; old != nil && !old.cancelled && old.sameTime(&x.Appointment) {
			x.response = old.response
		} else if start, end := it.entry.series.at(day); !x.Start.Equal(start) || !x.End.Equal(end) || it.entry.series.deleted[day] {
			x.response = ews.ResponseNoResponseReceived
		}
		x.Categories = it.entry.Categories
		delete(it.entry.series.deleted, day)
		it.entry.series.exceptions[day] = x
		it.entry.stamp, it.entry.sequence = from.stamp, from.sequence
		m.modify(it, changeContent)
		m.attend(it, day)
		return
	}
	e := from.received()
	e.Appointment, e.series = from.series.exceptions[day].clone(), nil
	e.Categories = nil
	e.recurrenceID, _ = from.series.at(day)
	it := m.meetings[e.uid][e.recurrenceID]
	if it == nil {
		it = m.create(m.distinguished[ews.CalendarFolder], e)
	} else {
		e.takeOver(it.entry)
		it.entry = e
		m.modify(it, changeContent)
	}
	m.attend(it, wholeSeries)
}

// withdraw takes the news that a meeting does not take place, or that the
// mailbox is no longer invited; original is zero except for an occurrence that
// is an item of its own.
func (m *Mailbox) withdraw(uid string, original time.Time) {
	it := m.meetings[uid][original]
	if it == nil || it.entry.mine || it.entry.isCancelled() {
		return
	}
	m.message(classCancellation, it.entry.Subject)
	if m.removesCancelled() {
		_, _ = m.delete(it.id, MoveToDeletedItems) // it is there
		return
	}
	it.entry.state |= ews.AppointmentCancelled
	it.entry.stamp = time.Now()
	it.entry.sequence++
	it.entry.markCancelled(&it.entry.Appointment)
	m.modify(it, changeContent)
}

// withdrawOccurrence does the same for one occurrence.
func (m *Mailbox) withdrawOccurrence(from *entry, day int) {
	it := m.meetings[from.uid][time.Time{}]
	if it == nil || it.entry.series == nil || it.entry.isCancelled() {
		original, _ := from.series.at(day)
		m.withdraw(from.uid, original)
		return
	}
	o, ok := it.entry.series.on(day)
	if !ok || o.isCancelled() {
		return
	}
	m.message(classCancellation, it.entry.Subject)
	it.entry.stamp, it.entry.sequence = from.stamp, from.sequence
	if m.removesCancelled() {
		m.deleteOccurrence(it, day)
		return
	}
	x := &exception{Appointment: it.entry.at(&o), cancelled: true}
	if o.exception != nil {
		x.response = o.exception.response
	}
	it.entry.markCancelled(&x.Appointment)
	it.entry.series.exceptions[day] = x
	m.modify(it, changeContent)
}

// markCancelled changes the subject, unless a room has another one anyway.
func (e *entry) markCancelled(a *Appointment) {
	if !e.handled {
		a.Subject = "Canceled: " + a.Subject
	}
}

// message lets a meeting message arrive in the Inbox. A room's is gone as soon
// as it has been processed.
func (m *Mailbox) message(class, subject string) {
	now := time.Now()
	it := m.create(m.distinguished[ews.InboxFolder], &entry{
		class: class, created: now, modified: now, Appointment: Appointment{Subject: subject, Sensitivity: ews.SensitivityNormal},
	})
	if m.room != nil {
		_, _ = m.delete(it.id, HardDelete) // it is there
	}
}

// busyAfter reports whether somebody's time is taken after an answer.
func busyAfter(kind ews.ResponseType) bool {
	return slices.Contains([]ews.ResponseType{ews.ResponseOrganizer, ews.ResponseAccept}, kind)
}
