package ewstest

import (
	"context"

	"github.com/ewspush/ewspush/ews"
)

const errorMoveCopyFailed ews.ResponseCode = "ErrorMoveCopyFailed"

// deleteItem is the operation DeleteItem.
func (s *Server) deleteItem(_ context.Context, c *call) ([]responseMessage, error) {
	how := DeleteType(c.body.attribute("DeleteType"))
	send := ews.SendMeetingInvitations(c.body.attribute("SendMeetingCancellations"))
	return c.each("ItemIds", func(e *element) responseMessage {
		m, p, code := c.itemAt(e, true)
		switch {
		case code != ews.NoError:
		case p.item.entry.isCalendarItem() && send == "":
			code = errorSendMeetingCancellationsRequired
		case p.occurrence != nil && p.item.entry.mine && send != ews.SendToNone:
			m.cancelOccurrence(p)
		case p.occurrence != nil:
			m.deleteOccurrence(p.item, p.occurrence.day)
		case p.item.entry.mine && p.item.entry.isMeeting() && send != ews.SendToNone:
			code = codeOf(m.cancel(p.item, how))
		default:
			_, err := m.delete(p.item.id, how)
			code = codeOf(err)
		}
		if code != ews.NoError {
			return c.failed(code, "")
		}
		return success("")
	}), nil
}

// moveItem is the operations MoveItem and CopyItem, inside a mailbox.
func (s *Server) moveItem(_ context.Context, c *call) ([]responseMessage, error) {
	to, f, folderCode := c.folder(c.body.child(ews.NamespaceMessages, "ToFolderId").children[0])
	if folderCode == ews.NoError && !c.mayWrite(to) {
		folderCode = ews.ErrorAccessDenied
	}
	return c.each("ItemIds", func(e *element) responseMessage {
		m, p, code := c.itemAt(e, c.name == "MoveItem")
		switch {
		case folderCode != ews.NoError:
			code = folderCode
		case code != ews.NoError:
		case p.occurrence != nil:
			code = errorCalendarCannotMoveOrCopyOccurrence
		case m != to:
			code = errorMoveCopyFailed
		}
		if code != ews.NoError {
			return c.failed(code, "")
		}
		var id string
		var err error
		if c.name == "MoveItem" {
			id, err = m.move(VerbMove, p.item.id, f)
		} else {
			id, err = m.copy(p.item.id, f)
		}
		if err != nil {
			return c.failed(codeOf(err), "")
		}
		return success(itemIDs(m, elementOf(m.items[id].entry.class), m.items[id]))
	}), nil
}
