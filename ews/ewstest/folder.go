package ewstest

import (
	"fmt"

	"github.com/ewspush/ewspush/ews"
)

// folder is a folder of a mailbox, under the server's lock.
type folder struct {
	object        storeObject
	id            string
	parent        *folder
	distinguished ews.DistinguishedFolderID // "" for folders that were made later
	name          string
	class         string // PR_CONTAINER_CLASS
	items         int
	log           changeLog
	times         timeIndex // of the appointments
}

// isCalendar reports whether the folder holds appointments.
func (f *folder) isCalendar() bool { return f.class == "IPF.Appointment" }

// ref returns the folder's id as events name it.
func (f *folder) ref(changeKey string) *ews.FolderID {
	return &ews.FolderID{ID: f.id, ChangeKey: changeKey}
}

// hidden reports whether the folder is outside of what users see, and outside
// of the search folder over all items.
func (f *folder) hidden() bool {
	for ; f != nil; f = f.parent {
		if f.distinguished == "msgfolderroot" {
			return false
		}
	}
	return true
}

// makeFolders fills a new mailbox with the folders that have names of their
// own in the protocol.
func (m *Mailbox) makeFolders() {
	root := m.makeFolder(nil, "root", "Root", "")
	top := m.makeFolder(root, "msgfolderroot", "Top of Information Store", "IPF.Note")
	m.makeFolder(top, "calendar", "Calendar", "IPF.Appointment")
	m.makeFolder(top, "inbox", "Inbox", "IPF.Note")
	m.makeFolder(top, "deleteditems", "Deleted Items", "IPF.Note")
	m.makeFolder(top, "drafts", "Drafts", "IPF.Note")
	m.makeFolder(top, "outbox", "Outbox", "IPF.Note")
	m.makeFolder(top, "sentitems", "Sent Items", "IPF.Note")
	m.makeFolder(top, "junkemail", "Junk Email", "IPF.Note")
	m.makeFolder(top, "contacts", "Contacts", "IPF.Contact")
	m.makeFolder(top, "tasks", "Tasks", "IPF.Task")
	m.makeFolder(top, "notes", "Notes", "IPF.StickyNote")
	m.makeFolder(top, "journal", "Journal", "IPF.Journal")
	recoverable := m.makeFolder(root, "recoverableitemsroot", "Recoverable Items", "")
	m.makeFolder(recoverable, "recoverableitemsdeletions", "Deletions", "")
	m.makeFolder(recoverable, "recoverableitemspurges", "Purges", "")
	m.makeFolder(recoverable, "recoverableitemsversions", "Versions", "")
	m.allItems = m.makeFolder(root, "", "AllItems", "IPF.Note")
}

func (m *Mailbox) makeFolder(parent *folder, distinguished ews.DistinguishedFolderID, name, class string) *folder {
	f := &folder{object: m.newObject(), parent: parent, distinguished: distinguished, name: name, class: class}
	f.id = folderID(m.guid, m.store, f.object)
	m.folders[f.id] = f
	if distinguished != "" {
		m.distinguished[distinguished] = f
	}
	return f
}

// folder finds a folder of this mailbox; the zero FolderID is the calendar.
func (m *Mailbox) folder(id ews.FolderID) (*folder, error) {
	var f *folder
	switch {
	case id.DistinguishedID != "":
		f = m.distinguished[id.DistinguishedID]
	case id.ID != "":
		f = m.folders[id.ID]
	default:
		f = m.distinguished[ews.CalendarFolder]
	}
	if f == nil {
		return nil, fmt.Errorf("ewstest: folder %q of %s: %w", string(id.DistinguishedID)+id.ID, m.address, ews.ErrorFolderNotFound)
	}
	return f, nil
}

// children returns how many folders are directly in f.
func (m *Mailbox) children(f *folder) int {
	n := 0
	for _, c := range m.folders {
		if c.parent == f {
			n++
		}
	}
	return n
}
