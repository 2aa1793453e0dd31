package calendar

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
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
	kindSeries = "s" // a record with a series: these are read as a whole, to move the horizon
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
	revision, _, err := m.get(ctx, kindRoom, r)
	if err != nil {
		return nil, err
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
	for _, kind := range []string{kindItem, kindSeries} {
		r := &record{}
		revision, ok, err := m.get(ctx, kind+digest(id), r)
		if err != nil {
			return nil, err
		}
		if ok {
			r.revision = revision
			return r, nil
		}
	}
	return nil, nil
}

// records returns the items of the room: of series only, or all.
func (m *mirror) records(ctx context.Context, kinds ...string) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		for _, kind := range kinds {
			for row, err := range m.list(ctx, kind) {
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
}

func (r *record) name() string { return kindOf(r) + digest(r.ItemID.ID) }

func kindOf(r *record) string {
	if r.Series != nil {
		return kindSeries
	}
	return kindItem
}

// save replaces what is stored of an item, if anything, by a new record. old may
// be of an item with another id, which the new one has taken the place of.
//
// Where the row is another one, the old one goes first. If the process dies in
// between, the item is taken for new, and told as booked once more, which does
// no harm; two rows of one booking would.
func (m *mirror) save(ctx context.Context, old, r *record) (err error) {
	renamed := old == nil || old.ItemID.ID != r.ItemID.ID || old.Base != r.Base
	if renamed {
		if err := m.hold(ctx, r); err != nil {
			return err
		}
	}
	r.revision = 0
	if old != nil && old.name() == r.name() {
		r.revision = old.revision
	} else if old != nil {
		if err := m.remove(ctx, old.name(), old.revision); err != nil {
			return err
		}
	}
	if r.revision, err = m.put(ctx, r.name(), r, r.revision); err != nil {
		return err
	}
	if renamed && old != nil {
		return m.release(ctx, old)
	}
	return nil
}

// forget removes an item.
func (m *mirror) forget(ctx context.Context, r *record) error {
	if err := m.remove(ctx, r.name(), r.revision); err != nil {
		return err
	}
	return m.release(ctx, r)
}

// holders are the items that have a Base; nearly always there is one.
type holders struct {
	Items []holder `json:"items"`
}

type holder struct {
	ItemID string `json:"itemId"`
	Key    string `json:"key"`
}

func (m *mirror) holders(ctx context.Context, base string) (h holders, revision int64, err error) {
	revision, _, err = m.get(ctx, kindBase+digest(base), &h)
	return h, revision, err
}

// hold notes that the record has its Base and its Key.
func (m *mirror) hold(ctx context.Context, r *record) error {
	h, revision, err := m.holders(ctx, r.Base)
	if err != nil {
		return err
	}
	for i := range h.Items {
		if h.Items[i].ItemID == r.ItemID.ID {
			return nil
		}
	}
	h.Items = append(h.Items, holder{ItemID: r.ItemID.ID, Key: r.Key})
	_, err = m.put(ctx, kindBase+digest(r.Base), h, revision)
	return err
}

// release notes that the record does not have its Base any more.
func (m *mirror) release(ctx context.Context, r *record) error {
	h, revision, err := m.holders(ctx, r.Base)
	if err != nil {
		return err
	}
	var left holders
	for _, other := range h.Items {
		if other.ItemID != r.ItemID.ID {
			left.Items = append(left.Items, other)
		}
	}
	switch {
	case len(left.Items) == len(h.Items):
		return nil
	case len(left.Items) == 0:
		return m.remove(ctx, kindBase+digest(r.Base), revision)
	}
	_, err = m.put(ctx, kindBase+digest(r.Base), left, revision)
	return err
}

// keyFor returns the key of an item that is new here: its Base, unless another
// item of the same Base has it, as after somebody has copied an appointment.
func (m *mirror) keyFor(ctx context.Context, base string, id ews.ItemID) (string, error) {
	h, _, err := m.holders(ctx, base)
	if err != nil {
		return "", err
	}
	for _, other := range h.Items {
		if other.ItemID == id.ID {
			return other.Key, nil
		}
	}
	for _, other := range h.Items {
		if other.Key != base {
			continue
		}
		// A crash may have left what is no longer there.
		if r, err := m.item(ctx, other.ItemID); err != nil || r != nil {
			return base + "#" + digest(id.ID)[:8], err
		}
	}
	return base, nil
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
