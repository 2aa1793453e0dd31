package ewstest

import (
	"strconv"

	"github.com/ewspush/ewspush/ews"
)

// itemAt finds what a t:ItemId, t:OccurrenceItemId or t:RecurringMasterItemId
// names. write asks for the right to change it.
func (c *call) itemAt(e *element, write bool) (*Mailbox, place, ews.ResponseCode) {
	id := e.attribute("Id")
	switch e.name {
	case "OccurrenceItemId":
		id = e.attribute("RecurringMasterId")
	case "RecurringMasterItemId":
		id = e.attribute("OccurrenceId")
	}
	if _, err := entryID(id); err != nil {
		return nil, place{}, ews.ErrorInvalidIdMalformed
	}
	m := c.server.byGUID[mailboxIn(id)]
	if m == nil {
		return nil, place{}, ews.ErrorItemNotFound
	}
	if !c.mayRead(m) || write && !c.mayWrite(m) {
		return nil, place{}, ews.ErrorAccessDenied
	}
	p, err := m.find(id)
	if err != nil {
		return nil, place{}, ews.ErrorItemNotFound
	}
	code := ews.NoError
	switch e.name {
	case "OccurrenceItemId":
		index, _ := strconv.Atoi(e.attribute("InstanceIndex")) // the schema has been checked
		p, code = p.nth(index)
	case "RecurringMasterItemId":
		if p.occurrence == nil {
			return nil, place{}, errorCalendarCannotUseIDForOccurrenceID
		}
		p.occurrence = nil
	}
	return m, p, code
}

// nth returns an occurrence by its number in the pattern.
func (p place) nth(index int) (place, ews.ResponseCode) {
	s := p.item.entry.series
	if s == nil || p.occurrence != nil {
		return place{}, errorCalendarCannotUseIDForRecurringMasterID
	}
	day, ok := s.index(index)
	if !ok {
		return place{}, errorCalendarOccurrenceIndexIsOutOfRecurrenceRange
	}
	o, ok := s.on(day)
	if !ok {
		return place{}, errorCalendarOccurrenceIsDeletedFromRecurrence
	}
	p.occurrence = &o
	return p, ews.NoError
}
