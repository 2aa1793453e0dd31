package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ewspush/ewspush/subscribe"
)

func appendCases() []testCase {
	return []testCase{{
		name: "Append/the next one",
		rule: "Append adds the entry to the journal of entry.Key if entry.Seq is the next one: 1 in an empty " +
			"journal, else the tail's plus one. Any other Seq is ErrConflict and nothing is written.",
		run: func(c *check) {
			var want []subscribe.Entry
			for next := int64(1); next <= 4; next++ {
				for _, seq := range []int64{-1, 0, next - 1, next + 1, next + 2, 1 << 40} {
					if seq == next {
						continue
					}
					e := newEntry("a", seq, moment(0), "not the next one")
					err := c.store.Append(c.Context(), e)
					c.wantErr(err, subscribe.ErrConflict, "Append of Seq %d where %d is the next one", seq, next)
				}
				c.wantJournal("a", 0, want, "after entries were refused")
				e := newEntry("a", next, moment(int(next)), fmt.Sprint("entry ", next))
				c.append(e)
				want = append(want, e)
			}
			c.wantJournal("a", 0, want, "at the end")
			c.advance("a", 4)
			err := c.store.Append(c.Context(), newEntry("a", 1, moment(0), "from the start"))
			c.wantErr(err, subscribe.ErrConflict, "Append of Seq 1 where all entries have been handled")
			c.wantJournal("a", 4, want, "after that")
		},
	}, {
		name: "Append/without a row",
		rule: "There need not be a row of that key.",
		run: func(c *check) {
			entries := c.fill("a", 2)
			c.wantJournal("a", 0, entries, "of a key without a row")
			c.wantNoRow("a", "after Append")
			rows, err := c.store.List(c.Context(), "", 10)
			c.must(err, "List")
			wantSame(c, rows, nil, sameRow, showRow, "List after Append to a key without a row")

			row := c.put(newRow("b", moment(0), "1"))
			c.must(c.store.Delete(c.Context(), "b", row.Revision), "Delete")
			entries = c.fill("b", 2)
			c.wantJournal("b", 0, entries, "of a key whose row was deleted")
		},
	}, {
		name: "Append/after pruning",
		rule: "Append adds the entry … if entry.Seq is the next one: … the tail's plus one. Pruning never removes the tail.",
		run: func(c *check) {
			entries := c.fill("a", 3)
			c.advance("a", 3)
			c.prune(moment(1_000_000), 100)
			for _, seq := range []int64{1, 2, 3, 5} {
				err := c.store.Append(c.Context(), newEntry("a", seq, moment(0), "x"))
				c.wantErr(err, subscribe.ErrConflict, "Append of Seq %d after a journal was pruned up to its tail 3", seq)
			}
			next := newEntry("a", 4, moment(4000), "the fourth")
			c.append(next)
			c.wantJournal("a", 3, []subscribe.Entry{entries[2], next}, "after it was pruned and continued")
		},
	}, {
		name: "Append/racers",
		rule: "Of concurrent calls with the same key and Seq exactly one succeeds.",
		run: func(c *check) {
			raceAppend(c, func(int) subscribe.Store { return c.store })
		},
	}, {
		name: "Append/many writers",
		rule: "All methods may be called from many goroutines. A method that returns nil has taken effect.",
		run: func(c *check) {
			const writers, each = 24, 20
			key := func(i int) string { return fmt.Sprint("writer ", i) }
			errs := race(writers, func(i int) error {
				for seq := int64(1); seq <= each; seq++ {
					if err := c.store.Append(c.Context(), newEntry(key(i), seq, moment(int(seq)), key(i))); err != nil {
						return fmt.Errorf("key %q, Seq %d: %w", key(i), seq, err)
					}
				}
				return nil
			})
			for i, err := range errs {
				c.must(err, "Append by the only writer of its key")
				var want []subscribe.Entry
				for seq := int64(1); seq <= each; seq++ {
					want = append(want, newEntry(key(i), seq, moment(int(seq)), key(i)))
				}
				c.wantJournal(key(i), 0, want, "after many writers")
			}
		},
	}, {
		name: "Append/contended",
		rule: "Any other Seq is ErrConflict and nothing is written. Of concurrent calls with the same key and Seq " +
			"exactly one succeeds.",
		run: func(c *check) {
			const writers, each = 6, 15
			var (
				mu   sync.Mutex
				want = make(map[int64]string)
			)
			errs := race(writers, func(i int) error {
				for n := range each {
					data := fmt.Sprintf("entry %d of writer %d", n, i)
					seq, err := appendNext(c.Context(), c.store, "a", data)
					if err != nil {
						return err
					}
					mu.Lock()
					want[seq] = data
					mu.Unlock()
				}
				return nil
			})
			for _, err := range errs {
				c.must(err, "read the tail, append, and again after ErrConflict")
			}
			got, err := c.store.Read(c.Context(), "a", 0, writers*each+1)
			c.must(err, "Read")
			if len(got) != writers*each {
				c.errorf("got %d entries after %d successful Appends", len(got), writers*each)
			}
			for i, e := range got {
				if e.Seq != int64(i+1) || string(e.Data) != want[e.Seq] {
					c.fatalf("entry %d is %s, but Append of %q succeeded", i, showEntry(e), want[int64(i+1)])
				}
			}
		},
	}}
}

// appendNext appends behind whatever the tail is, as a recorder does. It gives
// up if there is a conflict and yet nobody was faster.
func appendNext(ctx context.Context, s subscribe.Store, key, data string) (seq int64, err error) {
	for former := int64(-1); ; {
		tail, err := s.Tail(ctx, key)
		if err != nil && !errors.Is(err, subscribe.ErrNotFound) {
			return 0, err
		}
		if tail.Seq <= former {
			return 0, fmt.Errorf("storetest: Append of Seq %d was a conflict, and then the tail was %d", former+1, tail.Seq)
		}
		former = tail.Seq
		e := newEntry(key, tail.Seq+1, moment(0), data)
		if err = s.Append(ctx, e); !errors.Is(err, subscribe.ErrConflict) {
			return e.Seq, err
		}
	}
}

// raceAppend has several calls of Append, each with the same Seq, from 1 on.
func raceAppend(c *check, store func(racer int) subscribe.Store) {
	const racers, rounds = 8, 25
	var want []subscribe.Entry
	for seq := int64(1); seq <= rounds; seq++ {
		mine := func(i int) subscribe.Entry {
			return newEntry("a", seq, moment(i), fmt.Sprintf("racer %d for Seq %d", i, seq))
		}
		// Often it is the same racer who is first. It must not be the same store.
		errs := race(racers, func(i int) error { return store(i+int(seq)).Append(c.Context(), mine(i)) })
		i := c.winner(errs, fmt.Sprintf("%d concurrent Appends of Seq %d", racers, seq))
		want = append(want, mine(i))
		c.wantJournal("a", 0, want, "after the race")
	}
}
