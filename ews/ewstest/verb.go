package ewstest

import (
	"fmt"

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

// CreateItem makes an item in the calendar and returns its id.
// Events: Created, Modified of the folder, FreeBusyChanged.
func (m *Mailbox) CreateItem() string {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return m.create(m.distinguished[ews.CalendarFolder])
}

// CreateItemIn makes an item in a folder and returns its id, or an
// ErrorFolderNotFound. An item in the Inbox is a message that arrives.
// Events: NewMail in the Inbox, Created, Modified of the folder,
// FreeBusyChanged in the calendar.
func (m *Mailbox) CreateItemIn(folder ews.FolderID) (string, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	f, err := m.folder(folder)
	if err != nil {
		return "", err
	}
	return m.create(f), nil
}

func (m *Mailbox) create(f *folder) string {
	it := m.put(m.newObject(), f)
	c := m.begin(VerbCreate, it.id, "")
	if f.distinguished == ews.InboxFolder {
		c.item(ews.NewMailEvent, it.id, f)
	}
	c.item(ews.CreatedEvent, it.id, f)
	c.folderModified(f)
	c.freeBusy(it.id, f)
	c.commit()
	return it.id
}

// ModifyItem changes an item, as accepting a meeting does. The error is an
// ErrorItemNotFound.
// Events: Modified, Modified of the folder, FreeBusyChanged in the calendar.
func (m *Mailbox) ModifyItem(id string) error {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	it, err := m.item(id)
	if err != nil {
		return err
	}
	c := m.begin(VerbModify, id, "")
	c.item(ews.ModifiedEvent, id, it.folder)
	c.folderModified(it.folder)
	c.freeBusy(id, it.folder)
	c.commit()
	return nil
}

// MoveItem moves an item to a folder and returns its new id; the old one no
// longer works. The error is an ErrorItemNotFound or ErrorFolderNotFound.
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
	moved := m.put(m.newObject(), to)
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

// CopyItem copies an item to a folder and returns the copy's id. The error is
// an ErrorItemNotFound or ErrorFolderNotFound.
// Events: Copied, seen in both folders, and Modified of the target folder.
func (m *Mailbox) CopyItem(id string, to ews.FolderID) (string, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	it, err := m.item(id)
	if err != nil {
		return "", err
	}
	f, err := m.folder(to)
	if err != nil {
		return "", err
	}
	dup := m.put(m.newObject(), f)
	c := m.begin(VerbCopy, dup.id, id)
	c.moved(ews.CopiedEvent, dup.id, id, f, it.folder)
	c.folderModified(f)
	c.commit()
	return dup.id, nil
}

// DeleteItem deletes an item and returns the id it has afterwards, "" after a
// hard delete. The error is an ErrorItemNotFound.
// Events: as of MoveItem; a soft delete does not show Modified of the folder it
// goes to. After a hard delete Deleted and Modified of the folder, and for
// subscriptions to all folders Deleted a second time.
func (m *Mailbox) DeleteItem(id string, how DeleteType) (string, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
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
	if in.class == "IPF.Appointment" {
		c.item(ews.FreeBusyChangedEvent, id, in)
	}
}

func (m *Mailbox) item(id string) (*item, error) {
	it := m.items[id]
	if it == nil {
		return nil, fmt.Errorf("ewstest: item %q of %s: %w", id, m.address, ews.ErrorItemNotFound)
	}
	return it, nil
}

func (m *Mailbox) put(object storeObject, f *folder) *item {
	it := &item{object: object, id: itemID(m.guid, m.store, f.object, object), folder: f}
	m.items[it.id] = it
	f.items++
	return it
}

func (m *Mailbox) remove(it *item) {
	delete(m.items, it.id)
	it.folder.items--
}
