package storetest

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

func brokenJournals() []brokenStore {
	return slices.Concat(brokenAppend(), brokenReading(), brokenBacklog(), brokenAdvance(), brokenPrune())
}

// appendAnyway appends the entry with whatever Seq is the next one.
func appendAnyway(ctx context.Context, s subscribe.Store, e subscribe.Entry) error {
	for {
		tail, err := s.Tail(ctx, e.Key)
		if err != nil && !errors.Is(err, subscribe.ErrNotFound) {
			return err
		}
		e.Seq = tail.Seq + 1
		if err = s.Append(ctx, e); !errors.Is(err, subscribe.ErrConflict) {
			return err
		}
	}
}

func brokenAppend() []brokenStore {
	return []brokenStore{{
		name: "Append without compare-and-swap",
		wrap: with(func(h *hooked) {
			h.append = func(ctx context.Context, e subscribe.Entry) error {
				yield()
				return appendAnyway(ctx, h.Store, e)
			}
		}),
		caught: []string{
			"Append/the next one", "Append/racers", "Append/contended", "Append/after pruning", "Delete/and anew",
			"Shared/racers that append", "Random/one caller", "Random/many callers",
		},
	}, {
		name: "Append compares and writes in two steps",
		wrap: with(func(h *hooked) {
			h.append = func(ctx context.Context, e subscribe.Entry) error {
				tail, _ := h.Store.Tail(ctx, e.Key)
				if e.Seq != tail.Seq+1 {
					return subscribe.ErrConflict
				}
				yield()
				return appendAnyway(ctx, h.Store, e)
			}
		}),
		caught: []string{"Append/racers", "Append/contended", "Random/many callers"},
	}, {
		name: "Append needs a row",
		wrap: with(func(h *hooked) {
			h.append = func(ctx context.Context, e subscribe.Entry) error {
				if _, err := h.Store.Get(ctx, e.Key); err != nil {
					return err
				}
				return h.Store.Append(ctx, e)
			}
		}),
		caught: []string{"Append/without a row", "Append/the next one"},
	}, {
		name: "Append takes an empty journal to be one that was pruned",
		wrap: with(func(h *hooked) {
			h.append = func(ctx context.Context, e subscribe.Entry) error {
				if _, err := h.Store.Tail(ctx, e.Key); errors.Is(err, subscribe.ErrNotFound) {
					e.Seq = 1
				}
				return h.Store.Append(ctx, e)
			}
		}),
		caught: []string{"Append/the next one", "Delete/and anew", "Random/one caller"},
	}, {
		name:   "Append counts all keys together",
		open:   func() func() subscribe.Store { return shared(appendFails(5)) },
		caught: []string{"Append/many writers", "Append/the next one"},
	}, {
		name: "Append fails under load",
		open: func() func() subscribe.Store {
			busy := make(chan struct{}, 2)
			return shared(with(func(h *hooked) {
				h.append = func(ctx context.Context, e subscribe.Entry) error {
					select {
					case busy <- struct{}{}:
						yield()
						defer func() { <-busy }()
						return h.Store.Append(ctx, e)
					default:
						return errors.New("database is locked")
					}
				}
			}))
		},
		caught: []string{"Append/many writers", "Append/racers"},
	}, {
		name: "Append loses one of fifty",
		open: func() func() subscribe.Store {
			var mu sync.Mutex
			n := 0
			return shared(with(func(h *hooked) {
				h.append = func(ctx context.Context, e subscribe.Entry) error {
					mu.Lock()
					defer mu.Unlock()
					if n++; n%50 == 0 {
						return nil
					}
					return h.Store.Append(ctx, e)
				}
			}))
		},
		caught: []string{"Append/many writers", "Append/contended", "Random/one caller", "Random/many callers"},
	}}
}

// appendFails refuses entries after the first n.
func appendFails(n int) func(subscribe.Store) subscribe.Store {
	var mu sync.Mutex
	return with(func(h *hooked) {
		h.append = func(ctx context.Context, e subscribe.Entry) error {
			mu.Lock()
			defer mu.Unlock()
			if n--; n < 0 {
				return subscribe.ErrConflict
			}
			return h.Store.Append(ctx, e)
		}
	})
}

func brokenReading() []brokenStore {
	return []brokenStore{{
		name: "Tail in order of strings",
		wrap: with(func(h *hooked) {
			h.tail = func(ctx context.Context, key string) (subscribe.Entry, error) {
				tail, err := h.Store.Tail(ctx, key)
				if tail.Seq >= 10 {
					entries, _ := h.Store.Read(ctx, key, 8, 1)
					return first(entries), err
				}
				return tail, err
			}
		}),
		caught: []string{"Tail/the last entry"},
	}, {
		name: "Tail of a key without a journal is an empty entry",
		wrap: with(func(h *hooked) {
			h.tail = func(ctx context.Context, key string) (subscribe.Entry, error) {
				tail, err := h.Store.Tail(ctx, key)
				if errors.Is(err, subscribe.ErrNotFound) {
					err = nil
				}
				return tail, err
			}
		}),
		caught: []string{"Tail/the last entry", "Random/one caller"},
	}, {
		name: "Tail only beyond the offset",
		wrap: with(func(h *hooked) {
			h.tail = func(ctx context.Context, key string) (subscribe.Entry, error) {
				tail, err := h.Store.Tail(ctx, key)
				if offset, _ := h.Store.Offset(ctx, key); err == nil && tail.Seq <= offset {
					return subscribe.Entry{}, subscribe.ErrNotFound
				}
				return tail, err
			}
		}),
		caught: []string{"Tail/stays", "Random/one caller", "Random/many callers"},
	}, {
		name: "Read begins with the given one",
		wrap: with(func(h *hooked) {
			h.read = func(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error) {
				return h.Store.Read(ctx, key, after-1, limit)
			}
		}),
		caught: []string{"Read/after and limit", "Read/no holes", "Random/one caller", "Random/many callers"},
	}, {
		name: "Read ignores the limit",
		wrap: with(func(h *hooked) {
			h.read = func(ctx context.Context, key string, after int64, _ int) ([]subscribe.Entry, error) {
				return h.Store.Read(ctx, key, after, everything)
			}
		}),
		caught: []string{"Read/after and limit", "Random/one caller"},
	}, {
		name: "Read leaves out what was handled",
		wrap: with(func(h *hooked) {
			h.read = func(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error) {
				offset, _ := h.Store.Offset(ctx, key)
				return h.Store.Read(ctx, key, max(after, offset), limit)
			}
		}),
		caught: []string{"Advance/only forward", "Random/one caller"},
	}, {
		name: "Read leaves holes",
		wrap: with(func(h *hooked) {
			h.read = func(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error) {
				entries, err := h.Store.Read(ctx, key, after, everything)
				entries = slices.DeleteFunc(entries, func(e subscribe.Entry) bool { return e.Seq%8 == 0 })
				return entries[:min(limit, len(entries))], err
			}
		}),
		caught: []string{"Read/no holes", "Read/after and limit", "Random/many callers"},
	}, {
		name: "Read in descending order",
		wrap: with(func(h *hooked) {
			h.read = func(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error) {
				entries, err := h.Store.Read(ctx, key, after, limit)
				slices.Reverse(entries)
				return entries, err
			}
		}),
		caught: []string{"Read/no holes", "Read/after and limit", "Random/many callers", "Random/one caller"},
	}}
}

func brokenBacklog() []brokenStore {
	return []brokenStore{{
		name: "Backlog keeps keys that are handled",
		wrap: with(func(h *hooked) {
			h.backlog = func(
				ctx context.Context, sh subscribe.Shards, after string, limit int,
			) ([]subscribe.Backlog, error) {
				backlog, err := h.Store.Backlog(ctx, sh, after, limit)
				if tail, tailErr := h.Store.Tail(ctx, "a"); len(backlog) == 0 && tailErr == nil {
					backlog = append(backlog, subscribe.Backlog{
						Key: "a", Shard: tail.Shard, Offset: tail.Seq, Tail: tail.Seq,
					})
				}
				return backlog, err
			}
		}),
		caught: []string{"Backlog/comes and goes"},
	}, {
		name: "Backlog has no offset",
		wrap: with(func(h *hooked) {
			h.backlog = func(
				ctx context.Context, sh subscribe.Shards, after string, limit int,
			) ([]subscribe.Backlog, error) {
				backlog, err := h.Store.Backlog(ctx, sh, after, limit)
				for i := range backlog {
					backlog[i].Offset = 0
				}
				return backlog, err
			}
		}),
		caught: []string{"Backlog/comes and goes", "Random/one caller"},
	}, {
		name: "Backlog in order of length",
		wrap: with(func(h *hooked) {
			h.backlog = func(
				ctx context.Context, sh subscribe.Shards, after string, limit int,
			) ([]subscribe.Backlog, error) {
				backlog, err := h.Store.Backlog(ctx, sh, after, everything)
				slices.SortStableFunc(backlog, func(a, b subscribe.Backlog) int { return len(a.Key) - len(b.Key) })
				return backlog[:min(limit, len(backlog))], err
			}
		}),
		caught: []string{"Backlog/order and pages", "Random/one caller"},
	}, {
		name: "Backlog ignores the shards",
		wrap: with(func(h *hooked) {
			h.backlog = func(
				ctx context.Context, _ subscribe.Shards, after string, limit int,
			) ([]subscribe.Backlog, error) {
				return h.Store.Backlog(ctx, subscribe.AllShards, after, limit)
			}
		}),
		caught: []string{"Backlog/shards", "Random/one caller"},
	}, {
		name: "Backlog has no shard 63, the sign of an integer",
		wrap: with(func(h *hooked) {
			h.backlog = func(
				ctx context.Context, sh subscribe.Shards, after string, limit int,
			) ([]subscribe.Backlog, error) {
				return h.Store.Backlog(ctx, sh&math.MaxInt64, after, limit)
			}
		}),
		caught: []string{"Backlog/shards", "Random/one caller"},
	}}
}

func brokenAdvance() []brokenStore {
	offsets := func(add int64) func(subscribe.Store) subscribe.Store {
		return with(func(h *hooked) {
			h.offset = func(ctx context.Context, key string) (int64, error) {
				offset, err := h.Store.Offset(ctx, key)
				return offset + add, err
			}
		})
	}
	return []brokenStore{{
		name:   "Offset is the next one",
		wrap:   offsets(1),
		caught: []string{"Offset/of a key", "Random/one caller", "Random/many callers"},
	}, {
		name: "Offset of a key without a journal is an error",
		wrap: with(func(h *hooked) {
			h.offset = func(ctx context.Context, key string) (int64, error) {
				if _, err := h.Store.Tail(ctx, key); err != nil {
					return 0, err
				}
				return h.Store.Offset(ctx, key)
			}
		}),
		caught: []string{"Offset/of a key", "Random/one caller"},
	}, {
		name: "Advance goes back",
		open: func() func() subscribe.Store {
			return shared(offsetsBeside(func(stored, tail, seq int64) int64 {
				if seq > tail {
					return stored
				}
				return seq
			}))
		},
		caught: []string{"Advance/only forward", "Advance/several", "Random/one caller"},
	}, {
		name: "Advance goes beyond the tail",
		open: func() func() subscribe.Store {
			return shared(offsetsBeside(func(stored, tail, seq int64) int64 {
				if tail == 0 {
					return stored
				}
				return max(stored, seq)
			}))
		},
		caught: []string{"Advance/beyond the tail", "Advance/several", "Random/one caller"},
	}, {
		name: "Advance to the tail at most, instead of not at all",
		open: func() func() subscribe.Store {
			return shared(offsetsBeside(func(stored, tail, seq int64) int64 {
				return max(stored, min(tail, seq))
			}))
		},
		caught: []string{"Advance/beyond the tail", "Random/one caller"},
	}, {
		name: "Advance of a key without a journal is kept for later",
		open: func() func() subscribe.Store {
			return shared(offsetsBeside(func(stored, tail, seq int64) int64 {
				if tail > 0 && seq > tail {
					return stored
				}
				return max(stored, seq)
			}))
		},
		caught: []string{"Advance/without a journal"},
	}, {
		name: "Advance of an unknown key is an error",
		wrap: with(func(h *hooked) {
			h.advance = func(ctx context.Context, offsets []subscribe.Offset) error {
				for _, o := range offsets {
					if _, err := h.Store.Tail(ctx, o.Key); err != nil {
						return err
					}
				}
				return h.Store.Advance(ctx, offsets)
			}
		}),
		caught: []string{"Advance/without a journal", "Advance/several", "Random/one caller"},
	}, {
		name: "Advance stops at the first that it leaves out",
		wrap: with(func(h *hooked) {
			h.advance = func(ctx context.Context, offsets []subscribe.Offset) error {
				for _, o := range offsets {
					before, _ := h.Store.Offset(ctx, o.Key)
					if err := h.Store.Advance(ctx, []subscribe.Offset{o}); err != nil {
						return err
					}
					if after, _ := h.Store.Offset(ctx, o.Key); after == before {
						return nil
					}
				}
				return nil
			}
		}),
		caught: []string{"Advance/several", "Random/one caller"},
	}, {
		name: "Advance takes a hundred at most",
		wrap: with(func(h *hooked) {
			h.advance = func(ctx context.Context, offsets []subscribe.Offset) error {
				return h.Store.Advance(ctx, offsets[:min(100, len(offsets))])
			}
		}),
		caught: []string{"Advance/several"},
	}, {
		name: "Advance compares and writes in two steps",
		open: func() func() subscribe.Store {
			var mu sync.Mutex
			offset := make(map[string]int64)
			return shared(with(func(h *hooked) {
				h.offset = func(_ context.Context, key string) (int64, error) {
					mu.Lock()
					defer mu.Unlock()
					return offset[key], nil
				}
				h.advance = func(ctx context.Context, offsets []subscribe.Offset) error {
					for _, o := range offsets {
						stored, _ := h.Offset(ctx, o.Key)
						yield()
						if mu.Lock(); o.Seq > stored {
							offset[o.Key] = o.Seq
						}
						mu.Unlock()
					}
					return nil
				}
			}))
		},
		caught: []string{"Advance/racers"},
	}}
}

// offsetsBeside keeps offsets that move by another rule. Backlog and Prune do
// not see them.
func offsetsBeside(next func(stored, tail, seq int64) int64) func(subscribe.Store) subscribe.Store {
	var mu sync.Mutex
	offsets := make(map[string]int64)
	return with(func(h *hooked) {
		h.offset = func(_ context.Context, key string) (int64, error) {
			mu.Lock()
			defer mu.Unlock()
			return offsets[key], nil
		}
		h.advance = func(ctx context.Context, batch []subscribe.Offset) error {
			mu.Lock()
			defer mu.Unlock()
			for _, o := range batch {
				tail, _ := h.Store.Tail(ctx, o.Key)
				offsets[o.Key] = next(offsets[o.Key], tail.Seq, o.Seq)
			}
			return h.Store.Advance(ctx, batch)
		}
		h.delete = func(ctx context.Context, key string, revision int64) error {
			mu.Lock()
			defer mu.Unlock()
			err := h.Store.Delete(ctx, key, revision)
			if err == nil {
				delete(offsets, key)
			}
			return err
		}
	})
}

func brokenPrune() []brokenStore {
	return []brokenStore{{
		name: "Prune removes what is not handled",
		open: func() func() subscribe.Store {
			return shared(pruneBeside(func(e, tail subscribe.Entry, _ int64, before time.Time) bool {
				return e.At.Before(before) && e.Seq < tail.Seq
			}))
		},
		caught: []string{"Prune/what is handled", "Read/no holes", "Random/one caller"},
	}, {
		name: "Prune removes what is as old as before",
		open: func() func() subscribe.Store {
			return shared(pruneBeside(func(e, tail subscribe.Entry, offset int64, before time.Time) bool {
				return !e.At.After(before) && e.Seq < tail.Seq && e.Seq <= offset
			}))
		},
		caught: []string{"Prune/what is old", "Random/one caller"},
	}, {
		name: "Prune removes tails",
		open: func() func() subscribe.Store {
			return shared(pruneBeside(func(e, _ subscribe.Entry, offset int64, before time.Time) bool {
				return e.At.Before(before) && e.Seq <= offset
			}))
		},
		caught: []string{
			"Prune/the tail stays", "Prune/what is handled", "Tail/stays", "Append/after pruning",
			"Random/one caller", "Random/many callers",
		},
	}, {
		name: "Prune stops at the first that stays",
		open: func() func() subscribe.Store {
			stopped := make(map[string]bool)
			return shared(pruneBeside(func(e, tail subscribe.Entry, offset int64, before time.Time) bool {
				if e.Seq == 1 || !e.At.Before(before) {
					stopped[e.Key] = !e.At.Before(before)
				}
				return !stopped[e.Key] && e.Seq < tail.Seq && e.Seq <= offset
			}))
		},
		caught: []string{"Prune/time going back"},
	}, {
		name: "Prune ignores the limit",
		wrap: with(func(h *hooked) {
			h.prune = func(ctx context.Context, before time.Time, _ int) (int, error) {
				return h.Store.Prune(ctx, before, everything)
			}
		}),
		caught: []string{"Prune/limit", "Random/one caller"},
	}, {
		name: "Prune does not count",
		wrap: with(func(h *hooked) {
			h.prune = func(ctx context.Context, before time.Time, limit int) (int, error) {
				_, err := h.Store.Prune(ctx, before, limit)
				return 0, err
			}
		}),
		caught: []string{"Prune/limit", "Prune/what is handled", "Prune/what is old", "Random/one caller"},
	}, {
		name: "Prune removes what is parked, too",
		wrap: with(func(h *hooked) {
			h.prune = func(ctx context.Context, before time.Time, limit int) (int, error) {
				parked, _ := h.Store.Parked(ctx, subscribe.ParkedID{}, limit)
				for _, p := range parked {
					if p.At.Before(before) {
						_ = h.Store.Unpark(ctx, p.ParkedID) // it was there just now
					}
				}
				return h.Store.Prune(ctx, before, limit)
			}
		}),
		caught: []string{"Prune/leaves the rest alone", "Random/one caller"},
	}}
}

// pruneBeside hides entries by another rule.
func pruneBeside(
	remove func(e, tail subscribe.Entry, offset int64, before time.Time) bool,
) func(subscribe.Store) subscribe.Store {
	var mu sync.Mutex
	removed := make(map[string]map[int64]bool)
	return with(func(h *hooked) {
		h.prune = func(ctx context.Context, before time.Time, limit int) (n int, err error) {
			mu.Lock()
			defer mu.Unlock()
			backlog, _ := h.Store.Backlog(ctx, subscribe.AllShards, "", everything)
			keys := append(oddKeys(), keyIn(0, 0), keyIn(63, 0), "key 0", "key 1", "key 2", "key 3", "key 4")
			for _, b := range backlog {
				keys = append(keys, b.Key)
			}
			slices.Sort(keys)
			for _, key := range slices.Compact(keys) {
				tail, _ := h.Store.Tail(ctx, key)
				offset, _ := h.Store.Offset(ctx, key)
				entries, _ := h.Store.Read(ctx, key, 0, everything)
				if removed[key] == nil {
					removed[key] = make(map[int64]bool)
				}
				for _, e := range entries {
					if n < limit && !removed[key][e.Seq] && remove(e, tail, offset, before) {
						removed[key][e.Seq] = true
						n++
					}
				}
			}
			return n, nil
		}
		h.read = func(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error) {
			mu.Lock()
			defer mu.Unlock()
			entries, err := h.Store.Read(ctx, key, after, everything)
			entries = slices.DeleteFunc(entries, func(e subscribe.Entry) bool { return removed[key][e.Seq] })
			return entries[:min(limit, len(entries))], err
		}
		h.tail = func(ctx context.Context, key string) (subscribe.Entry, error) {
			mu.Lock()
			defer mu.Unlock()
			tail, err := h.Store.Tail(ctx, key)
			if removed[key][tail.Seq] {
				return subscribe.Entry{}, subscribe.ErrNotFound
			}
			return tail, err
		}
		h.delete = func(ctx context.Context, key string, revision int64) error {
			mu.Lock()
			defer mu.Unlock()
			err := h.Store.Delete(ctx, key, revision)
			if err == nil {
				delete(removed, key)
			}
			return err
		}
	})
}

func brokenParking() []brokenStore {
	return []brokenStore{{
		name: "Park forgets the reason",
		wrap: with(func(h *hooked) {
			h.park = func(ctx context.Context, p subscribe.Parked) error {
				p.Reason = ""
				return h.Store.Park(ctx, p)
			}
		}),
		caught: []string{"Park/sets aside", "Park/replaces", "Values/reasons", "Random/one caller"},
	}, {
		name: "Park needs a row",
		wrap: with(func(h *hooked) {
			h.park = func(ctx context.Context, p subscribe.Parked) error {
				if _, err := h.Store.Get(ctx, p.Key); err != nil {
					return err
				}
				return h.Store.Park(ctx, p)
			}
		}),
		caught: []string{"Park/sets aside"},
	}, {
		name: "Park keeps the first",
		wrap: with(func(h *hooked) {
			h.park = func(ctx context.Context, p subscribe.Parked) error {
				before := subscribe.ParkedID{Key: p.Key, Seq: p.Seq, Index: p.Index - 1}
				if there, _ := h.Store.Parked(ctx, before, 1); first(there).ParkedID == p.ParkedID {
					return nil
				}
				return h.Store.Park(ctx, p)
			}
		}),
		caught: []string{"Park/replaces", "Random/one caller"},
	}, {
		name: "Parked in order of time",
		wrap: with(func(h *hooked) {
			h.parked = func(ctx context.Context, after subscribe.ParkedID, limit int) ([]subscribe.Parked, error) {
				parked, err := h.Store.Parked(ctx, after, limit)
				slices.SortStableFunc(parked, func(a, b subscribe.Parked) int { return a.At.Compare(b.At) })
				return parked, err
			}
		}),
		caught: []string{"Parked/order and pages", "Random/one caller"},
	}, {
		name: "Parked begins at index 0",
		wrap: with(func(h *hooked) {
			h.parked = func(ctx context.Context, after subscribe.ParkedID, limit int) ([]subscribe.Parked, error) {
				parked, err := h.Store.Parked(ctx, after, everything)
				parked = slices.DeleteFunc(parked, func(p subscribe.Parked) bool { return p.Index < 0 })
				return parked[:min(limit, len(parked))], err
			}
		}),
		caught: []string{"Parked/after", "Parked/order and pages", "Park/sets aside", "Random/one caller"},
	}, {
		name: "Parked stops at the end of the key",
		wrap: with(func(h *hooked) {
			h.parked = func(ctx context.Context, after subscribe.ParkedID, limit int) ([]subscribe.Parked, error) {
				parked, err := h.Store.Parked(ctx, after, limit)
				if after.Key != "" {
					parked = slices.DeleteFunc(parked, func(p subscribe.Parked) bool { return p.Key != after.Key })
				}
				return parked, err
			}
		}),
		caught: []string{"Parked/after", "Parked/order and pages", "Random/one caller"},
	}, {
		name: "Unpark of what is not parked is no error",
		wrap: with(func(h *hooked) {
			h.unpark = func(ctx context.Context, id subscribe.ParkedID) error {
				if err := h.Store.Unpark(ctx, id); !errors.Is(err, subscribe.ErrNotFound) {
					return err
				}
				return nil
			}
		}),
		caught: []string{"Unpark/removes one", "Random/one caller"},
	}, {
		name: "Unpark removes all of the entry",
		wrap: with(func(h *hooked) {
			h.unpark = func(ctx context.Context, id subscribe.ParkedID) error {
				err := h.Store.Unpark(ctx, id)
				if err != nil {
					return err
				}
				parked, _ := h.Store.Parked(ctx, subscribe.ParkedID{Key: id.Key, Seq: id.Seq, Index: -2}, everything)
				for _, p := range parked {
					if p.Key == id.Key && p.Seq == id.Seq {
						_ = h.Store.Unpark(ctx, p.ParkedID) // it was there just now
					}
				}
				return nil
			}
		}),
		caught: []string{"Unpark/removes one", "Random/one caller"},
	}, {
		name: "parked keys are cut off at spaces",
		wrap: with(func(h *hooked) {
			h.park = func(ctx context.Context, p subscribe.Parked) error {
				p.Key = strings.TrimRight(p.Key, " ")
				return h.Store.Park(ctx, p)
			}
		}),
		caught: []string{"Values/keys", "Random/one caller"},
	}}
}
