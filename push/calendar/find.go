package calendar

import (
	"context"
	"fmt"

	"github.com/ewspush/ewspush/ews"
)

// findings is what SyncFolderItems says, put together over all its pages.
type findings struct {
	state   string // to be stored when all of it has been told
	full    bool   // live is everything there is, not only what has changed
	order   []string
	live    map[string]ews.ItemID
	deleted map[string]bool
}

// maxPages bounds a conversation that gets nowhere: a server whose pages never
// end.
const maxPages = 10_000

// find asks what has changed since the room's sync state. Only ids and change
// keys are asked for: what is known already is not fetched again.
func (w *pass) find(ctx context.Context) (*findings, error) {
	f := &findings{
		state:   w.room.SyncState,
		full:    w.room.SyncState == "",
		live:    make(map[string]ews.ItemID),
		deleted: make(map[string]bool),
	}
	for range maxPages {
		page, err := w.client.SyncFolderItems(ctx, &ews.SyncFolderItemsRequest{FolderID: w.folder, SyncState: f.state})
		if err != nil {
			return nil, err
		}
		for i := range page.Changes {
			f.note(&page.Changes[i])
		}
		if page.IncludesLastItemInRange {
			f.state = page.SyncState
			return f, nil
		}
		if page.SyncState == f.state {
			return nil, fmt.Errorf("SyncFolderItems: the server says that there is more, and does not go on: %w", ews.ErrMessage)
		}
		f.state = page.SyncState
	}
	return nil, fmt.Errorf("SyncFolderItems: more than %d pages: %w", maxPages, ews.ErrMessage)
}

func (f *findings) note(c *ews.ItemChange) {
	id := c.ItemID.ID
	switch c.Type {
	case ews.ItemCreated, ews.ItemUpdated:
		if _, ok := f.live[id]; !ok {
			f.order = append(f.order, id)
		}
		f.live[id] = c.ItemID
		delete(f.deleted, id)
	case ews.ItemDeleted:
		delete(f.live, id)
		f.deleted[id] = true
	default: // read or not read: nothing for a calendar
	}
}

// settles reports whether an item will be looked at because of what is said of
// it: it is gone, or there is another version than the one that is known.
func (f *findings) settles(known *record) bool {
	id := known.ItemID.ID
	if live, ok := f.live[id]; ok {
		return !known.isCurrent(live)
	}
	return f.full || f.deleted[id]
}

// concerns reports whether something is said of an item.
func (f *findings) concerns(id string) bool {
	if _, ok := f.live[id]; ok || f.full {
		return true
	}
	return f.deleted[id]
}
