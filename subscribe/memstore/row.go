package memstore

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

type row subscribe.Row

func (r *row) copy() subscribe.Row {
	c := subscribe.Row(*r)
	c.Data = bytes.Clone(c.Data)
	return c
}

// compareDue orders rows by the time at which they are due.
func compareDue(a, b *row) int {
	return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.Key, b.Key))
}

// Get implements subscribe.Store.
func (s *Store) Get(ctx context.Context, key string) (subscribe.Row, error) {
	if err := ctx.Err(); err != nil {
		return subscribe.Row{}, err
	}
	s.mu.RLock()
	r := s.rows[key]
	s.mu.RUnlock()
	if r == nil {
		return subscribe.Row{}, subscribe.ErrNotFound
	}
	return r.copy(), nil
}

// List implements subscribe.Store.
func (s *Store) List(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []*row
	s.mu.RLock()
	for c := s.byKey.from(s.byKey.seek(upTo(after))); !c.done() && len(found) < limit; c.next() {
		found = append(found, c.value())
	}
	s.mu.RUnlock()
	return copyRows(found), nil
}

// Due implements subscribe.Store.
func (s *Store) Due(
	ctx context.Context, shards subscribe.Shards, now time.Time, limit int,
) ([]subscribe.Row, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	due := newMerge(compareDue, func(r *row) bool { return !r.Due.After(now) })
	s.mu.RLock()
	for shard := range s.byDue {
		if shards.Has(shard) {
			due.add(s.byDue[shard].from(place{}))
		}
	}
	found := due.take(limit)
	s.mu.RUnlock()
	return copyRows(found), nil
}

// Put implements subscribe.Store. A shard that does not exist is an error.
func (s *Store) Put(ctx context.Context, next subscribe.Row) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := checkShard("Put", next.Shard); err != nil {
		return 0, err
	}
	next.Due = instant(next.Due)
	next.Data = bytes.Clone(next.Data)
	r := (*row)(&next)

	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.rows[r.Key]
	if old.revision() != r.Revision {
		return 0, subscribe.ErrConflict
	}
	s.revision++
	r.Revision = s.revision
	s.rows[r.Key] = r
	if at := s.byKey.seek(before(r.Key)); old == nil {
		s.byKey.insert(at, r)
	} else {
		s.byKey.replace(at, r)
		s.dropDue(old)
	}
	s.addDue(r)
	return r.Revision, nil
}

// Delete implements subscribe.Store.
func (s *Store) Delete(ctx context.Context, key string, revision int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rows[key]
	if r.revision() != revision {
		return subscribe.ErrConflict
	}
	if r != nil {
		s.dropDue(r)
		s.byKey.remove(s.byKey.seek(before(key)))
		delete(s.rows, key)
	}
	s.deleteJournal(key)
	s.deleteParked(key)
	return nil
}

// revision is 0 for a row that does not exist.
func (r *row) revision() int64 {
	if r == nil {
		return 0
	}
	return r.Revision
}

func (s *Store) addDue(r *row) {
	if r.Due.IsZero() {
		return
	}
	list := &s.byDue[r.Shard]
	list.insert(list.seek(dueBefore(r)), r)
}

func (s *Store) dropDue(r *row) {
	if r.Due.IsZero() {
		return
	}
	list := &s.byDue[r.Shard]
	list.remove(list.seek(dueBefore(r)))
}

func dueBefore(r *row) func(*row) bool {
	return func(other *row) bool { return compareDue(other, r) < 0 }
}

func before(key string) func(*row) bool { return func(r *row) bool { return r.Key < key } }
func upTo(key string) func(*row) bool   { return func(r *row) bool { return r.Key <= key } }

func copyRows(found []*row) []subscribe.Row {
	rows := make([]subscribe.Row, len(found))
	for i, r := range found {
		rows[i] = r.copy()
	}
	return rows
}

// instant is the time without the reading of the monotonic clock and without
// the zone, which a store that writes to disk would not keep either.
func instant(t time.Time) time.Time { return t.Round(0).UTC() }

func checkShard(method string, shard int) error {
	if shard < 0 || shard >= subscribe.NumShards {
		return fmt.Errorf("memstore: %s: shard %d is not in 0 to %d", method, shard, subscribe.NumShards-1)
	}
	return nil
}
