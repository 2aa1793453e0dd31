package ewstest

import (
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Verb is what was done to an item or a folder.
type Verb string

// The verbs of a Mailbox.
const (
	VerbCreate             Verb = "Create"
	VerbModify             Verb = "Modify"
	VerbMove               Verb = "Move"
	VerbCopy               Verb = "Copy"
	VerbMoveToDeletedItems Verb = "MoveToDeletedItems"
	VerbSoftDelete         Verb = "SoftDelete"
	VerbHardDelete         Verb = "HardDelete"
	VerbCreateFolder       Verb = "CreateFolder"
)

// Change is one change that was made in a Mailbox. With the changes a test
// proves that each was delivered, or covered by a gap.
type Change struct {
	Verb Verb
	// ItemID is the item after the change; what a hard delete removed. It is
	// empty where a folder was made.
	ItemID    string
	OldItemID string // the item before a move, or that was copied
	// Events are those that a subscription to all folders concerned and all
	// event types is sent for this change, with their watermarks. They belong
	// to the server: do not write to what they point to.
	Events []ews.Event
	Time   time.Time
}

// loggedEvent is an event in the history, and who sees it.
type loggedEvent struct {
	counter  int64
	at       time.Time
	event    ews.Event
	folders  [2]*folder // subscriptions to one of these see it
	allItems bool       // only subscriptions to all folders see it: it happened in the search folder
}

// change collects the events of a change, under the server's lock.
type change struct {
	mailbox *Mailbox
	at      time.Time
	record  Change
}

func (m *Mailbox) begin(verb Verb, itemID, oldItemID string) *change {
	now := time.Now()
	return &change{mailbox: m, at: now, record: Change{Verb: verb, ItemID: itemID, OldItemID: oldItemID, Time: now}}
}

// commit wakes the subscriptions. All events of a change become visible
// together because the caller holds the lock.
func (c *change) commit() {
	c.mailbox.changes = append(c.mailbox.changes, c.record)
	for _, sub := range c.mailbox.subscriptions {
		sub.nudge()
	}
}

// item logs an event about an item in a folder.
func (c *change) item(kind ews.EventType, id string, in *folder) {
	c.log(ews.Event{Type: kind, ItemID: itemRef(id), ParentFolderID: in.ref(folderChangeKey)}, in, nil, false)
}

// moved logs an event that two folders see.
func (c *change) moved(kind ews.EventType, id, oldID string, to, from *folder) {
	c.log(ews.Event{
		Type: kind, ItemID: itemRef(id), ParentFolderID: to.ref(folderChangeKey),
		OldItemID: itemRef(oldID), OldParentFolderID: from.ref(folderChangeKey),
	}, to, from, false)
}

// search logs an event in the search folder over all items.
func (c *change) search(kind ews.EventType, id string) {
	all := c.mailbox.allItems
	c.log(ews.Event{Type: kind, ItemID: itemRef(id), ParentFolderID: all.ref(folderChangeKey)}, all, nil, true)
}

// folderModified logs that the contents of a folder changed.
func (c *change) folderModified(f *folder) {
	e := ews.Event{Type: ews.ModifiedEvent, FolderID: f.ref(modifiedFolderChangeKey)}
	if f.parent != nil {
		e.ParentFolderID = f.parent.ref(folderChangeKey)
	} else {
		e.ParentFolderID = f.ref(folderChangeKey)
	}
	if f.class == "IPF.Note" {
		e.UnreadCount = new(int) // calendar folders have none
	}
	c.log(e, f, nil, false)
}

func (c *change) log(e ews.Event, in, also *folder, allItems bool) {
	m := c.mailbox
	e.Watermark = m.position()
	e.TimeStamp = c.at.UTC().Truncate(time.Second)
	m.events = append(m.events, loggedEvent{counter: m.counter, at: c.at, event: e, folders: [2]*folder{in, also}, allItems: allItems})
	if !allItems {
		c.record.Events = append(c.record.Events, e)
	}
}

func itemRef(id string) *ews.ItemID { return &ews.ItemID{ID: id, ChangeKey: itemChangeKey} }
