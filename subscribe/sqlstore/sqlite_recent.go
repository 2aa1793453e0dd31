package sqlstore

import (
	"cmp"
	"slices"
	"sync"

	"github.com/ewspush/ewspush/subscribe"
)

// recent knows where in the log those entries are that are not folded.
type recent struct {
	mu     sync.Mutex
	folded int64 // up to this id the log is folded
	last   int64 // up to this id everything beyond folded is in refs
	refs   []ref // by id
	byKey  map[string][]ref
}

// ref is the place of an entry in the log.
type ref struct {
	id, seq, at int64
	key         string
}

// position is how far the log is folded, and how far it goes.
type position struct{ folded, last int64 }

// forget forgets everything: it will be loaded again.
func (r *recent) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.folded, r.last, r.refs, r.byKey = 0, 0, nil, make(map[string][]ref)
}

// knows reports whether the memory is at least as new as the position.
func (r *recent) knows(p position) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last >= p.last && r.folded >= p.folded
}

// known is the last id that the memory knows of.
func (r *recent) known() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// add takes over what has been committed: how far the log is folded now, and
// refs that follow the position from. What is known already is left out.
func (r *recent) add(folded, from int64, refs []ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if folded > r.folded {
		r.folded = folded
		r.last = max(r.last, folded)
		r.refs = slices.DeleteFunc(r.refs, func(f ref) bool { return f.id <= folded })
		r.byKey = make(map[string][]ref, len(r.refs))
		for _, f := range r.refs {
			r.byKey[f.key] = append(r.byKey[f.key], f)
		}
	}
	if from > r.last {
		return // there is something between: it will be loaded
	}
	for _, f := range refs {
		if f.id > r.last {
			r.last = f.id
			r.refs = append(r.refs, f)
			r.byKey[f.key] = append(r.byKey[f.key], f)
		}
	}
}

// size is how many entries are not folded.
func (r *recent) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.refs)
}

// beyond returns up to limit entries that follow an id, in the order of the log.
func (r *recent) beyond(id int64, limit int) []ref {
	r.mu.Lock()
	defer r.mu.Unlock()
	first, _ := slices.BinarySearchFunc(r.refs, id+1, func(f ref, id int64) int { return cmp.Compare(f.id, id) })
	refs := r.refs[first:]
	return slices.Clone(refs[:min(limit, len(refs))])
}

// tail returns the last entry of a key that is not folded, if there is one,
// and how far the log was known.
func (r *recent) tail(key string) (f ref, ok bool, known int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	refs := r.byKey[key]
	if len(refs) == 0 {
		return ref{}, false, r.last
	}
	return refs[len(refs)-1], true, r.last
}

// after returns up to limit entries of a key that are not folded.
func (r *recent) after(key string, seq int64, limit int) []ref {
	r.mu.Lock()
	defer r.mu.Unlock()
	refs := r.byKey[key]
	first, _ := slices.BinarySearchFunc(refs, seq, func(f ref, seq int64) int {
		if f.seq <= seq {
			return -1
		}
		return 1
	})
	refs = refs[first:]
	return slices.Clone(refs[:min(limit, len(refs))])
}

// backlog returns the keys that have entries which are not folded, and how far
// the log is.
func (r *recent) backlog(shards subscribe.Shards, after string) (found []subscribe.Backlog, folded int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, refs := range r.byKey {
		if key <= after {
			continue
		}
		shard := subscribe.ShardOf(key)
		if !shards.Has(shard) {
			continue
		}
		found = append(found, subscribe.Backlog{
			Key: key, Shard: shard, Offset: refs[0].seq - 1, Tail: refs[len(refs)-1].seq,
		})
	}
	return found, r.folded
}
