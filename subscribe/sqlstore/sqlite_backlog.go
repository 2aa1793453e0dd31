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
	at, err := s.catchUp(ctx)
	if err != nil {
		return nil, err
	}
	recent := make(map[string]subscribe.Backlog)
	unfolded, folded := s.recent.backlog(shards, after)
	for _, b := range unfolded {
		recent[b.Key] = b
	}
	var found []subscribe.Backlog
	if !s.quiet.noBacklog(shards, folded) {
		rows, err := s.sql.backlog.QueryContext(ctx, int64(shards), after, limit) //nolint:gosec // G115: a set of bits
		if found, err = collect(rows, err, scanBacklog); err != nil {
			return nil, err
		}
		if len(found) == 0 && after == "" && limit > 0 {
			s.quiet.noteNoBacklog(shards, at.folded)
		}
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

// Keys that are advanced at a time, so that nobody who appends waits long, and in
// one transaction.
const (
	advanceStep = 8
	advanceMost = 1024
)

// Advance implements subscribe.Store.
func (s *sqlite) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	if err := s.foldAhead(ctx); err != nil {
		return err
	}
	for rest := groupOffsets(offsets); len(rest) > 0; {
		some, done := rest[:min(advanceMost, len(rest))], 0
		err := s.writeLater(ctx, 100*advanceStep, func(t *sqliteTx) error {
			if err := t.fold(); err != nil {
				return err
			}
			for done = 0; done < len(some); {
				step := some[done:min(done+advanceStep, len(some))]
				if err := t.advance(step); err != nil {
					return err
				}
				if done += len(step); t.keepsWaiting() {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		rest = rest[done:]
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

// advance moves the offsets of keys. The log is folded. Of several offsets of a
// key one after the other is tried.
func (t *sqliteTx) advance(offsets []keyOffsets) error {
	q := &t.store.sql
	for nth := 0; ; nth++ {
		var keys []any // shard, key and Seq
		for _, o := range offsets {
			if nth < len(o.seqs) {
				keys = append(keys, subscribe.ShardOf(o.key), o.key, o.seqs[nth])
			}
		}
		if len(keys) == 0 {
			return nil
		}
		if err := t.execMany(&q.handle, keys); err != nil {
			return err
		}
		if err := t.execMany(&q.dropBacklog, keys); err != nil {
			return err
		}
	}
}

func scanBacklog(r scanner) (b subscribe.Backlog, err error) {
	var tail sql.NullInt64
	err = r.Scan(&b.Key, &b.Shard, &b.Offset, &tail)
	b.Tail = tail.Int64
	return b, err
}
