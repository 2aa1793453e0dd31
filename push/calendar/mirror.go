package calendar

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// rows is the part of a subscribe.Store that is needed here.
type rows interface {
	Get(ctx context.Context, key string) (subscribe.Row, error)
	List(ctx context.Context, after string, limit int) ([]subscribe.Row, error)
	Put(ctx context.Context, row subscribe.Row) (revision int64, err error)
	Delete(ctx context.Context, key string, revision int64) error
}

// mirror is what the application was told of a room: rows that sort behind each
// other under a common prefix. Keys of subscriptions do not begin like that,
// and the rows are never due.
type mirror struct {
	rows   rows
	key    string // of the room
	prefix string
}

const (
	rowPrefix = "\x01cal/"
	pageSize  = 256

	kindRoom   = "r"
	kindItem   = "i" // a record, by its item's id
	kindSeries = "s" // marks an item as a series: only these are read to move the horizon
	kindBase   = "k" // holders of a Base
	kindEcho   = "e"
)

func newMirror(r rows, key string) *mirror {
	return &mirror{rows: r, key: key, prefix: rowPrefix + digest(key) + "/"}
}

// get reads a row; ok is false if there is none.
func (m *mirror) get(ctx context.Context, name string, v any) (revision int64, ok bool, err error) {
	row, err := m.rows.Get(ctx, m.prefix+name)
	if errors.Is(err, subscribe.ErrNotFound) {
		return 0, false, nil
	}
	if err == nil {
		err = decodeRow(row.Data, v)
	}
	return row.Revision, err == nil, err
}

func (m *mirror) put(ctx context.Context, name string, v any, revision int64) (int64, error) {
	key := m.prefix + name
	return m.rows.Put(ctx, subscribe.Row{Key: key, Revision: revision, Shard: subscribe.ShardOf(m.key), Data: encode(v)})
}

// remove deletes a row at its revision; 0 is a row that was never stored.
func (m *mirror) remove(ctx context.Context, name string, revision int64) error {
	if revision == 0 {
		return nil
	}
	return m.rows.Delete(ctx, m.prefix+name, revision)
}

// list returns the rows of a kind, page by page.
func (m *mirror) list(ctx context.Context, kind string) iter.Seq2[subscribe.Row, error] {
	prefix := m.prefix + kind
	return func(yield func(subscribe.Row, error) bool) {
		after := prefix
		for {
			page, err := m.rows.List(ctx, after, pageSize)
			if err != nil {
				yield(subscribe.Row{}, err)
				return
			}
			for _, row := range page {
				if !strings.HasPrefix(row.Key, prefix) || !yield(row, nil) {
					return
				}
				after = row.Key
			}
			if len(page) < pageSize {
				return
			}
		}
	}
}

// loadRoom returns what is stored of the room; a new one if there is nothing.
func (m *mirror) loadRoom(ctx context.Context) (*room, error) {
	r := &room{Key: m.key}
	revision, stored, err := m.get(ctx, kindRoom, r)
	if err != nil {
		return nil, err
	}
	if !stored {
		r.Version = rowVersion
	}
	if r.Version != rowVersion {
		return nil, fmt.Errorf("what is stored of the room has version %d, and this program knows %d", r.Version, rowVersion)
	}
	r.revision = revision
	return r, nil
}

func (m *mirror) saveRoom(ctx context.Context, r *room) (err error) {
	r.revision, err = m.put(ctx, kindRoom, r, r.revision)
	return err
}

// item returns what is stored of an item, or nil.
func (m *mirror) item(ctx context.Context, id string) (*record, error) {
	return m.record(ctx, digest(id))
}

func (m *mirror) record(ctx context.Context, name string) (*record, error) {
	r := &record{}
	revision, ok, err := m.get(ctx, kindItem+name, r)
	if err != nil || !ok {
		return nil, err
	}
	r.revision = revision
	return r, nil
}

// records returns all items of the room.
func (m *mirror) records(ctx context.Context) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		for row, err := range m.list(ctx, kindItem) {
			r := &record{revision: row.Revision}
			if err == nil {
				err = decodeRow(row.Data, r)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// series returns the items that are series.
func (m *mirror) series(ctx context.Context) iter.Seq2[*record, error] {
	prefix := m.prefix + kindSeries
	return func(yield func(*record, error) bool) {
		for row, err := range m.list(ctx, kindSeries) {
			var r *record
			if err == nil {
				r, err = m.record(ctx, strings.TrimPrefix(row.Key, prefix))
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if r != nil && r.Series != nil && !yield(r, nil) {
				return
			}
		}
	}
}

func (r *record) name() string { return digest(r.ItemID.ID) }

// save replaces what is stored of an item, if anything, by a new record. old may
// be of an item with another id, which the new one has taken the place of; then
// for a moment there are both. Marks and holders are written first: too many of
// them do no harm.
func (m *mirror) save(ctx context.Context, old, r *record) (err error) {
	moved := old == nil || old.ItemID.ID != r.ItemID.ID
	renamed := moved || old.Base != r.Base
	if renamed {
		if err := m.hold(ctx, r); err != nil {
			return err
		}
	}
	if r.Series != nil && (moved || old.Series == nil) {
		if err := m.mark(ctx, r); err != nil {
			return err
		}
	}
	r.revision = 0
	if !moved {
		r.revision = old.revision
	}
	if r.revision, err = m.put(ctx, kindItem+r.name(), r, r.revision); err != nil || old == nil {
		return err
	}
	switch {
	case moved:
		return m.forget(ctx, old)
	case renamed:
		err = m.release(ctx, old)
	}
	if err == nil && old.Series != nil && r.Series == nil {
		err = m.unmark(ctx, r)
	}
	return err
}

// mark notes that the item is a series.
func (m *mirror) mark(ctx context.Context, r *record) error {
	_, ok, err := m.get(ctx, kindSeries+r.name(), &struct{}{})
	if err != nil || ok {
		return err
	}
	_, err = m.put(ctx, kindSeries+r.name(), struct{}{}, 0)
	return err
}

func (m *mirror) unmark(ctx context.Context, r *record) error {
	revision, ok, err := m.get(ctx, kindSeries+r.name(), &struct{}{})
	if err != nil || !ok {
		return err
	}
	return m.remove(ctx, kindSeries+r.name(), revision)
}

// forget removes an item.
func (m *mirror) forget(ctx context.Context, r *record) error {
	if err := m.remove(ctx, kindItem+r.name(), r.revision); err != nil {
		return err
	}
	if r.Series != nil {
		if err := m.unmark(ctx, r); err != nil {
			return err
		}
	}
	return m.release(ctx, r)
}

// clear removes everything that is stored of the room.
func (m *mirror) clear(ctx context.Context) error {
	for row, err := range m.list(ctx, "") {
		if err != nil {
			return err
		}
		if err := m.rows.Delete(ctx, row.Key, row.Revision); err != nil && !errors.Is(err, subscribe.ErrConflict) {
			return err
		}
	}
	return nil
}

// horizonAt returns up to when occurrences are told at a time: whole days, so
// that it moves once a day.
func horizonAt(now time.Time, horizon time.Duration) time.Time {
	return now.Add(horizon).UTC().Truncate(24 * time.Hour)
}
