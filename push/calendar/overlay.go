package calendar

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/ewspush/ewspush/subscribe"
)

// overlay keeps in memory what is written, and reads what is beneath it: for a
// dry run, which leaves no trace.
type overlay struct {
	beneath rows

	mu       sync.Mutex
	written  map[string]subscribe.Row // with Revision 0 if it was deleted
	revision int64
}

var _ rows = (*overlay)(nil)

func newOverlay(beneath rows) *overlay {
	return &overlay{beneath: beneath, written: make(map[string]subscribe.Row), revision: 1 << 62}
}

func (o *overlay) Get(ctx context.Context, key string) (subscribe.Row, error) {
	o.mu.Lock()
	row, ok := o.written[key]
	o.mu.Unlock()
	switch {
	case !ok:
		return o.beneath.Get(ctx, key)
	case row.Revision == 0:
		return subscribe.Row{}, subscribe.ErrNotFound
	}
	return row, nil
}

func (o *overlay) List(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
	var page []subscribe.Row
	below, complete := after, false
	for len(page) < limit && !complete {
		rows, err := o.beneath.List(ctx, below, limit)
		if err != nil {
			return nil, err
		}
		complete = len(rows) < limit
		next := below
		if len(rows) > 0 {
			next = rows[len(rows)-1].Key
		}
		page = append(page, o.cover(rows, below, complete)...)
		below = next
	}
	return page[:min(len(page), limit)], nil
}

// cover puts what was written over a page of rows that begins after a key. What
// lies behind the page belongs to the next one, unless there is none.
func (o *overlay) cover(rows []subscribe.Row, after string, last bool) []subscribe.Row {
	o.mu.Lock()
	defer o.mu.Unlock()
	end := ""
	if !last {
		end = rows[len(rows)-1].Key
	}
	page := slices.DeleteFunc(rows, func(r subscribe.Row) bool { _, ok := o.written[r.Key]; return ok })
	for key, row := range o.written {
		if key > after && (last || key <= end) && row.Revision != 0 {
			page = append(page, row)
		}
	}
	slices.SortFunc(page, func(a, b subscribe.Row) int { return strings.Compare(a.Key, b.Key) })
	return page
}

func (o *overlay) Put(ctx context.Context, row subscribe.Row) (int64, error) {
	if err := o.expect(ctx, row.Key, row.Revision); err != nil {
		return 0, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.revision++
	row.Revision = o.revision
	o.written[row.Key] = row
	return row.Revision, nil
}

func (o *overlay) Delete(ctx context.Context, key string, revision int64) error {
	if err := o.expect(ctx, key, revision); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written[key] = subscribe.Row{}
	return nil
}

// expect makes sure of a revision. Rooms are worked on one piece at a time, so
// nothing comes between this and the write.
func (o *overlay) expect(ctx context.Context, key string, revision int64) error {
	row, err := o.Get(ctx, key) // no row: revision 0
	if err != nil && !errors.Is(err, subscribe.ErrNotFound) {
		return err
	}
	if row.Revision != revision {
		return subscribe.ErrConflict
	}
	return nil
}
