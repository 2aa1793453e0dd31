package ewstest

import (
	"context"
	"slices"

	"github.com/ewspush/ewspush/ews"
)

// getItem is the operation GetItem.
func (s *Server) getItem(_ context.Context, c *call) ([]responseMessage, error) {
	shape, err := c.shape()
	if err != nil {
		return nil, err
	}
	return c.each("ItemIds", func(e *element) responseMessage {
		m, p, code := c.itemAt(e, false)
		if code != ews.NoError {
			return failureIn(code, "<m:Items/>")
		}
		return success("<m:Items>" + c.itemXML(m, p, shape) + "</m:Items>")
	}), nil
}

// each answers the ids of a batch one by one, and plays the faults that concern
// single items. After an ErrorBatchProcessingStopped nothing more is done.
func (c *call) each(list string, answer func(*element) responseMessage) []responseMessage {
	var messages []responseMessage
	stopped := false
	for _, e := range c.body.child(ews.NamespaceMessages, list).children {
		f, ok := c.takeItem(e)
		switch {
		case stopped:
			messages = append(messages, c.failed(ews.ErrorBatchProcessingStopped, ""))
		case ok:
			messages = append(messages, c.failed(f.Code, f.Message))
			stopped = f.Code == ews.ErrorBatchProcessingStopped
		default:
			messages = append(messages, answer(e))
		}
	}
	return messages
}

// takeItem uses up a fault that concerns one item of a batch.
func (c *call) takeItem(e *element) (Fault, bool) {
	if c.name == "UpdateItem" {
		e = e.children[0]
	}
	id := e.attribute("Id") + e.attribute("RecurringMasterId") + e.attribute("OccurrenceId") // it has one of them
	m := c.server.byGUID[mailboxIn(id)]
	if m == nil {
		m = c.actor
	}
	return c.server.takeItem(FaultItemCode, m, c, id)
}

// failed returns an error with what the schema wants beside it.
func (c *call) failed(code ews.ResponseCode, text string) responseMessage {
	m := failure(code, text)
	m.culprit, c.culprit = c.culprit, ""
	switch c.name {
	case "GetItem", "CreateItem", "UpdateItem", "MoveItem", "CopyItem":
		m.content = "<m:Items/>"
	case "GetFolder":
		m.content = "<m:Folders/>"
	case "SyncFolderItems":
		if code == ews.ErrorInvalidSyncStateData {
			m.content = "<m:SyncState/>"
		}
	}
	if code == ews.ErrorBatchProcessingStopped {
		m.class = ews.ResponseClassWarning
	}
	return m
}

// allFailed returns the same error for everything that a call asks for.
func (c *call) allFailed(code ews.ResponseCode, text string) []responseMessage {
	n := 1
	for _, name := range []string{"ItemIds", "Items", "ItemChanges", "FolderIds", "ParentFolderIds"} {
		if list := c.body.child(ews.NamespaceMessages, name); list != nil {
			n = len(list.children)
		}
	}
	return slices.Repeat([]responseMessage{c.failed(code, text)}, n)
}
