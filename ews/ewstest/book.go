package ewstest

import (
	"fmt"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Book enters an appointment in the calendar and returns its id. With attendees
// it is a meeting, which the mailbox organizes: whoever of them has a mailbox on
// this server gets a meeting request and a tentative item in his calendar, and
// rooms answer; see MakeRoom. The error wraps the code with which Exchange
// refuses such an appointment.
// Events: as of CreateItem, in each calendar; Modified as rooms answer, in the
// room's calendar and in the organizer's.
func (m *Mailbox) Book(a Appointment) (id string, err error) {
	n, err := a.normal(&m.server.zones)
	if err != nil {
		return "", err
	}
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	it := m.create(m.distinguished[ews.CalendarFolder], m.newEntry(n))
	m.invite(it)
	return it.id, nil
}

// Change lets edit change an appointment; it is handed a copy of it as it is,
// and must not call the server. The first day of a series follows Start.
// Attendees of the mailbox's own meeting get the update, new ones an
// invitation, and those who are no longer among them a cancellation. A series
// loses its exceptions if its time or its pattern becomes another one. The id of
// an occurrence stands for the occurrence, as in ChangeOccurrence. Nothing
// happens if edit changes nothing.
//
// In the calendar of somebody else than the organizer the change stays there.
// The error is an ErrorItemNotFound, or wraps the code with which Exchange
// refuses such an appointment.
func (m *Mailbox) Change(id string, edit func(*Appointment)) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	p, err := m.findAppointment(id)
	if err != nil {
		return err
	}
	if p.occurrence != nil {
		return m.changeOccurrence(p, edit, tellAll)
	}
	return m.change(p.item, edit, tellAll)
}

func (m *Mailbox) change(it *item, edit func(*Appointment), tell audience) error {
	e := it.entry
	before := e.Appointment
	invited := e.everybody()
	a := before.clone()
	edit(&a)
	a.followStart(&before)
	n, err := a.normal(&m.server.zones)
	if err != nil {
		return err
	}
	if before.equal(&n) {
		return nil
	}
	e.set(n, &m.server.zones)
	if e.mine {
		e.stamp = time.Now()
		if e.sent && !before.sameTime(&n) {
			e.sequence++
		}
	}
	m.modify(it, changeContent)
	if tell != tellNobody && e.mine && e.isMeeting() {
		m.update(it, invited, tell)
	}
	return nil
}

// ChangeOccurrence lets edit change one occurrence of a series, which becomes
// an exception; it is handed a copy of the occurrence as it is, whose
// Recurrence is ignored. The occurrence is named by when it was to begin at
// first. Attendees are told as by Change; who is invited to this occurrence only
// gets an item of its own, with the UID of the series and a RecurrenceId.
//
// Errors are an ErrorItemNotFound, also where the series has no such
// occurrence, and ErrorOccurrenceCrossingBoundary for a move to or beyond the
// day of the occurrence before or after.
// Events: Modified of the master, and of the folder.
func (m *Mailbox) ChangeOccurrence(master string, originalStart time.Time, edit func(*Appointment)) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	p, err := m.findOccurrence(master, originalStart)
	if err != nil {
		return err
	}
	return m.changeOccurrence(p, edit, tellAll)
}

func (m *Mailbox) changeOccurrence(p place, edit func(*Appointment), tell audience) error {
	e, s, day := p.item.entry, p.item.entry.series, p.occurrence.day
	before := e.at(p.occurrence)
	a := before.clone()
	edit(&a)
	a.Recurrence = nil
	n, err := a.normal(&m.server.zones)
	if err != nil {
		return err
	}
	if before.equal(&n) {
		return nil
	}
	moved := dayNumber(ews.DateOf(n.Start.In(s.loc)))
	previous, next := s.neighbours(day)
	if previous != nil && moved <= previous.startDay(s.loc) || next != nil && moved >= next.startDay(s.loc) {
		return fmt.Errorf("ewstest: occurrence of %s moved to %s: %w", dateOf(day), dateOf(moved), errorOccurrenceCrossingBoundary)
	}
	x := &exception{Appointment: n}
	if old := s.exceptions[day]; old != nil {
		x.cancelled, x.response = old.cancelled, old.response
	}
	s.exceptions[day] = x
	if len(n.attendees()) > 0 {
		e.state |= ews.AppointmentMeeting
	}
	if e.mine {
		e.stamp = time.Now()
		if e.sent && !before.sameTime(&n) {
			e.sequence++
		}
	}
	m.modify(p.item, changeContent)
	if tell != tellNobody && e.mine && e.isMeeting() {
		m.updateOccurrence(p.item, day, before.attendees(), tell)
	}
	return nil
}

// Cancel ends a meeting of the mailbox, or a plain appointment: the item moves
// to the Deleted Items, the attendees are told. The id of an occurrence stands
// for the occurrence. The error is an ErrorItemNotFound, or for somebody else's
// meeting ErrorCalendarIsNotOrganizer.
// Events: Moved, Modified of both folders; in a room's calendar as RoomOptions
// say, in that of a person Modified.
func (m *Mailbox) Cancel(id string) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return m.end(id)
}

func (m *Mailbox) end(id string) error {
	p, err := m.findOwn(id)
	if err != nil {
		return err
	}
	if p.occurrence != nil {
		m.cancelOccurrence(p)
		return nil
	}
	return m.cancel(p.item, MoveToDeletedItems)
}

func (m *Mailbox) cancel(it *item, how DeleteType) error {
	e := it.entry
	e.stamp = time.Now()
	if e.isMeeting() {
		e.sequence++
		e.state |= ews.AppointmentCancelled
	}
	_, err := m.delete(it.id, how)
	if e.sent {
		m.revoke(e, e.everybody())
	}
	return err
}

// CancelOccurrence takes an occurrence out of a series; the attendees are told.
// Errors are as of Cancel and ChangeOccurrence.
// Events: Modified of the master, and of the folder.
func (m *Mailbox) CancelOccurrence(master string, originalStart time.Time) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	p, err := m.findOccurrence(master, originalStart)
	if err != nil {
		return err
	}
	if !p.item.entry.mine {
		return fmt.Errorf("ewstest: item %q of %s: %w", master, m.address, errorCalendarIsNotOrganizer)
	}
	m.cancelOccurrence(p)
	return nil
}

func (m *Mailbox) cancelOccurrence(p place) {
	e := p.item.entry
	before := e.at(p.occurrence)
	e.stamp = time.Now()
	if e.sent {
		e.sequence++
	}
	m.deleteOccurrence(p.item, p.occurrence.day)
	if e.sent {
		m.revokeOccurrence(e, p.occurrence.day, before.attendees())
	}
}
