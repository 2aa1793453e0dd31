package calendar

import (
	"context"
	"slices"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// settle tells what the findings mean: first what is gone, so that the time is
// free for what comes, then item by item what is new or different.
func (w *pass) settle(ctx context.Context, f *findings) error {
	todo, unknown, err := w.sift(ctx, f)
	if err != nil {
		return err
	}
	gone, err := w.gone(ctx, f)
	if err != nil {
		return err
	}
	if err := w.begin(ctx, f, unknown); err != nil {
		return err
	}
	w.total = len(todo) + len(gone)

	// An item that was moved away and back, or to another database, has a new
	// id: what looks gone may be among what looks new.
	var fetched map[string]*ews.CalendarItem
	if len(gone) > 0 && len(unknown) > 0 {
		if fetched, err = w.fetchAll(ctx, unknown); err != nil {
			return err
		}
	}
	returned := make(map[string]bool, len(fetched))
	for _, item := range fetched {
		returned[baseOf(item)] = true
	}
	former := make(map[string]*record)
	for _, old := range gone {
		if returned[old.Base] && former[old.Base] == nil {
			former[old.Base] = old
			continue
		}
		if err := w.settleGone(ctx, old); err != nil {
			return err
		}
		w.progress(1)
	}
	for batch := range slices.Chunk(todo, w.cfg.BatchSize) {
		if err := w.settleBatch(ctx, batch, fetched, former); err != nil {
			return err
		}
	}
	return nil
}

// settleGone tells that an item is no longer there, unless another one had taken
// its place when an earlier comparison was interrupted.
func (w *pass) settleGone(ctx context.Context, old *record) error {
	succeeded, err := w.mirror.succeeded(ctx, old)
	if err != nil {
		return err
	}
	if succeeded {
		return w.mirror.forget(ctx, old)
	}
	return w.settleItem(ctx, old, nil)
}

// begin notes, before anything is stored of items that the sync state does not
// know, that there may be some.
func (w *pass) begin(ctx context.Context, f *findings, unknown []ews.ItemID) error {
	if f.full || len(unknown) == 0 || w.room.Unfinished {
		return nil
	}
	w.room.Unfinished = true
	return w.mirror.saveRoom(ctx, w.room)
}

// sift returns the items that must be looked at, and which of them are not
// known at all. Those of which the version is known are left out.
func (w *pass) sift(ctx context.Context, f *findings) (todo, unknown []ews.ItemID, err error) {
	for _, name := range f.order {
		id, ok := f.live[name]
		if !ok {
			continue // deleted on a later page
		}
		old, err := w.mirror.item(ctx, name)
		switch {
		case err != nil:
			return nil, nil, err
		case old == nil:
			unknown = append(unknown, id)
		case old.isCurrent(id):
			continue
		}
		todo = append(todo, id)
	}
	return todo, unknown, nil
}

// gone returns what is known of the items that are no longer there.
func (w *pass) gone(ctx context.Context, f *findings) ([]*record, error) {
	var gone []*record
	if f.full {
		for old, err := range w.mirror.records(ctx) {
			if err != nil {
				return nil, err
			}
			if _, ok := f.live[old.ItemID.ID]; !ok {
				gone = append(gone, old)
			}
		}
		return gone, nil
	}
	for id := range f.deleted {
		old, err := w.mirror.item(ctx, id)
		if err != nil {
			return nil, err
		}
		if old != nil { // others are temporary items, or were never read
			gone = append(gone, old)
		}
	}
	vanished, err := w.vanished(ctx, f)
	if err != nil {
		return nil, err
	}
	gone = append(gone, vanished...)
	slices.SortFunc(gone, func(a, b *record) int { return strings.Compare(a.Key, b.Key) })
	return gone, nil
}

// vanished returns those items of a comparison that was not finished that have
// come and gone as far as the sync state is concerned.
func (w *pass) vanished(ctx context.Context, f *findings) ([]*record, error) {
	if !w.room.Unfinished {
		return nil, nil
	}
	doubtful := make(map[string]*record)
	var ids []ews.ItemID
	for old, err := range w.mirror.records(ctx) {
		if err != nil {
			return nil, err
		}
		if old.Pass > w.room.Pass && !f.concerns(old.ItemID.ID) {
			doubtful[old.ItemID.ID] = old
			ids = append(ids, old.ItemID)
		}
	}
	results, err := w.fetch(ctx, ids)
	if err != nil {
		return nil, err
	}
	var gone []*record
	for id, old := range doubtful {
		if r := results[id]; r.item == nil && r.problem == nil {
			gone = append(gone, old)
		}
	}
	return gone, nil
}

// settleBatch fetches a few items, unless they have been, and tells what they
// mean.
func (w *pass) settleBatch(ctx context.Context, ids []ews.ItemID, fetched map[string]*ews.CalendarItem, former map[string]*record) error {
	var missing []ews.ItemID
	for _, id := range ids {
		if fetched[id.ID] == nil {
			missing = append(missing, id)
		}
	}
	results, err := w.fetch(ctx, missing)
	if err != nil {
		return err
	}
	for _, id := range ids {
		item := fetched[id.ID]
		if r, ok := results[id.ID]; ok {
			if r.problem != nil {
				if err := w.noteProblem(ctx, id, r.problem); err != nil {
					return err
				}
				w.progress(1)
				continue
			}
			item = r.item
		}
		if item != nil { // else it is gone again, and the next comparison says so
			if err := w.absorb(ctx, item, former); err != nil {
				return err
			}
		}
		w.progress(1)
	}
	return nil
}

// absorb tells what has become of an item, and stores that it was told.
func (w *pass) absorb(ctx context.Context, item *ews.CalendarItem, former map[string]*record) error {
	old, err := w.mirror.item(ctx, item.ItemID.ID)
	if err != nil {
		return err
	}
	if base := baseOf(item); old == nil && former[base] != nil {
		old = former[base]
		delete(former, base)
	}
	r, err := w.recordOf(ctx, item, old)
	if err != nil {
		return err
	}
	if old != nil && old.Problem != "" {
		w.room.Problems--
	}
	if r.Problem != "" {
		w.room.Problems++
	}
	return w.settleItem(ctx, old, r)
}

func (w *pass) progress(n int) {
	w.looked += n
	w.cfg.Progress(Progress{Key: w.room.Key, Initial: w.fresh, Done: w.looked, Total: w.total})
}
