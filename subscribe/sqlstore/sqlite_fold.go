package sqlstore

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ewspush/ewspush/subscribe"
)

// foldAt is how many entries may lie in the log without being folded. It bounds
// the memory, what has to be read at the start, and how long the append that
// finds it reached keeps the others waiting. The more, the more entries of one
// key come together on a page.
const foldAt = 4096

// fold brings the tables up to date that follow from the log. It belongs in
// front of everything that needs them.
func (t *sqliteTx) fold() error {
	refs := t.staged
	if !t.folded {
		refs = append(t.store.recent.all(), refs...)
	}
	if len(refs) == 0 {
		return nil
	}
	last := refs[len(refs)-1].id
	slices.SortFunc(refs, func(a, b ref) int {
		return cmp.Or(strings.Compare(a.key, b.key), cmp.Compare(a.seq, b.seq))
	})
	for len(refs) > 0 {
		n := 1
		for n < len(refs) && refs[n].key == refs[0].key {
			n++
		}
		if err := t.foldKey(refs[:n]); err != nil {
			return err
		}
		refs = refs[n:]
	}
	if _, err := t.exec(t.store.sql.folded, last); err != nil {
		return err
	}
	t.position = position{folded: last, last: last}
	t.folded, t.staged, t.tails = true, nil, nil
	return nil
}

// unfolded is how many entries are not folded.
func (t *sqliteTx) unfolded() int {
	if t.folded {
		return len(t.staged)
	}
	return t.store.recent.size() + len(t.staged)
}

// foldKey folds the entries of one key.
func (t *sqliteTx) foldKey(refs []ref) error {
	q := &t.store.sql
	for _, f := range refs {
		if _, err := t.exec(q.index, f.key, f.seq, f.id, f.at); err != nil {
			return err
		}
	}
	key, former := refs[0].key, refs[0].seq-1
	handled, err := t.value(q.offset, key)
	if err != nil || handled.Int64 < former {
		return err // it had a backlog before
	}
	if former > 0 {
		if _, err := t.exec(q.settle, key, former); err != nil {
			return err
		}
	}
	_, err = t.exec(q.addBacklog, subscribe.ShardOf(key), key)
	return err
}
