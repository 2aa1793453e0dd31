package ewstest

import (
	"strings"
)

// target returns the mailbox that the call is about, or nil. It decides which
// faults of the script concern it.
func (c *call) target() *Mailbox {
	var found *Mailbox
	var search func(*element)
	search = func(e *element) {
		switch {
		case found != nil:
		case e.name == "DistinguishedFolderId":
			if smtp := e.mailbox(); smtp != "" {
				found = c.server.byAddress[strings.ToLower(smtp)]
			}
		case e.name == "FolderId":
			found, _ = c.server.folderByID(e.attribute("Id"))
		case e.name == "ItemId":
			found = c.server.byGUID[mailboxIn(e.attribute("Id"))]
		case e.name == "OccurrenceItemId":
			found = c.server.byGUID[mailboxIn(e.attribute("RecurringMasterId"))]
		case e.name == "RecurringMasterItemId":
			found = c.server.byGUID[mailboxIn(e.attribute("OccurrenceId"))]
		case e.name == "SubscriptionId":
			if sub := c.server.subscriptions[strings.TrimSpace(e.text)]; sub != nil {
				found = sub.mailbox
			}
		default:
			for _, child := range e.children {
				search(child)
			}
		}
	}
	search(c.body)
	if found == nil {
		found = c.actor
	}
	return found
}
