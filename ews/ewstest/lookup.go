package ewstest

import (
	"fmt"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// findAppointment returns the calendar item that an id leads to.
func (m *Mailbox) findAppointment(id string) (place, error) {
	p, err := m.find(id)
	if err == nil && !p.item.entry.isCalendarItem() {
		err = fmt.Errorf("ewstest: item %q of %s is no appointment: %w", id, m.address, ews.ErrorItemNotFound)
	}
	return p, err
}

// findOwn returns an appointment of the mailbox, or a meeting that it organizes.
func (m *Mailbox) findOwn(id string) (place, error) {
	p, err := m.findAppointment(id)
	if err == nil && !p.item.entry.mine {
		err = fmt.Errorf("ewstest: item %q of %s: %w", id, m.address, errorCalendarIsNotOrganizer)
	}
	return p, err
}

// findOccurrence returns the occurrence that was to begin at a time.
func (m *Mailbox) findOccurrence(master string, original time.Time) (place, error) {
	p, err := m.findAppointment(master)
	if err != nil {
		return p, err
	}
	if s := p.item.entry.series; s != nil {
		if day, ok := s.day(original); ok {
			if o, ok := s.on(day); ok {
				p.occurrence = &o
				return p, nil
			}
		}
	}
	return p, fmt.Errorf("ewstest: item %q of %s has no occurrence at %s: %w", master, m.address, original, ews.ErrorItemNotFound)
}

// at returns an occurrence as an appointment of its own.
func (e *entry) at(o *occurrence) Appointment {
	a := e.Appointment.clone()
	if o.exception != nil {
		a = o.exception.clone()
	}
	a.Start, a.End, a.Recurrence = o.start, o.end, nil
	return a
}

// startDay returns the day on which an occurrence begins now.
func (o *occurrence) startDay(loc *time.Location) int {
	return dayNumber(ews.DateOf(o.start.In(loc)))
}

// everybody returns all who are invited to anything of a meeting.
func (e *entry) everybody() []string {
	all := e.Appointment.clone()
	if e.series != nil {
		for _, x := range e.series.exceptions {
			all.Required = append(all.Required, x.attendees()...)
		}
	}
	return all.attendees()
}
