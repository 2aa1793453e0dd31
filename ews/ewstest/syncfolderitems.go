package ewstest

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// syncFolderItems is the operation SyncFolderItems. Of recurring series it knows
// the masters only.
func (s *Server) syncFolderItems(_ context.Context, c *call) ([]responseMessage, error) {
	shape, err := c.shape()
	if err != nil {
		return nil, err
	}
	m, f, code := c.folder(c.body.child(ews.NamespaceMessages, "SyncFolderId").children[0])
	if code == ews.ErrorFolderNotFound {
		code = ews.ErrorSyncFolderNotFound
	}
	if code != ews.NoError {
		return []responseMessage{failure(code, "")}, nil
	}
	state, ok := m.openSyncState(f, c.body.value(ews.NamespaceMessages, "SyncState"))
	if !ok {
		return []responseMessage{failureIn(ews.ErrorInvalidSyncStateData, "<m:SyncState/>")}, nil
	}
	limit, _ := strconv.Atoi(c.body.value(ews.NamespaceMessages, "MaxChangesReturned")) // the schema has been checked
	ignore := map[string]bool{}
	if e := c.body.child(ews.NamespaceMessages, "Ignore"); e != nil {
		for _, id := range e.children {
			ignore[id.attribute("Id")] = true
		}
	}

	var changes strings.Builder
	more, upto := false, state.position()
	for r := range f.log.after(upto) {
		change := c.changeXML(m, r, state.told(r), shape)
		if change != "" && !ignore[r.id] {
			if limit == 0 {
				more = true
				break
			}
			limit--
			changes.WriteString(change)
		}
		upto = r.last()
	}
	next := state.advance(upto, f.log.last, more)
	return []responseMessage{success(fmt.Sprintf(
		"<m:SyncState>%s</m:SyncState><m:IncludesLastItemInRange>%t</m:IncludesLastItemInRange><m:Changes>%s</m:Changes>",
		next.encode(), !more, changes.String()))}, nil
}

// changeXML returns what is new about an item to a client that has last heard
// of it at a position; "" for nothing.
func (c *call) changeXML(m *Mailbox, r *record, told int64, shape *itemShape) string {
	switch {
	case r.item == nil && told == 0:
		return "" // came and went
	case r.item == nil:
		return `<t:Delete><t:ItemId Id="` + r.id + `"/></t:Delete>`
	case told == 0:
		return "<t:Create>" + c.itemXML(m, place{item: r.item}, shape) + "</t:Create>"
	case r.content > told:
		return "<t:Update>" + c.itemXML(m, place{item: r.item}, shape) + "</t:Update>"
	default:
		return fmt.Sprintf(`<t:ReadFlagChange><t:ItemId Id="%s" ChangeKey="%s"/><t:IsRead>%t</t:IsRead></t:ReadFlagChange>`,
			r.id, changeKey(m.replica, r.item.entry.version), r.item.entry.read)
	}
}

// openSyncState reads a client's state, which is empty at first. It must be one
// of this folder, and not from before InvalidateSyncStates.
func (m *Mailbox) openSyncState(f *folder, text string) (*syncState, bool) {
	if text == "" {
		return &syncState{mailbox: m.guid, folder: f.object.counter, epoch: m.syncs}, true
	}
	s, err := parseSyncState(text)
	if err != nil || s.mailbox != m.guid || s.folder != f.object.counter || s.epoch != m.syncs || s.position() > f.log.last {
		return nil, false
	}
	return s, true
}
