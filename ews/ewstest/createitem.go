package ewstest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// createItem is the operation CreateItem: appointments and meetings, messages
// that are saved and not sent, and answers to meeting requests.
func (s *Server) createItem(_ context.Context, c *call) ([]responseMessage, error) {
	return c.each("Items", func(e *element) responseMessage {
		var it *item
		var m *Mailbox
		var code ews.ResponseCode
		switch e.name {
		case "CalendarItem":
			m, it, code = c.createCalendarItem(e)
		case "Message":
			m, it, code = c.createMessage(e)
		default:
			code = c.respond(e)
		}
		if code != ews.NoError {
			return c.failed(code, "")
		}
		if it == nil {
			return success("<m:Items/>")
		}
		return success(itemIDs(m, e.name, it))
	}), nil
}

func itemIDs(m *Mailbox, element string, it *item) string {
	return fmt.Sprintf(`<m:Items><t:%s><t:ItemId Id="%s" ChangeKey="%s"/></t:%[1]s></m:Items>`,
		element, it.id, changeKey(m.replica, it.entry.version))
}

// savedIn returns the folder that an item is to be created in.
func (c *call) savedIn(usual ews.DistinguishedFolderID) (*Mailbox, *folder, ews.ResponseCode) {
	var m *Mailbox
	var f *folder
	if e := c.body.child(ews.NamespaceMessages, "SavedItemFolderId"); e != nil {
		var code ews.ResponseCode
		if m, f, code = c.folder(e.children[0]); code != ews.NoError {
			return nil, nil, code
		}
	} else {
		if m = c.actor; m == nil {
			return nil, nil, errorMissingEmailAddress
		}
		f = m.distinguished[usual]
	}
	if !c.mayWrite(m) {
		return nil, nil, errorCreateItemAccessDenied
	}
	return m, f, ews.NoError
}

func (c *call) createCalendarItem(e *element) (*Mailbox, *item, ews.ResponseCode) {
	send := ews.SendMeetingInvitations(c.body.attribute("SendMeetingInvitations"))
	if send == "" {
		return nil, nil, errorSendMeetingInvitationsRequired
	}
	m, f, code := c.savedIn(ews.CalendarFolder)
	if code != ews.NoError {
		return nil, nil, code
	}
	if !f.isCalendar() {
		return nil, nil, errorCannotCreateCalendarItemInNonCalendarFolder
	}
	d := &draft{}
	for _, property := range e.children {
		if code := d.set(property); code != ews.NoError {
			c.culprit = uriOf(property.name)
			return nil, nil, code
		}
	}
	if code := d.finish(c); code != ews.NoError {
		return nil, nil, code
	}
	a, err := d.normal(&c.server.zones)
	if err != nil {
		return nil, nil, codeOf(err)
	}
	content := m.newEntry(a)
	content.uid = cmp.Or(d.uid, content.uid)
	it := m.create(f, content)
	if send != ews.SendToNone {
		m.invite(it)
	}
	return m, it, ews.NoError
}

func (c *call) createMessage(e *element) (*Mailbox, *item, ews.ResponseCode) {
	switch c.body.attribute("MessageDisposition") {
	case "SaveOnly":
	case "":
		return nil, nil, errorMessageDispositionRequired
	default: // nothing is sent from here
		return nil, nil, errorInvalidItemForOperationCreateItem
	}
	m, f, code := c.savedIn("drafts")
	if code != ews.NoError {
		return nil, nil, code
	}
	now := time.Now()
	return m, m.create(f, &entry{
		class: classNote, created: now, modified: now, read: true,
		Appointment: Appointment{Subject: e.value(ews.NamespaceTypes, "Subject"), Sensitivity: ews.SensitivityNormal},
	}), ews.NoError
}

// respond plays the answer to a meeting request, or the cancellation of a
// meeting.
func (c *call) respond(e *element) ews.ResponseCode {
	reference := e.child(ews.NamespaceTypes, "ReferenceItemId")
	if reference == nil {
		return errorRequiredPropertyMissing
	}
	m, p, code := c.itemAt(reference, true)
	if code != ews.NoError {
		return code
	}
	id := p.item.id
	if p.occurrence != nil {
		id = occurrenceID(id, p.occurrence.day)
	}
	var err error
	switch e.name {
	case "AcceptItem":
		err = m.respond(id, ews.ResponseAccept)
	case "TentativelyAcceptItem":
		err = m.respond(id, ews.ResponseTentative)
	case "DeclineItem":
		err = m.respond(id, ews.ResponseDecline)
	case "CancelCalendarItem":
		err = m.end(id)
	default:
		return errorInvalidItemForOperationCreateItem
	}
	return codeOf(err)
}

// codeOf returns the code in an error of a verb.
func codeOf(err error) ews.ResponseCode {
	if err == nil {
		return ews.NoError
	}
	if code, ok := errors.AsType[ews.ResponseCode](err); ok {
		return code
	}
	return ews.ErrorInternalServerError
}
