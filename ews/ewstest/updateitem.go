package ewstest

import (
	"context"
	"fmt"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// audience is who is told about a change of a meeting.
type audience int

const (
	tellNobody audience = iota
	tellAll
	tellChanged // those who were invited by the change, and those who no longer are
)

// updateItem is the operation UpdateItem, for calendar items and for the read
// flag of messages.
func (s *Server) updateItem(_ context.Context, c *call) ([]responseMessage, error) {
	return c.each("ItemChanges", func(e *element) responseMessage {
		m, p, code := c.itemAt(e.children[0], true)
		if code == ews.NoError {
			code = c.update(m, p, e)
		}
		if code != ews.NoError {
			return c.failed(code, "")
		}
		it := p.item
		name, id := elementOf(it.entry.class), it.id
		if p.occurrence != nil {
			id = occurrenceID(id, p.occurrence.day)
		}
		return success(fmt.Sprintf(
			`<m:Items><t:%s><t:ItemId Id="%s" ChangeKey="%s"/></t:%[1]s></m:Items><m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>`,
			name, id, changeKey(m.replica, it.entry.version)))
	}), nil
}

func (c *call) update(m *Mailbox, p place, e *element) ews.ResponseCode {
	it, id := p.item, e.children[0]
	resolution, key := c.body.attribute("ConflictResolution"), id.attribute("ChangeKey")
	switch {
	case key == "" && resolution != "AlwaysOverwrite":
		return errorChangeKeyRequired
	case resolution == "NeverOverwrite" && key != changeKey(m.replica, it.entry.version):
		return errorIrresolvableConflict
	}
	read, code := it.entry.read, ews.NoError
	if !it.entry.isCalendarItem() {
		for _, u := range e.children[1].children {
			if read, code = readFlag(u); code != ews.NoError {
				return code
			}
		}
		if read != it.entry.read {
			it.entry.read = read
			m.modify(it, changeReadFlag)
		}
		return ews.NoError
	}
	tell := tellNobody
	switch c.body.attribute("SendMeetingInvitationsOrCancellations") {
	case "":
		return errorSendMeetingInvitationsOrCancellationsRequired
	case "SendOnlyToAll", "SendToAllAndSaveCopy":
		tell = tellAll
	case "SendOnlyToChanged", "SendToChangedAndSaveCopy":
		tell = tellChanged
	}
	edit := func(a *Appointment) {
		d := &draft{Appointment: *a}
		for _, u := range e.children[1].children {
			if code == ews.NoError {
				if code = d.apply(u); code != ews.NoError {
					c.culprit = u.children[0].attribute("FieldURI")
				}
			}
		}
		if code == ews.NoError {
			code = d.finish(c)
		}
		if code == ews.NoError {
			*a = d.Appointment
		}
	}
	var err error
	if p.occurrence != nil {
		err = m.changeOccurrence(p, edit, tell)
	} else {
		err = m.change(it, edit, tell)
	}
	if code != ews.NoError {
		return code
	}
	return codeOf(err)
}

// apply makes one of t:Updates.
func (d *draft) apply(u *element) ews.ResponseCode {
	uri := u.children[0].attribute("FieldURI")
	switch u.name {
	case "DeleteItemField":
		if u.children[0].name != "FieldURI" {
			return ews.NoError // an extended property, which is not there
		}
		return d.unset(uri)
	case "AppendToItemField":
		if uri != "item:Body" {
			return errorInvalidPropertyAppend
		}
		d.Body += u.children[1].value(ews.NamespaceTypes, "Body")
		return ews.NoError
	}
	properties := u.children[1].children
	switch {
	case len(properties) != 1:
		return errorIncorrectUpdatePropertyCount
	case u.children[0].name == "ExtendedFieldURI":
		return ews.NoError
	}
	if _, name, _ := strings.Cut(uri, ":"); name != properties[0].name {
		return errorUpdatePropertyMismatch
	}
	return d.set(properties[0])
}

// readFlag reads the one thing that can be changed about a message.
func readFlag(u *element) (bool, ews.ResponseCode) {
	if u.name != "SetItemField" || u.children[0].attribute("FieldURI") != "message:IsRead" {
		return false, errorInvalidPropertySet
	}
	value := u.children[1].value(ews.NamespaceTypes, "IsRead")
	return value == "true" || value == "1", ews.NoError
}
