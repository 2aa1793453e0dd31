package ewstest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// What the organizer's mailbox does. The server's lock covers all mailboxes, so
// that a message is in the other mailbox when the verb returns.

// invite sends a meeting to its attendees for the first time.
func (m *Mailbox) invite(it *item) {
	if it.entry.isMeeting() {
		m.update(it, nil, tellAll)
	}
}

// update tells all who are invited to anything of a meeting how it is now, and
// those who were before that they no longer are; or of both only those for whom
// it is new.
func (m *Mailbox) update(it *item, before []string, tell audience) {
	e := it.entry
	if !e.sent {
		tell = tellAll // it is news to everybody
	}
	e.sent = true
	all := e.attendees()
	for t := range m.mailboxesOf(append(slices.Clone(before), e.everybody()...)) {
		switch {
		case t.isAmong(all) && t.isAmong(before) && tell == tellChanged:
			continue
		case t.isAmong(all):
			t.receive(e)
		default:
			t.withdraw(e.uid, time.Time{})
		}
		m.updateGuest(t, e, !t.isAmong(all))
	}
}

// updateGuest brings the occurrences up to date to which somebody is invited
// without being invited to the series.
func (m *Mailbox) updateGuest(t *Mailbox, e *entry, guest bool) {
	wanted := map[time.Time]bool{}
	if e.series != nil && guest {
		for _, day := range slices.Sorted(maps.Keys(e.series.exceptions)) {
			if t.isAmong(e.series.exceptions[day].attendees()) {
				original, _ := e.series.at(day)
				wanted[original] = true
				t.receiveOccurrence(e, day)
			}
		}
	}
	held := slices.SortedFunc(maps.Keys(t.meetings[e.uid]), time.Time.Compare)
	for _, original := range held {
		if !original.IsZero() && !wanted[original] {
			t.withdraw(e.uid, original)
		}
	}
}

// updateOccurrence tells all who are or were invited to an occurrence.
func (m *Mailbox) updateOccurrence(it *item, day int, before []string, tell audience) {
	e := it.entry
	e.sent = true
	now := e.series.exceptions[day].attendees()
	for t := range m.mailboxesOf(append(slices.Clone(before), now...)) {
		switch {
		case t.isAmong(now) && t.isAmong(before) && tell == tellChanged:
		case t.isAmong(now):
			t.receiveOccurrence(e, day)
		default:
			t.withdrawOccurrence(e, day)
		}
	}
}

// revoke tells all that a meeting does not take place.
func (m *Mailbox) revoke(e *entry, addresses []string) {
	for t := range m.mailboxesOf(addresses) {
		for _, original := range slices.SortedFunc(maps.Keys(t.meetings[e.uid]), time.Time.Compare) {
			t.withdraw(e.uid, original)
		}
	}
}

// revokeOccurrence tells all that an occurrence does not take place.
func (m *Mailbox) revokeOccurrence(e *entry, day int, addresses []string) {
	for t := range m.mailboxesOf(addresses) {
		t.withdrawOccurrence(e, day)
	}
}

// mailboxesOf yields the mailboxes of addresses that are on this server, each
// once, without the organizer's own.
func (m *Mailbox) mailboxesOf(addresses []string) func(func(*Mailbox) bool) {
	return func(yield func(*Mailbox) bool) {
		seen := map[*Mailbox]bool{m: true, nil: true}
		for _, smtp := range addresses {
			t := m.server.byAddress[strings.ToLower(smtp)]
			if seen[t] {
				continue
			}
			seen[t] = true
			if !yield(t) {
				return
			}
		}
	}
}

func (m *Mailbox) isAmong(addresses []string) bool {
	return slices.ContainsFunc(addresses, m.hasAddress)
}

// responded notes in the organizer's calendar what an attendee has answered.
func (m *Mailbox) responded(e *entry, kind ews.ResponseType) {
	organizer := m.server.byAddress[strings.ToLower(e.organizer.address)]
	if organizer == nil {
		return
	}
	it := organizer.meetings[e.uid][time.Time{}]
	if it == nil || !it.entry.mine {
		return
	}
	if it.entry.responses == nil {
		it.entry.responses = map[string]response{}
	}
	it.entry.responses[strings.ToLower(m.address)] = response{kind: kind, at: time.Now()}
	organizer.modify(it, changeContent)
}

func sameAddress(a, b string) bool { return strings.EqualFold(a, b) }
