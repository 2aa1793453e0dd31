package ews

import (
	"fmt"
	"strings"
)

// isEventName reports whether an element in m:Notification is an event. The
// schema's kinds all end in Event, and so will those of a later schema.
func isEventName(local string) bool {
	kind, found := strings.CutSuffix(local, "Event")
	if !found || kind == "" || isDigit(kind[0]) {
		return false
	}
	for i := range len(kind) {
		if c := kind[i]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c)) {
			return false
		}
	}
	return true
}

// isObjectChanged reports whether events of the type are always about an item
// or a folder (schema type t:BaseObjectChangedEventType).
func (t EventType) isObjectChanged() bool {
	switch t {
	case CopiedEvent, CreatedEvent, DeletedEvent, ModifiedEvent, MovedEvent, NewMailEvent, FreeBusyChangedEvent:
		return true
	default:
		return false
	}
}

// check returns what is wrong with the event, in the words of the schema.
func (v *Event) check() error {
	switch {
	case !isEventName(string(v.Type)):
		return fmt.Errorf("%w: %q is no event type", ErrMessage, clip(string(v.Type)))
	case !v.Type.isObjectChanged():
		return nil
	case v.ItemID == nil && v.FolderID == nil:
		return fmt.Errorf("%w: neither ItemId nor FolderId", ErrMessage)
	case v.ItemID != nil && v.FolderID != nil:
		return fmt.Errorf("%w: both ItemId and FolderId", ErrMessage)
	}
	return nil
}

func (r *notificationReader) event(e *xmlElement) (Event, error) {
	v := Event{Type: EventType(e.local)}
	err := r.children(func(e *xmlElement) error {
		if !isEWS(e.space) {
			return nil
		}
		var err error
		switch e.local {
		case "Watermark":
			v.Watermark, err = r.text(e)
		case "TimeStamp":
			err = r.timeStamp(e, &v)
		case "ItemId":
			v.ItemID, err = r.itemID(e)
		case "FolderId":
			v.FolderID, err = r.folderID(e)
		case "ParentFolderId":
			v.ParentFolderID, err = r.folderID(e)
		case "OldItemId":
			v.OldItemID, err = r.itemID(e)
		case "OldFolderId":
			v.OldFolderID, err = r.folderID(e)
		case "OldParentFolderId":
			v.OldParentFolderID, err = r.folderID(e)
		case "UnreadCount":
			var n int
			n, err = readInt(r.xmlReader, e)
			v.UnreadCount = &n
		}
		return err
	})
	if err != nil {
		return Event{}, err
	}
	if err := v.check(); err != nil {
		return Event{}, r.errorIn(e, err)
	}
	return v, nil
}

func (r *notificationReader) timeStamp(e *xmlElement, v *Event) error {
	text, err := r.text(e)
	if err != nil {
		return err
	}
	t, ok := parseDateTime(text)
	if !ok {
		return r.errorIn(e, fmt.Errorf("%w: %q is no xs:dateTime", ErrMessage, clip(text)))
	}
	v.TimeStamp = t
	return nil
}

func (r *notificationReader) itemID(e *xmlElement) (*ItemID, error) {
	id := &ItemID{ID: e.attr("Id"), ChangeKey: e.attr("ChangeKey")}
	if id.ID == "" {
		return nil, r.noID()
	}
	return id, nil
}

func (r *notificationReader) folderID(e *xmlElement) (*FolderID, error) {
	id := &FolderID{ID: e.attr("Id"), ChangeKey: e.attr("ChangeKey")}
	if id.ID == "" {
		return nil, r.noID()
	}
	return id, nil
}

func (r *notificationReader) noID() error {
	return r.errorHere(fmt.Errorf("%w: no attribute Id", ErrMessage))
}
