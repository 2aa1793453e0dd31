package storetest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// model is what a store has to hold and to answer, written down as plainly as
// possible: everything is looked for and sorted anew each time.
type model struct {
	rows    map[string]subscribe.Row
	entries map[string][]subscribe.Entry
	offsets map[string]int64
	parked  map[subscribe.ParkedID]subscribe.Parked
	// revisions that a key has had, in all its lives
	revisions map[string]map[int64]bool
}

func newModel() *model {
	return &model{
		rows:      make(map[string]subscribe.Row),
		entries:   make(map[string][]subscribe.Entry),
		offsets:   make(map[string]int64),
		parked:    make(map[subscribe.ParkedID]subscribe.Parked),
		revisions: make(map[string]map[int64]bool),
	}
}

func (m *model) tail(key string) int64 {
	if entries := m.entries[key]; len(entries) > 0 {
		return entries[len(entries)-1].Seq
	}
	return 0
}

func (m *model) list(after string, limit int) []subscribe.Row {
	var rows []subscribe.Row
	for _, row := range m.rows {
		if row.Key > after {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b subscribe.Row) int { return strings.Compare(a.Key, b.Key) })
	return rows[:min(limit, len(rows))]
}

// due returns all rows that are due; the order of those due at the same time
// is open.
func (m *model) due(shards subscribe.Shards, now time.Time) []subscribe.Row {
	var rows []subscribe.Row
	for _, row := range m.rows {
		if shards.Has(row.Shard) && !row.Due.IsZero() && !row.Due.After(now) {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b subscribe.Row) int { return a.Due.Compare(b.Due) })
	return rows
}

func (m *model) put(row subscribe.Row, revision int64) error {
	if m.rows[row.Key].Revision != row.Revision {
		return subscribe.ErrConflict
	}
	row.Revision, row.Data = revision, bytes.Clone(row.Data)
	m.rows[row.Key] = row
	if m.revisions[row.Key] == nil {
		m.revisions[row.Key] = make(map[int64]bool)
	}
	m.revisions[row.Key][revision] = true
	return nil
}

func (m *model) delete(key string, revision int64) error {
	if m.rows[key].Revision != revision {
		return subscribe.ErrConflict
	}
	delete(m.rows, key)
	delete(m.entries, key)
	delete(m.offsets, key)
	for id := range m.parked {
		if id.Key == key {
			delete(m.parked, id)
		}
	}
	return nil
}

func (m *model) append(e subscribe.Entry) error {
	if e.Seq != m.tail(e.Key)+1 {
		return subscribe.ErrConflict
	}
	e.Data = bytes.Clone(e.Data)
	m.entries[e.Key] = append(m.entries[e.Key], e)
	return nil
}

func (m *model) read(key string, after int64, limit int) []subscribe.Entry {
	var entries []subscribe.Entry
	for _, e := range m.entries[key] {
		if e.Seq > after && len(entries) < limit {
			entries = append(entries, e)
		}
	}
	return entries
}

func (m *model) backlog(shards subscribe.Shards, after string, limit int) []subscribe.Backlog {
	var backlog []subscribe.Backlog
	for key := range m.entries {
		shard := subscribe.ShardOf(key)
		if offset, tail := m.offsets[key], m.tail(key); shards.Has(shard) && key > after && tail > offset {
			backlog = append(backlog, subscribe.Backlog{Key: key, Shard: shard, Offset: offset, Tail: tail})
		}
	}
	slices.SortFunc(backlog, func(a, b subscribe.Backlog) int { return strings.Compare(a.Key, b.Key) })
	return backlog[:min(limit, len(backlog))]
}

func (m *model) advance(offsets []subscribe.Offset) {
	for _, o := range offsets {
		if o.Seq > m.offsets[o.Key] && o.Seq <= m.tail(o.Key) {
			m.offsets[o.Key] = o.Seq
		}
	}
}

// prunable tells which entries Prune may remove.
func (m *model) prunable(e subscribe.Entry, before time.Time) bool {
	return e.Seq <= m.offsets[e.Key] && e.At.Before(before) && e.Seq < m.tail(e.Key)
}

func (m *model) park(p subscribe.Parked) {
	p.Data = bytes.Clone(p.Data)
	m.parked[p.ParkedID] = p
}

func (m *model) parkedAfter(after subscribe.ParkedID, limit int) []subscribe.Parked {
	var parked []subscribe.Parked
	for _, p := range m.parked {
		if compareParkedIDs(p.ParkedID, after) > 0 {
			parked = append(parked, p)
		}
	}
	slices.SortFunc(parked, func(a, b subscribe.Parked) int {
		return compareParkedIDs(a.ParkedID, b.ParkedID)
	})
	return parked[:min(limit, len(parked))]
}

func (m *model) unpark(id subscribe.ParkedID) error {
	if _, ok := m.parked[id]; !ok {
		return subscribe.ErrNotFound
	}
	delete(m.parked, id)
	return nil
}

func compareParkedIDs(a, b subscribe.ParkedID) int {
	return cmp.Or(strings.Compare(a.Key, b.Key), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Index, b.Index))
}
