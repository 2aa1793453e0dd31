package ewstest

import (
	"fmt"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// place is what an id leads to: an item, or an occurrence of it.
type place struct {
	item       *item
	occurrence *occurrence // nil for the item itself
}

// item returns the item with that id. For one of an occurrence the error is
// ErrorCalendarCannotMoveOrCopyOccurrence, else ErrorItemNotFound.
func (m *Mailbox) item(id string) (*item, error) {
	it := m.items[id]
	if it != nil {
		return it, nil
	}
	if p, err := m.find(id); err == nil && p.occurrence != nil {
		return nil, fmt.Errorf("ewstest: occurrence %q of %s: %w", id, m.address, errorCalendarCannotMoveOrCopyOccurrence)
	}
	return nil, fmt.Errorf("ewstest: item %q of %s: %w", id, m.address, ews.ErrorItemNotFound)
}

// find returns what an id leads to, or an ErrorItemNotFound.
func (m *Mailbox) find(id string) (place, error) {
	if it := m.items[id]; it != nil {
		return place{item: it}, nil
	}
	if master, day, ok := splitOccurrence(id); ok {
		if it := m.items[master]; it != nil && it.entry.series != nil {
			if o, ok := it.entry.series.on(day); ok {
				return place{item: it, occurrence: &o}, nil
			}
		}
	}
	return place{}, fmt.Errorf("ewstest: item %q of %s: %w", id, m.address, ews.ErrorItemNotFound)
}

// put brings an entry into a folder, as a new item.
func (m *Mailbox) put(object storeObject, f *folder, e *entry) *item {
	it := &item{object: object, id: itemID(m.guid, m.store, f.object, object), folder: f, entry: e}
	it.record = &record{id: it.id, item: it}
	e.version = m.nextVersion()
	m.items[it.id] = it
	f.items++
	f.log.write(it.record, changeContent)
	if e.isCalendarItem() {
		f.times.place(it)
	}
	if f.distinguished == ews.CalendarFolder && e.isCalendarItem() {
		if m.meetings[e.uid] == nil {
			m.meetings[e.uid] = map[time.Time]*item{}
		}
		m.meetings[e.uid][e.recurrenceID] = it
	}
	return it
}

func (m *Mailbox) remove(it *item) {
	delete(m.items, it.id)
	it.folder.items--
	it.folder.log.write(it.record, changeGone)
	it.folder.times.drop(it)
	e := it.entry
	if m.meetings[e.uid][e.recurrenceID] == it {
		if delete(m.meetings[e.uid], e.recurrenceID); len(m.meetings[e.uid]) == 0 {
			delete(m.meetings, e.uid)
		}
	}
}

func (m *Mailbox) nextVersion() uint64 {
	m.versions++
	return 0x1000 + m.versions
}

// duplicate returns the content of a copy.
func (m *Mailbox) duplicate(e *entry) *entry {
	now := time.Now()
	c := e.clone()
	c.created, c.modified = now, now
	if !c.isCalendarItem() {
		return c
	}
	c.uid, c.recurrenceID = globalObjectID(m.content.guid(), now), time.Time{}
	c.responses = nil
	if c.isMeeting() {
		c.mine = false
		c.state |= ews.AppointmentReceived
		c.response = ews.ResponseNoResponseReceived
		c.Subject = "Copy: " + c.Subject
	}
	return c
}

// deleteOccurrence takes an occurrence out of a series.
func (m *Mailbox) deleteOccurrence(it *item, day int) {
	delete(it.entry.series.exceptions, day)
	it.entry.series.deleted[day] = true
	m.modify(it, changeContent)
}

// invent returns the content of an item that nobody described. It is made in a
// sequence of its own, so that ids do not depend on it.
func (m *Mailbox) invent(f *folder) *entry {
	pick := func(words ...string) string { return words[m.content.next()%uint64(len(words))] }
	subject := pick("Weekly review", "Planning", "Interview", "Budget", "Design", "Retrospective", "Workshop", "Phone call")
	if !f.isCalendar() {
		now := time.Now()
		return &entry{class: classNote, created: now, modified: now, Appointment: Appointment{Subject: subject, Sensitivity: ews.SensitivityNormal}}
	}
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1+int(m.content.next()%30))
	start := day.Add(8*time.Hour + time.Duration(m.content.next()%20)*30*time.Minute)
	a := Appointment{
		Subject: subject, Location: pick("", "Room 1", "Room 2", "Online"), Body: pick("", "See you there."),
		Start: start, End: start.Add(time.Duration(1+m.content.next()%4) * 30 * time.Minute),
	}
	n, err := a.normal(&m.server.zones)
	if err != nil {
		panic(fmt.Sprintf("ewstest: %v", err)) // it is made here
	}
	return m.newEntry(n)
}
