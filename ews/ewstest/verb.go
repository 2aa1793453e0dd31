package ewstest

import (
	"fmt"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// DeleteType is how an item is deleted (schema type t:DisposalType).
type DeleteType string

// The ways to delete an item.
const (
	MoveToDeletedItems DeleteType = "MoveToDeletedItems" // what people do: the item moves to Deleted Items
	SoftDelete         DeleteType = "SoftDelete"         // the item moves to the Recoverable Items
	HardDelete         DeleteType = "HardDelete"         // the item is gone
)

// CreateItem makes a plain appointment in the calendar and returns its id. The
// seed decides what it is about; it takes place within the next month.
// Events: Created, Modified of the folder, FreeBusyChanged.
func (m *Mailbox) CreateItem() string {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	f := m.distinguished[ews.CalendarFolder]
	return m.create(f, m.invent(f)).id
}

// CreateItemIn makes an item in a folder and returns its id, or an
// ErrorFolderNotFound. In a calendar it is an appointment, elsewhere a message;
// in the Inbox one that arrives.
// Events: NewMail in the Inbox, Created, Modified of the folder,
// FreeBusyChanged in the calendar.
func (m *Mailbox) CreateItemIn(folder ews.FolderID) (string, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	f, err := m.folder(folder)
	if err != nil {
		return "", err
	}
	return m.create(f, m.invent(f)).id, nil
}

func (m *Mailbox) create(f *folder, e *entry) *item {
	it := m.put(m.newObject(), f, e)
	c := m.begin(VerbCreate, it.id, "")
	if f.distinguished == ews.InboxFolder {
		c.item(ews.NewMailEvent, it.id, f)
	}
	c.item(ews.CreatedEvent, it.id, f)
	c.folderModified(f)
	c.freeBusy(it.id, f)
	c.commit()
	return it
}

// ModifyItem changes something about an item that nobody cares about: it has
// another ChangeKey and LastModifiedTime. The id of an occurrence stands for its
// master. The error is an ErrorItemNotFound.
// Events: Modified, Modified of the folder, FreeBusyChanged in the calendar.
func (m *Mailbox) ModifyItem(id string) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	place, err := m.find(id)
	if err != nil {
		return err
	}
	m.modify(place.item, changeContent)
	return nil
}

// MarkRead sets the read flag of an item, which every user of a mailbox does by
// looking. It has no effect if the flag is set so already. The error is an
// ErrorItemNotFound.
// Events: as of ModifyItem, without FreeBusyChanged.
func (m *Mailbox) MarkRead(id string, read bool) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	it, err := m.item(id)
	if err != nil || it.entry.read == read {
		return err
	}
	it.entry.read = read
	m.modify(it, changeReadFlag)
	return nil
}

// modify makes a new version of an item that has been changed.
func (m *Mailbox) modify(it *item, how itemChange) {
	it.entry.version = m.nextVersion()
	it.entry.modified = time.Now()
	it.folder.log.write(it.record, how)
	if it.entry.isCalendarItem() {
		it.folder.times.place(it)
	}
	c := m.begin(VerbModify, it.id, "")
	c.item(ews.ModifiedEvent, it.id, it.folder)
	c.folderModified(it.folder)
	if how == changeContent {
		c.freeBusy(it.id, it.folder)
	}
	c.commit()
}

// MoveItem moves an item to a folder, with all that is in it, and returns its
// new id; the old one no longer works. The error is an ErrorItemNotFound or
// ErrorFolderNotFound, and ErrorCalendarCannotMoveOrCopyOccurrence for the id of
// an occurrence.
// Events: Moved, seen in both folders, and Modified of both folders.
func (m *Mailbox) MoveItem(id string, to ews.FolderID) (string, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	f, err := m.folder(to)
	if err != nil {
		return "", err
	}
	return m.move(VerbMove, id, f)
}

func (m *Mailbox) move(verb Verb, id string, to *folder) (string, error) {
	it, err := m.item(id)
	if err != nil {
		return "", err
	}
	from := it.folder
	m.remove(it)
	moved := m.put(m.newObject(), to, it.entry)
	c := m.begin(verb, moved.id, id)
	c.moved(ews.MovedEvent, moved.id, id, to, from)
	// A subscription to all folders also sees the item leave and enter the
	// search folder over all items.
	c.search(ews.DeletedEvent, id)
	if !to.hidden() {
		c.search(ews.CreatedEvent, moved.id)
	}
	c.folderModified(from)
	if verb != VerbSoftDelete {
		c.folderModified(to)
	}
	c.commit()
	return moved.id, nil
}

// CopyItem copies an item to a folder and returns the copy's id. The copy of a
// calendar item has a UID of its own; that of a meeting is nobody's: changes by
// the organizer do not reach it, and nobody is told about it. Errors are as of
// MoveItem.
// Events: Copied, seen in both folders, and Modified of the target folder.
func (m *Mailbox) CopyItem(id string, to ews.FolderID) (string, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	f, err := m.folder(to)
	if err != nil {
		return "", err
	}
	return m.copy(id, f)
}

func (m *Mailbox) copy(id string, to *folder) (string, error) {
	it, err := m.item(id)
	if err != nil {
		return "", err
	}
	dup := m.put(m.newObject(), to, m.duplicate(it.entry))
	c := m.begin(VerbCopy, dup.id, id)
	c.moved(ews.CopiedEvent, dup.id, id, to, it.folder)
	c.folderModified(to)
	c.commit()
	return dup.id, nil
}

// DeleteItem deletes an item and returns the id it has afterwards, "" after a
// hard delete and for an occurrence, which its series loses. Nobody is told that
// a meeting does not take place; see Cancel. The error is an ErrorItemNotFound.
// Events: as of MoveItem; a soft delete does not show Modified of the folder it
// goes to. After a hard delete Deleted and Modified of the folder, and for
// subscriptions to all folders Deleted a second time.
func (m *Mailbox) DeleteItem(id string, how DeleteType) (string, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return m.delete(id, how)
}

func (m *Mailbox) delete(id string, how DeleteType) (string, error) {
	if place, err := m.find(id); err == nil && place.occurrence != nil {
		m.deleteOccurrence(place.item, place.occurrence.day)
		return "", nil
	}
	switch how {
	case MoveToDeletedItems:
		return m.move(VerbMoveToDeletedItems, id, m.distinguished[ews.DeletedItemsFolder])
	case SoftDelete:
		return m.move(VerbSoftDelete, id, m.distinguished[ews.RecoverableItemsDeletionsFolder])
	case HardDelete:
		it, err := m.item(id)
		if err != nil {
			return "", err
		}
		m.remove(it)
		c := m.begin(VerbHardDelete, id, "")
		c.item(ews.DeletedEvent, id, it.folder)
		c.search(ews.DeletedEvent, id)
		c.folderModified(it.folder)
		c.commit()
		return "", nil
	default:
		return "", fmt.Errorf("ewstest: delete type %q: want MoveToDeletedItems, SoftDelete or HardDelete", how)
	}
}

// CreateFolder makes a folder in another one and returns its id, or an
// ErrorFolderNotFound.
// Events: Created and Modified of the parent, seen in the parent.
func (m *Mailbox) CreateFolder(name string, in ews.FolderID) (string, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	parent, err := m.folder(in)
	if err != nil {
		return "", err
	}
	f := m.makeFolder(parent, "", name, parent.class)
	c := m.begin(VerbCreateFolder, "", "")
	c.log(ews.Event{Type: ews.CreatedEvent, FolderID: f.ref(folderChangeKey), ParentFolderID: parent.ref(folderChangeKey)}, parent, f, false)
	c.folderModified(parent)
	c.commit()
	return f.id, nil
}

func (c *change) freeBusy(id string, in *folder) {
	if in.isCalendar() {
		c.item(ews.FreeBusyChangedEvent, id, in)
	}
}
