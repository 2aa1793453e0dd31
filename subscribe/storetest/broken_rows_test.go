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

func brokenRows() []brokenStore {
	return []brokenStore{{
		name: "Get returns an empty row instead of ErrNotFound",
		wrap: with(func(h *hooked) {
			h.get = func(ctx context.Context, key string) (subscribe.Row, error) {
				return current(ctx, h.Store, key), nil
			}
		}),
		caught: []string{"Get/of a missing row", "Delete/removes all of a key", "Random/one caller", "Append/without a row"},
	}, {
		name: "Get forgets the revision",
		wrap: with(func(h *hooked) {
			h.get = func(ctx context.Context, key string) (subscribe.Row, error) {
				row, err := h.Store.Get(ctx, key)
				row.Revision = 0
				return row, err
			}
		}),
		caught: []string{"Get/of a row that was put", "Random/many callers"},
	}, {
		name: "Put at revision 0 overwrites",
		wrap: with(func(h *hooked) {
			h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
				if row.Revision == 0 {
					row.Revision = current(ctx, h.Store, row.Key).Revision
				}
				return h.Store.Put(ctx, row)
			}
		}),
		caught: []string{"Put/revision 0", "Random/one caller"},
	}, {
		name: "Put ignores the revision",
		wrap: with(func(h *hooked) {
			h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
				yield()
				row.Revision = current(ctx, h.Store, row.Key).Revision
				return h.Store.Put(ctx, row)
			}
		}),
		caught: []string{
			"Put/revision 0", "Put/another revision", "Put/racers", "Delete/racers", "Shared/racers that put",
			"Random/one caller", "Random/many callers",
		},
	}, {
		name: "Put brings a deleted row back",
		wrap: with(func(h *hooked) {
			h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
				if current(ctx, h.Store, row.Key).Revision == 0 {
					row.Revision = 0
				}
				return h.Store.Put(ctx, row)
			}
		}),
		caught: []string{"Put/another revision"},
	}, {
		name: "Put compares and writes in two steps",
		wrap: with(func(h *hooked) {
			h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
				if current(ctx, h.Store, row.Key).Revision != row.Revision {
					return 0, subscribe.ErrConflict
				}
				for {
					yield()
					row.Revision = current(ctx, h.Store, row.Key).Revision
					if revision, err := h.Store.Put(ctx, row); !errors.Is(err, subscribe.ErrConflict) {
						return revision, err
					}
				}
			}
		}),
		caught: []string{"Put/racers", "Random/many callers"},
	}, {
		name: "Put returns the old revision",
		wrap: with(func(h *hooked) {
			h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
				_, err := h.Store.Put(ctx, row)
				return row.Revision, err
			}
		}),
		caught: []string{"Put/revisions rise", "Random/one caller"},
	}, {
		name:   "revisions start over when a row is made again",
		open:   func() func() subscribe.Store { return shared(countPerLife()) },
		caught: []string{"Put/revisions never repeat", "Reopen/and on it goes"},
	}, {
		name: "Put of a new row empties the journal",
		wrap: with(func(h *hooked) {
			h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
				if row.Revision == 0 {
					_ = h.Store.Delete(ctx, row.Key, 0) // a conflict is seen below
				}
				return h.Store.Put(ctx, row)
			}
		}),
		caught: []string{"Put/leaves the rest alone", "Random/one caller"},
	}, {
		name: "List ignores case",
		wrap: with(func(h *hooked) {
			h.list = func(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
				rows, err := h.Store.List(ctx, "", everything)
				rows = slices.DeleteFunc(rows, func(r subscribe.Row) bool {
					return strings.ToLower(r.Key) <= strings.ToLower(after)
				})
				slices.SortStableFunc(rows, func(a, b subscribe.Row) int {
					return strings.Compare(strings.ToLower(a.Key), strings.ToLower(b.Key))
				})
				return rows[:min(limit, len(rows))], err
			}
		}),
		caught: []string{"List/order and pages", "List/after", "Random/one caller"},
	}, {
		name: "List begins with the given key",
		wrap: with(func(h *hooked) {
			h.list = func(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
				rows, err := h.Store.List(ctx, "", everything)
				rows = slices.DeleteFunc(rows, func(r subscribe.Row) bool { return r.Key < after })
				return rows[:min(limit, len(rows))], err
			}
		}),
		caught: []string{"List/order and pages", "List/after", "Random/one caller"},
	}, {
		name: "List has rows for journals, too",
		wrap: with(func(h *hooked) {
			h.list = func(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
				rows, err := h.Store.List(ctx, after, limit)
				backlog, _ := h.Store.Backlog(ctx, subscribe.AllShards, after, limit)
				for _, b := range backlog {
					if current(ctx, h.Store, b.Key).Revision == 0 {
						rows = append(rows, subscribe.Row{Key: b.Key, Shard: b.Shard})
					}
				}
				slices.SortFunc(rows, func(a, b subscribe.Row) int { return strings.Compare(a.Key, b.Key) })
				return rows[:min(limit, len(rows))], err
			}
		}),
		caught: []string{"List/rows only", "Append/without a row", "Random/one caller"},
	}, {
		name: "Due takes never for long ago",
		wrap: dueFrom(func(rows []subscribe.Row, sh subscribe.Shards, now time.Time, limit int) []subscribe.Row {
			return cut(rows, limit, func(r subscribe.Row) bool { return sh.Has(r.Shard) && !r.Due.After(now) })
		}),
		caught: []string{"Due/never", "Random/one caller"},
	}, {
		name: "Due does not take what is due right now",
		wrap: dueFrom(func(rows []subscribe.Row, sh subscribe.Shards, now time.Time, limit int) []subscribe.Row {
			return cut(rows, limit, func(r subscribe.Row) bool {
				return sh.Has(r.Shard) && !r.Due.IsZero() && r.Due.Before(now)
			})
		}),
		caught: []string{"Due/not after now"},
	}, {
		name: "Due looks at seconds",
		wrap: dueFrom(func(rows []subscribe.Row, sh subscribe.Shards, now time.Time, limit int) []subscribe.Row {
			return cut(rows, limit, func(r subscribe.Row) bool {
				return sh.Has(r.Shard) && !r.Due.IsZero() && r.Due.Unix() <= now.Unix()
			})
		}),
		caught: []string{"Due/not after now", "Random/one caller"},
	}, {
		name: "Due in order of the keys",
		wrap: with(func(h *hooked) {
			h.due = func(ctx context.Context, sh subscribe.Shards, now time.Time, limit int) ([]subscribe.Row, error) {
				rows, err := h.Store.Due(ctx, sh, now, limit)
				slices.SortFunc(rows, func(a, b subscribe.Row) int { return strings.Compare(a.Key, b.Key) })
				return rows, err
			}
		}),
		caught: []string{"Due/order and limit", "Random/one caller"},
	}, {
		name: "Due applies the limit before the shards",
		wrap: with(func(h *hooked) {
			h.due = func(ctx context.Context, sh subscribe.Shards, now time.Time, limit int) ([]subscribe.Row, error) {
				rows, err := h.Store.Due(ctx, subscribe.AllShards, now, limit)
				return slices.DeleteFunc(rows, func(r subscribe.Row) bool { return !sh.Has(r.Shard) }), err
			}
		}),
		caught: []string{"Due/shards", "Random/one caller"},
	}, {
		name: "Due ignores the shards",
		wrap: with(func(h *hooked) {
			h.due = func(ctx context.Context, _ subscribe.Shards, now time.Time, limit int) ([]subscribe.Row, error) {
				return h.Store.Due(ctx, subscribe.AllShards, now, limit)
			}
		}),
		caught: []string{"Due/shards", "Random/one caller"},
	}, {
		name: "Due has no shard 63, the sign of an integer",
		wrap: with(func(h *hooked) {
			h.due = func(ctx context.Context, sh subscribe.Shards, now time.Time, limit int) ([]subscribe.Row, error) {
				return h.Store.Due(ctx, sh&math.MaxInt64, now, limit)
			}
		}),
		caught: []string{"Due/shards", "Random/one caller"},
	}, {
		name:   "Due stays what it was first",
		open:   func() func() subscribe.Store { return shared(keepFirstDue()) },
		caught: []string{"Due/follows the row", "Due/never", "Random/one caller"},
	}, {
		name: "Delete ignores the revision",
		wrap: with(func(h *hooked) {
			h.delete = func(ctx context.Context, key string, _ int64) error {
				yield()
				return h.Store.Delete(ctx, key, current(ctx, h.Store, key).Revision)
			}
		}),
		caught: []string{"Delete/another revision", "Delete/racers", "Put/revisions never repeat", "Random/one caller"},
	}, {
		name: "Delete leaves the journal",
		wrap: with(func(h *hooked) {
			h.delete = func(ctx context.Context, key string, revision int64) error {
				entries, _ := h.Store.Read(ctx, key, 0, everything)
				offset, _ := h.Store.Offset(ctx, key)
				err := h.Store.Delete(ctx, key, revision)
				for _, e := range entries {
					_ = h.Store.Append(ctx, e) // a conflict where Delete had one
				}
				return errors.Join(err, h.Store.Advance(ctx, []subscribe.Offset{{Key: key, Seq: offset}}))
			}
		}),
		caught: []string{
			"Delete/removes all of a key", "Delete/revision 0", "Delete/and anew", "Delete/in one step", "Random/one caller",
		},
	}, {
		name: "Delete leaves what is parked",
		wrap: with(func(h *hooked) {
			h.delete = func(ctx context.Context, key string, revision int64) error {
				parked, _ := h.Store.Parked(ctx, subscribe.ParkedID{Key: key}, everything)
				err := h.Store.Delete(ctx, key, revision)
				for _, p := range parked {
					if p.Key == key {
						_ = h.Store.Park(ctx, p) // nothing can go wrong
					}
				}
				return err
			}
		}),
		caught: []string{"Delete/removes all of a key", "Delete/revision 0", "Delete/and anew", "Random/one caller"},
	}, {
		name: "Delete takes the key for a pattern",
		wrap: with(func(h *hooked) {
			h.delete = func(ctx context.Context, key string, revision int64) error {
				err := h.Store.Delete(ctx, key, revision)
				if err == nil && strings.HasSuffix(key, "%") {
					err = h.Store.Delete(ctx, "a", current(ctx, h.Store, "a").Revision)
				}
				return err
			}
		}),
		caught: []string{"Delete/removes all of a key"},
	}, {
		name: "Delete needs a row",
		wrap: with(func(h *hooked) {
			h.delete = func(ctx context.Context, key string, revision int64) error {
				if current(ctx, h.Store, key).Revision == 0 {
					return subscribe.ErrNotFound
				}
				return h.Store.Delete(ctx, key, revision)
			}
		}),
		caught: []string{"Delete/revision 0", "Random/one caller"},
	}, {
		name: "Delete in two steps",
		wrap: with(func(h *hooked) {
			h.delete = func(ctx context.Context, key string, revision int64) error {
				row, err := h.Store.Get(ctx, key)
				if err != nil || row.Revision != revision {
					return h.Store.Delete(ctx, key, revision)
				}
				entries, _ := h.Store.Read(ctx, key, 0, everything)
				if err = h.Store.Delete(ctx, key, revision); err != nil {
					return err
				}
				for _, e := range entries {
					_ = h.Store.Append(ctx, e) // a conflict once somebody began anew
				}
				yield()
				return h.Store.Delete(ctx, key, 0)
			}
		}),
		caught: []string{"Delete/in one step"},
	}}
}

// dueFrom answers Due from all rows, in order of Due.
func dueFrom(
	choose func([]subscribe.Row, subscribe.Shards, time.Time, int) []subscribe.Row,
) func(subscribe.Store) subscribe.Store {
	return with(func(h *hooked) {
		h.due = func(ctx context.Context, sh subscribe.Shards, now time.Time, limit int) ([]subscribe.Row, error) {
			rows, err := h.Store.List(ctx, "", everything)
			slices.SortStableFunc(rows, func(a, b subscribe.Row) int { return a.Due.Compare(b.Due) })
			return choose(rows, sh, now, limit), err
		}
	})
}

func cut(rows []subscribe.Row, limit int, keep func(subscribe.Row) bool) []subscribe.Row {
	rows = slices.DeleteFunc(rows, func(r subscribe.Row) bool { return !keep(r) })
	return rows[:min(limit, len(rows))]
}

// countPerLife numbers the revisions of a row from 1.
func countPerLife() func(subscribe.Store) subscribe.Store {
	var mu sync.Mutex
	numbers := make(map[string]int64)
	behind := make(map[string]int64) // the revisions of the store behind
	return with(func(h *hooked) {
		h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
			mu.Lock()
			defer mu.Unlock()
			if numbers[row.Key] != row.Revision {
				return 0, subscribe.ErrConflict
			}
			row.Revision = behind[row.Key]
			revision, err := h.Store.Put(ctx, row)
			if err != nil {
				return 0, err
			}
			behind[row.Key] = revision
			numbers[row.Key]++
			return numbers[row.Key], nil
		}
		h.get = func(ctx context.Context, key string) (subscribe.Row, error) {
			mu.Lock()
			defer mu.Unlock()
			row, err := h.Store.Get(ctx, key)
			row.Revision = numbers[key]
			return row, err
		}
		h.delete = func(ctx context.Context, key string, revision int64) error {
			mu.Lock()
			defer mu.Unlock()
			if numbers[key] != revision {
				return subscribe.ErrConflict
			}
			err := h.Store.Delete(ctx, key, behind[key])
			delete(numbers, key)
			delete(behind, key)
			return err
		}
	})
}

// keepFirstDue finds rows by the Due that they had when they were made.
func keepFirstDue() func(subscribe.Store) subscribe.Store {
	var mu sync.Mutex
	firstDue := make(map[string]time.Time)
	return with(func(h *hooked) {
		h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
			revision, err := h.Store.Put(ctx, row)
			mu.Lock()
			defer mu.Unlock()
			if _, ok := firstDue[row.Key]; err == nil && !ok {
				firstDue[row.Key] = row.Due
			}
			return revision, err
		}
		h.due = func(ctx context.Context, sh subscribe.Shards, now time.Time, limit int) ([]subscribe.Row, error) {
			rows, err := h.Store.List(ctx, "", everything)
			mu.Lock()
			defer mu.Unlock()
			rows = slices.DeleteFunc(rows, func(r subscribe.Row) bool {
				due := firstDue[r.Key]
				return !sh.Has(r.Shard) || due.IsZero() || due.After(now)
			})
			slices.SortFunc(rows, func(a, b subscribe.Row) int { return firstDue[a.Key].Compare(firstDue[b.Key]) })
			return rows[:min(limit, len(rows))], err
		}
	})
}
