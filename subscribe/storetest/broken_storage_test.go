package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// brokenValues change, share or lose what they keep.
func brokenValues() []brokenStore {
	changeEntry := func(change func(e *subscribe.Entry)) func(subscribe.Store) subscribe.Store {
		return with(func(h *hooked) {
			h.append = func(ctx context.Context, e subscribe.Entry) error {
				change(&e)
				return h.Store.Append(ctx, e)
			}
		})
	}
	changeRow := func(change func(r *subscribe.Row)) func(subscribe.Store) subscribe.Store {
		return with(func(h *hooked) {
			h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
				change(&row)
				return h.Store.Put(ctx, row)
			}
		})
	}
	return []brokenStore{{
		name: "keys ignore case",
		wrap: with(func(h *hooked) {
			h.get = func(ctx context.Context, key string) (subscribe.Row, error) {
				if row, err := h.Store.Get(ctx, key); err == nil {
					return row, nil
				}
				return h.Store.Get(ctx, strings.ToLower(key))
			}
			h.append = func(ctx context.Context, e subscribe.Entry) error {
				e.Key = strings.ToLower(e.Key)
				return h.Store.Append(ctx, e)
			}
		}),
		caught: []string{"Values/keys", "Read/after and limit", "Random/one caller"},
	}, {
		name:   "keys end after 254 bytes",
		wrap:   changeEntry(func(e *subscribe.Entry) { e.Key = e.Key[:min(254, len(e.Key))] }),
		caught: []string{"Values/keys", "Backlog/order and pages"},
	}, {
		name:   "times in milliseconds",
		wrap:   changeEntry(func(e *subscribe.Entry) { e.At = e.At.Truncate(time.Millisecond) }),
		caught: []string{"Values/times", "Random/one caller"},
	}, {
		name:   "times in nanoseconds since 1970",
		wrap:   changeRow(func(r *subscribe.Row) { r.Due = time.Unix(0, r.Due.UnixNano()) }),
		caught: []string{"Values/times", "Due/never"},
	}, {
		name: "times lose their zone and keep the clock's face",
		wrap: changeRow(func(r *subscribe.Row) {
			if d := r.Due; !d.IsZero() {
				r.Due = time.Date(d.Year(), d.Month(), d.Day(), d.Hour(), d.Minute(), d.Second(), d.Nanosecond(), time.UTC)
			}
		}),
		caught: []string{"Values/times"},
	}, {
		name: "data end at a NUL",
		wrap: changeEntry(func(e *subscribe.Entry) {
			e.Data, _, _ = bytes.Cut(e.Data, []byte{0})
		}),
		caught: []string{"Values/data"},
	}, {
		name: "data end after 64 KiB",
		wrap: changeRow(func(r *subscribe.Row) {
			r.Data = r.Data[:min(1<<16, len(r.Data))]
		}),
		caught: []string{"Values/data"},
	}, {
		name: "reasons end after 255 bytes",
		wrap: with(func(h *hooked) {
			h.park = func(ctx context.Context, p subscribe.Parked) error {
				p.Reason = p.Reason[:min(255, len(p.Reason))]
				return h.Store.Park(ctx, p)
			}
		}),
		caught: []string{"Values/reasons"},
	}, {
		name:   "slices that were passed in are kept",
		open:   func() func() subscribe.Store { return shared(aliasing(true)) },
		caught: []string{"Values/slices passed in"},
	}, {
		name:   "slices that are kept are returned",
		open:   func() func() subscribe.Store { return shared(aliasing(false)) },
		caught: []string{"Values/slices returned"},
	}}
}

// aliasing keeps the data of rows in slices that the caller has, too: those
// passed in, or those returned.
func aliasing(passedIn bool) func(subscribe.Store) subscribe.Store {
	var mu sync.Mutex
	kept := make(map[string][]byte)
	return with(func(h *hooked) {
		h.put = func(ctx context.Context, row subscribe.Row) (int64, error) {
			mu.Lock()
			defer mu.Unlock()
			revision, err := h.Store.Put(ctx, row)
			if err == nil {
				kept[row.Key] = row.Data
				if !passedIn {
					kept[row.Key] = bytes.Clone(row.Data)
				}
			}
			return revision, err
		}
		h.get = func(ctx context.Context, key string) (subscribe.Row, error) {
			mu.Lock()
			defer mu.Unlock()
			row, err := h.Store.Get(ctx, key)
			row.Data = kept[key]
			return row, err
		}
	})
}

func brokenContexts() []brokenStore {
	return []brokenStore{{
		name: "contexts are ignored",
		wrap: with(func(h *hooked) {
			h.tail = func(ctx context.Context, key string) (subscribe.Entry, error) {
				return h.Store.Tail(context.WithoutCancel(ctx), key)
			}
		}),
		caught: []string{"Context/canceled before", "Context/past its deadline"},
	}, {
		name: "the end of a context is ErrNotFound",
		wrap: with(func(h *hooked) {
			h.get = func(ctx context.Context, key string) (subscribe.Row, error) {
				row, err := h.Store.Get(ctx, key)
				if err != nil {
					err = subscribe.ErrNotFound
				}
				return row, err
			}
		}),
		caught: []string{"Context/canceled before", "Context/past its deadline"},
	}, {
		name: "a call hangs when its context has ended",
		wrap: with(func(h *hooked) {
			h.advance = func(ctx context.Context, offsets []subscribe.Offset) error {
				if ctx.Err() != nil {
					time.Sleep(3 * time.Second)
				}
				return h.Store.Advance(ctx, offsets)
			}
		}),
		caught: []string{"Context/canceled before"},
	}, {
		name:   "the store does not work any more after a context has ended",
		open:   func() func() subscribe.Store { return shared(stopsForGood()) },
		caught: []string{"Context/canceled before", "Context/past its deadline"},
	}, {
		name: "a call that is canceled returns nil",
		wrap: with(func(h *hooked) {
			h.append = func(ctx context.Context, e subscribe.Entry) error {
				yield()
				if err := h.Store.Append(ctx, e); !errors.Is(err, context.Canceled) {
					return err
				}
				return nil
			}
		}),
		caught: []string{"Context/canceled meanwhile", "Context/canceled before"},
	}}
}

func stopsForGood() func(subscribe.Store) subscribe.Store {
	var mu sync.Mutex
	var stopped error
	return with(func(h *hooked) {
		h.append = func(ctx context.Context, e subscribe.Entry) error {
			mu.Lock()
			defer mu.Unlock()
			if stopped == nil {
				stopped = ctx.Err()
			}
			return errors.Join(stopped, h.Store.Append(ctx, e))
		}
	})
}

// brokenStorage is what goes wrong when storage is opened again.
func brokenStorage() []brokenStore {
	return []brokenStore{{
		name: "nothing outlives the process",
		open: func() func() subscribe.Store {
			return func() subscribe.Store { return memstore.New() }
		},
		caught: []string{
			"Reopen/everything is there", "Reopen/and on it goes",
			"Shared/what one writes the other reads", "Shared/racers that put", "Shared/racers that append",
		},
	}, {
		name:   "deleted rows come back",
		open:   func() func() subscribe.Store { return undelete() },
		caught: []string{"Reopen/everything is there"},
	}, {
		name: "tails are held in memory, although others append",
		open: func() func() subscribe.Store {
			return shared(func(s subscribe.Store) subscribe.Store {
				var mu sync.Mutex
				tails := make(map[string]subscribe.Entry)
				return with(func(h *hooked) {
					h.append = func(ctx context.Context, e subscribe.Entry) error {
						mu.Lock()
						defer mu.Unlock()
						err := h.Store.Append(ctx, e)
						if err == nil {
							tails[e.Key] = e
						}
						return err
					}
					h.tail = func(ctx context.Context, key string) (subscribe.Entry, error) {
						mu.Lock()
						defer mu.Unlock()
						if tail, ok := tails[key]; ok {
							return tail, nil
						}
						return h.Store.Tail(ctx, key)
					}
				})(s)
			})
		},
		caught: []string{"Shared/what one writes the other reads", "Shared/racers that append"},
	}}
}

// undelete forgets deletions when it is opened again.
func undelete() func() subscribe.Store {
	s := memstore.New()
	var lost []func() error
	opened := func() subscribe.Store {
		return with(func(h *hooked) {
			h.delete = func(ctx context.Context, key string, revision int64) error {
				row, err := h.Store.Get(ctx, key)
				if err == nil {
					lost = append(lost, func() error {
						row.Revision = 0
						_, err := s.Put(context.WithoutCancel(ctx), row)
						return err
					})
				}
				return h.Store.Delete(ctx, key, revision)
			}
		})(s)
	}
	return func() subscribe.Store {
		for _, again := range slices.Clone(lost) {
			_ = again() // it is there already
		}
		return opened()
	}
}
