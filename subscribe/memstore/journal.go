package memstore

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// journal is what a key has been told. It exists while it has an entry, and
// from then on until it is deleted, because the tail is never pruned.
type journal struct {
	key     string
	shard   int
	entries []entry // by seq; holes are possible at or behind the offset only
	offset  int64

	// settled says that there are entries which may be pruned as soon as they
	// are old enough; none of them is older than oldest.
	settled bool
	oldest  time.Time
	// chronological: the entries' times never go back.
	chronological bool
}

type entry struct {
	seq  int64
	at   time.Time
	data []byte
}

func (j *journal) tail() *entry { return &j.entries[len(j.entries)-1] }

// after returns the index of the first entry beyond seq.
func (j *journal) after(seq int64) int {
	i, _ := slices.BinarySearchFunc(j.entries, seq, func(e entry, seq int64) int {
		if e.seq <= seq {
			return -1
		}
		return 1
	})
	return i
}

func (j *journal) export(e *entry) subscribe.Entry {
	return subscribe.Entry{Key: j.key, Seq: e.seq, Shard: j.shard, At: e.at, Data: e.data}
}

// Append implements subscribe.Store. A shard that does not exist is an error.
func (s *Store) Append(ctx context.Context, next subscribe.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkShard("Append", next.Shard); err != nil {
		return err
	}
	e := entry{seq: next.Seq, at: instant(next.At), data: bytes.Clone(next.Data)}

	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.journals[next.Key]
	if j == nil {
		if e.seq != 1 {
			return subscribe.ErrConflict
		}
		j = &journal{key: next.Key, shard: next.Shard, entries: []entry{e}, chronological: true}
		s.journals[j.key] = j
		s.addBacklog(j)
		return nil
	}
	tail := *j.tail()
	if e.seq != tail.seq+1 {
		return subscribe.ErrConflict
	}
	j.entries = append(j.entries, e)
	j.chronological = j.chronological && !e.at.Before(tail.at)
	if j.offset == tail.seq {
		s.addBacklog(j)
		s.settle(j, tail.at)
	}
	return nil
}

// Tail implements subscribe.Store.
func (s *Store) Tail(ctx context.Context, key string) (subscribe.Entry, error) {
	if err := ctx.Err(); err != nil {
		return subscribe.Entry{}, err
	}
	s.mu.RLock()
	j := s.journals[key]
	if j == nil {
		s.mu.RUnlock()
		return subscribe.Entry{}, subscribe.ErrNotFound
	}
	tail := j.export(j.tail())
	s.mu.RUnlock()
	tail.Data = bytes.Clone(tail.Data)
	return tail, nil
}

// Read implements subscribe.Store.
func (s *Store) Read(
	ctx context.Context, key string, after int64, limit int,
) ([]subscribe.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []subscribe.Entry
	s.mu.RLock()
	if j := s.journals[key]; j != nil && limit > 0 {
		rest := j.entries[j.after(after):]
		rest = rest[:min(limit, len(rest))]
		found = make([]subscribe.Entry, len(rest))
		for i := range rest {
			found[i] = j.export(&rest[i])
		}
	}
	s.mu.RUnlock()
	for i := range found {
		found[i].Data = bytes.Clone(found[i].Data)
	}
	return found, nil
}

// Backlog implements subscribe.Store.
func (s *Store) Backlog(
	ctx context.Context, shards subscribe.Shards, after string, limit int,
) ([]subscribe.Backlog, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	keys := newMerge(
		func(a, b *journal) int { return strings.Compare(a.key, b.key) },
		func(*journal) bool { return true },
	)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for shard := range s.backlog {
		if shards.Has(shard) {
			list := &s.backlog[shard]
			keys.add(list.from(list.seek(func(j *journal) bool { return j.key <= after })))
		}
	}
	found := keys.take(limit)
	backlog := make([]subscribe.Backlog, len(found))
	for i, j := range found {
		backlog[i] = subscribe.Backlog{Key: j.key, Shard: j.shard, Offset: j.offset, Tail: j.tail().seq}
	}
	return backlog, nil
}

// Offset implements subscribe.Store.
func (s *Store) Offset(ctx context.Context, key string) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if j := s.journals[key]; j != nil {
		return j.offset, nil
	}
	return 0, nil
}

// Advance implements subscribe.Store.
func (s *Store) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range offsets {
		j := s.journals[o.Key]
		if j == nil || o.Seq <= j.offset || o.Seq > j.tail().seq {
			continue
		}
		for i := j.after(j.offset); i < len(j.entries)-1 && j.entries[i].seq <= o.Seq; i++ {
			s.settle(j, j.entries[i].at)
		}
		j.offset = o.Seq
		if o.Seq == j.tail().seq {
			s.dropBacklog(j)
		}
	}
	return nil
}

func (s *Store) deleteJournal(key string) {
	j := s.journals[key]
	if j == nil {
		return
	}
	if j.offset < j.tail().seq {
		s.dropBacklog(j)
	}
	s.unsettle(j)
	delete(s.journals, key)
}

func (s *Store) addBacklog(j *journal) {
	list := &s.backlog[j.shard]
	list.insert(list.seek(keyBefore(j)), j)
}

func (s *Store) dropBacklog(j *journal) {
	list := &s.backlog[j.shard]
	list.remove(list.seek(keyBefore(j)))
}

func keyBefore(j *journal) func(*journal) bool {
	return func(other *journal) bool { return other.key < j.key }
}

// settle notes that an entry of that time may be pruned from now on.
func (s *Store) settle(j *journal, at time.Time) {
	if j.settled && !at.Before(j.oldest) {
		return
	}
	s.unsettle(j)
	j.settled, j.oldest = true, at
	s.settled.insert(s.settled.seek(olderThan(j)), j)
}

func (s *Store) unsettle(j *journal) {
	if j.settled {
		s.settled.remove(s.settled.seek(olderThan(j)))
		j.settled = false
	}
}

func olderThan(j *journal) func(*journal) bool {
	return func(other *journal) bool {
		return cmp.Or(other.oldest.Compare(j.oldest), strings.Compare(other.key, j.key)) < 0
	}
}
