package sqlstore

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/ewspush/ewspush/subscribe"
)

// foldAt is how many entries may lie in the log without being folded. It bounds
// the memory, what has to be read at the start, and how long the append that
// finds it reached keeps the others waiting. The more, the more entries of one
// key come together on a page.
const foldAt = 4096

// foldStep is how many entries are folded at a time by those who can wait,
// before they fold the rest: who appends meanwhile waits for one step. If there
// are more than foldSoon, the steps are larger, and nothing is put off, so that
// folding keeps up with any number of appends.
const (
	foldStep = 16
	foldSoon = 512
)

// foldNow returns how many entries to fold at a time.
func (t *sqliteTx) foldNow() int {
	if t.unfolded() > foldSoon {
		return 8 * foldStep
	}
	return foldStep
}

// foldAhead folds, step by step, until little is left. It need not succeed in
// that: others append meanwhile.
func (s *sqlite) foldAhead(ctx context.Context) error {
	for range foldAt / foldStep {
		if s.recent.size() <= foldStep {
			return nil
		}
		err := s.writeLater(ctx, 100*foldStep, func(t *sqliteTx) error {
			for {
				if err := t.foldFirst(t.foldNow()); err != nil || t.unfolded() <= foldStep || t.keepsWaiting() {
					return err
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fold brings the tables up to date that follow from the log. It belongs in
// front of everything that needs them.
func (t *sqliteTx) fold() error { return t.foldFirst(math.MaxInt) }

// foldFirst folds the first n of the entries that are not folded.
func (t *sqliteTx) foldFirst(n int) error {
	if err := t.flush(); err != nil {
		return err
	}
	all := t.unfolded() <= int64(n)
	refs := t.store.recent.beyond(t.position.folded, n)
	refs = append(refs, t.staged[:min(n-len(refs), len(t.staged))]...)
	if len(refs) == 0 {
		return nil
	}
	last := refs[len(refs)-1].id
	if err := t.foldRefs(refs); err != nil {
		return err
	}
	if _, err := t.exec(t.store.sql.folded, last); err != nil {
		return err
	}
	t.position = position{folded: last, last: max(last, t.position.last)}
	t.staged = slices.DeleteFunc(t.staged, func(f ref) bool { return f.id <= last })
	if all {
		t.folded = true
		clear(t.tails)
	}
	return nil
}

// foldRefs enters entries in the tables, in the order of their keys: neighbours
// lie on the same page.
func (t *sqliteTx) foldRefs(refs []ref) error {
	slices.SortFunc(refs, func(a, b ref) int {
		return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.seq, b.seq))
	})
	q := &t.store.sql
	index := make([]any, 0, q.index.columns*len(refs))
	var keys []any // shard, key and the Seq of the entry before
	for i, f := range refs {
		index = append(index, f.key, f.seq, f.id, f.at)
		if i == 0 || refs[i-1].key != f.key {
			keys = append(keys, subscribe.ShardOf(f.key), f.key, f.seq-1)
		}
	}
	if err := t.execMany(&q.index, index); err != nil {
		return err
	}
	if err := t.execMany(&q.settle, keys); err != nil {
		return err
	}
	return t.execMany(&q.addBacklog, keys)
}

// unfolded is how many entries are not folded. Their ids have no gaps.
func (t *sqliteTx) unfolded() int64 {
	return t.position.last - t.position.folded + int64(len(t.staged))
}
