package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/ewspush/ewspush/subscribe"
)

// Backlog implements subscribe.Store: the keys that had a backlog when the log
// was folded, and those that have got entries since.
func (s *sqlite) Backlog(
	ctx context.Context, shards subscribe.Shards, after string, limit int,
) ([]subscribe.Backlog, error) {
	if err := s.catchUp(ctx); err != nil {
		return nil, err
	}
	recent := make(map[string]subscribe.Backlog)
	for _, b := range s.recent.backlog(shards, after) {
		recent[b.Key] = b
	}
	rows, err := s.sql.backlog.QueryContext(ctx, int64(shards), after, limit) //nolint:gosec // G115: a set of bits
	found, err := collect(rows, err, scanBacklog)
	if err != nil {
		return nil, err
	}
	for i, b := range found {
		if r, ok := recent[b.Key]; ok {
			found[i].Tail = max(b.Tail, r.Tail)
			delete(recent, b.Key)
		}
	}
	found = slices.AppendSeq(found, maps.Values(recent))
	slices.SortFunc(found, func(a, b subscribe.Backlog) int { return strings.Compare(a.Key, b.Key) })
	return found[:min(limit, len(found))], nil
}

// advanceStep is how many keys are advanced in one transaction, so that nobody
// who appends waits long for it.
const advanceStep = 64

// Advance implements subscribe.Store.
func (s *sqlite) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	for step := range slices.Chunk(groupOffsets(offsets), advanceStep) {
		err := s.write(ctx, 100*len(step), func(t *sqliteTx) error {
			if err := t.fold(); err != nil {
				return err
			}
			for _, o := range step {
				if err := t.advance(o); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// keyOffsets are all offsets that Advance was given for one key.
type keyOffsets struct {
	key  string
	seqs []int64
}

// groupOffsets sorts by key: neighbours lie on the same page.
func groupOffsets(offsets []subscribe.Offset) []keyOffsets {
	byKey := make(map[string][]int64)
	for _, o := range offsets {
		byKey[o.Key] = append(byKey[o.Key], o.Seq)
	}
	grouped := make([]keyOffsets, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		grouped = append(grouped, keyOffsets{key: key, seqs: byKey[key]})
	}
	return grouped
}

// advance moves the offset of one key. The log is folded.
func (t *sqliteTx) advance(o keyOffsets) error {
	q := &t.store.sql
	tail, err := t.value(q.tailSeq, o.key)
	if err != nil {
		return err
	}
	handled, err := t.value(q.offset, o.key)
	if err != nil {
		return err
	}
	to := handled.Int64
	for _, seq := range o.seqs {
		if seq > to && seq <= tail.Int64 {
			to = seq
		}
	}
	if to == handled.Int64 {
		return nil
	}
	oldest, err := t.value(q.oldest, o.key, handled.Int64, min(to, tail.Int64-1))
	if err != nil {
		return err
	}
	if _, err := t.exec(q.handle, o.key, to, oldest); err != nil {
		return err
	}
	if to == tail.Int64 {
		_, err = t.exec(q.dropBacklog, subscribe.ShardOf(o.key), o.key)
	}
	return err
}

func scanBacklog(r scanner) (b subscribe.Backlog, err error) {
	var tail sql.NullInt64
	err = r.Scan(&b.Key, &b.Shard, &b.Offset, &tail)
	b.Tail = tail.Int64
	return b, err
}
