package ews

import (
	"fmt"
	"strings"
	"time"
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
	case !v.Type.isObjectChanged():
		if !isEventName(string(v.Type)) {
			return fmt.Errorf("%w: %q is no event type", ErrMessage, clip(string(v.Type)))
		}
	case v.ItemID == nil && v.FolderID == nil:
		return fmt.Errorf("%w: neither ItemId nor FolderId", ErrMessage)
	case v.ItemID != nil && v.FolderID != nil:
		return fmt.Errorf("%w: both ItemId and FolderId", ErrMessage)
	}
	return nil
}

// event reads the event element that was opened last.
func (r *notificationReader) event(e *xmlElement) error {
	v := Event{Type: EventType(e.local)}
	if !r.asUsual(&v) {
		v = Event{Type: v.Type}
		if err := r.anyEvent(&v); err != nil {
			return err
		}
	}
	if err := v.check(); err != nil {
		return r.errorIn(e, err)
	}
	r.keep(&v, e.offset, r.pos, len(r.doc))
	return nil
}

// asUsual reads the rest of the event element that was opened last if
// usualEvent can. If not, nothing has been read.
func (r *notificationReader) asUsual(v *Event) bool {
	if r.pending || r.depth() >= r.maxDepth {
		return false
	}
	name := &r.open.at(r.depth() - 1).name
	s := usualScanner{doc: r.doc, pos: r.pos, prefix: name.full[:name.colon]}
	if !r.usualEvent(&s, name.full, v) {
		return false
	}
	r.pos = s.pos
	r.close()
	return true
}

// keep adds an event that stands at that place of a text of that length. When
// there is no room it makes room for all that the rest can hold if they are as
// long as those before, give or take an eighth.
func (r *notificationReader) keep(v *Event, begin, end, all int) {
	m := &r.memory
	if n := len(m.events); n == cap(m.events) {
		if n == 0 {
			r.firstEvent = begin
		}
		length := (end-r.firstEvent)/(n+1) + 1
		rest := all - end
		m.reserve(min(1+(rest+rest/8)/length, r.maxEvents), v)
	}
	m.events = append(m.events, *v)
}

// anyEvent reads an event in whatever way it is written.
func (r *notificationReader) anyEvent(v *Event) error {
	depth := r.depth()
	for {
		more, err := r.child(depth)
		if err != nil || !more {
			return err
		}
		if !isEWS(r.elem.space) {
			continue
		}
		e := r.elem
		switch e.local {
		case "Watermark":
			v.Watermark, err = r.text(&e)
		case "TimeStamp":
			v.TimeStamp, err = r.timeStamp(&e)
		case "ItemId":
			v.ItemID, err = r.itemID()
		case "FolderId":
			v.FolderID, err = r.folderID()
		case "ParentFolderId":
			v.ParentFolderID, err = r.folderID()
		case "OldItemId":
			v.OldItemID, err = r.itemID()
		case "OldFolderId":
			v.OldFolderID, err = r.folderID()
		case "OldParentFolderId":
			v.OldParentFolderID, err = r.folderID()
		case "UnreadCount":
			v.UnreadCount = slot(&r.memory.counts)
			*v.UnreadCount, err = readInt(&r.xmlReader, &e)
		}
		if err != nil {
			return err
		}
	}
}

func (r *notificationReader) timeStamp(e *xmlElement) (time.Time, error) {
	text, err := r.text(e)
	if err != nil {
		return time.Time{}, err
	}
	t, ok := parseDateTime(text)
	if !ok {
		return time.Time{}, r.errorIn(e, fmt.Errorf("%w: %q is no xs:dateTime", ErrMessage, clip(text)))
	}
	return t, nil
}

func (r *notificationReader) itemID() (*ItemID, error) {
	id := slot(&r.memory.items)
	if id.ID, id.ChangeKey = r.attr("Id"), r.attr("ChangeKey"); id.ID == "" {
		return nil, r.noID()
	}
	return id, nil
}

func (r *notificationReader) folderID() (*FolderID, error) {
	id := slot(&r.memory.folders)
	if id.ID, id.ChangeKey = r.attr("Id"), r.attr("ChangeKey"); id.ID == "" {
		return nil, r.noID()
	}
	return id, nil
}

func (r *notificationReader) noID() error {
	return r.errorHere(fmt.Errorf("%w: no attribute Id", ErrMessage))
}
