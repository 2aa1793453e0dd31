package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/ewspush/ewspush/subscribe"
)

func deleteCases() []testCase {
	return []testCase{{
		name: "Delete/removes all of a key",
		rule: "Delete removes the row of key …, and with it the key's journal, offset and parked events.",
		run: func(c *check) {
			// The neighbours stay: keys that begin alike, and patterns that match.
			keys := []string{"a", "a ", "A", "a%", "a_", "ab", "%", "_"}
			rows := make(map[string]subscribe.Row)
			entries := make(map[string][]subscribe.Entry)
			for _, key := range keys {
				rows[key] = c.put(newRow(key, moment(0), "data of "+key))
				entries[key] = c.fill(key, 3)
				c.advance(key, 2)
				c.park(newParked(key, 1, -1))
				c.park(newParked(key, 1, 0))
				c.park(newParked(key, 2, 5))
			}
			for _, key := range []string{"%", "a", "a_"} {
				c.must(c.store.Delete(c.Context(), key, rows[key].Revision), "Delete of key %q", key)
				delete(rows, key)
				when := fmt.Sprintf("after key %q was deleted", key)
				c.wantNoRow(key, when)
				c.wantJournal(key, 0, nil, when)
				for other, row := range rows {
					c.wantRow(row, when)
					c.wantJournal(other, 2, entries[other], when)
				}
			}
			when := "after three of eight keys were deleted"
			due, err := c.store.Due(c.Context(), subscribe.AllShards, moment(1), 100)
			c.must(err, "Due")
			backlog, err := c.store.Backlog(c.Context(), subscribe.AllShards, "", 100)
			c.must(err, "Backlog")
			parked, err := c.store.Parked(c.Context(), subscribe.ParkedID{}, 100)
			c.must(err, "Parked")
			for what, n := range map[string]int{
				"rows due": len(due), "keys with a backlog": len(backlog), "triples of parked events": len(parked) / 3,
			} {
				if n != len(rows) {
					c.errorf("%s: got %d %s, want %d", when, n, what, len(rows))
				}
			}
			if n := c.prune(moment(1_000_000), 100); n != 2*len(rows) {
				c.errorf("%s: Prune removed %d entries, want %d", when, n, 2*len(rows))
			}
		},
	}, {
		name: "Delete/another revision",
		rule: "Delete removes the row of key if it still has that revision … Another revision is ErrConflict. " +
			"(And ErrConflict means that the call has not taken effect.)",
		run: func(c *check) {
			old := c.put(newRow("a", moment(0), "1"))
			row := c.put(old)
			entries := c.fill("a", 2)
			parked := c.park(newParked("a", 1, 0))
			for _, revision := range []int64{0, old.Revision, row.Revision + 1, -1} {
				err := c.store.Delete(c.Context(), "a", revision)
				when := fmt.Sprintf("Delete at revision %d where it is %d", revision, row.Revision)
				c.wantErr(err, subscribe.ErrConflict, "%s", when)
				when = "after " + when
				c.wantRow(row, when)
				c.wantJournal("a", 0, entries, when)
				c.wantParked(when, parked)
			}
			c.must(c.store.Delete(c.Context(), "a", row.Revision), "Delete")
			err := c.store.Delete(c.Context(), "a", row.Revision)
			c.wantErr(err, subscribe.ErrConflict, "Delete of a row that is gone")
		},
	}, {
		name: "Delete/revision 0",
		rule: `Revision 0 stands for "there is no row", as in Put: it removes a journal that was left ` +
			"without a row, and is not an error if there is nothing to remove.",
		run: func(c *check) {
			c.must(c.store.Delete(c.Context(), "a", 0), "Delete where there is nothing")
			c.fill("a", 3)
			c.advance("a", 1)
			c.park(newParked("a", 1, 0))
			other := c.fill("b", 1)
			c.must(c.store.Delete(c.Context(), "a", 0), "Delete where there is a journal only")
			c.wantJournal("a", 0, nil, "after Delete")
			c.wantJournal("b", 0, other, "after Delete of another key")
			c.wantParked("after Delete")
			c.park(newParked("a", 1, 0))
			c.must(c.store.Delete(c.Context(), "a", 0), "Delete where there is a parked event only")
			c.wantParked("after Delete")
		},
	}, {
		name: "Delete/and anew",
		rule: "Delete removes … the key's journal, offset and parked events. Append … if entry.Seq is the " +
			"next one: 1 in an empty journal.",
		run: func(c *check) {
			for range 3 {
				row := c.put(newRow("a", moment(0), "1"))
				err := c.store.Append(c.Context(), newEntry("a", 4, moment(0), "from a former life"))
				c.wantErr(err, subscribe.ErrConflict, "Append of Seq 4 to a journal that is empty")
				entries := c.fill("a", 3)
				c.wantJournal("a", 0, entries, "anew")
				c.wantBacklog("anew", subscribe.Backlog{Key: "a", Shard: row.Shard, Tail: 3})
				c.advance("a", 3)
				c.park(newParked("a", 2, 0))
				c.must(c.store.Delete(c.Context(), "a", row.Revision), "Delete")
				c.wantBacklog("after Delete")
				c.wantParked("after Delete")
			}
		},
	}, {
		name: "Delete/racers",
		rule: "Delete removes the row of key if it still has that revision. Another revision is ErrConflict.",
		run: func(c *check) {
			for round := range 20 {
				row := c.put(newRow("a", moment(0), fmt.Sprint("round ", round)))
				errs := race(6, func(i int) (err error) {
					if i%2 == 0 {
						return c.store.Delete(c.Context(), "a", row.Revision)
					}
					_, err = c.store.Put(c.Context(), row)
					return err
				})
				if won := c.winner(errs, "concurrent Deletes and Puts at one revision"); won%2 == 0 {
					c.wantNoRow("a", "after Delete won a race")
					continue
				}
				row, err := c.store.Get(c.Context(), "a")
				c.must(err, "Get after Put won a race against Delete")
				c.must(c.store.Delete(c.Context(), "a", row.Revision), "Delete")
			}
		},
	}, {
		name: "Delete/in one step",
		rule: "Delete removes the row of key …, and with it the key's journal, offset and parked events, in one step.",
		run:  deleteInOneStep,
	}}
}

// deleteInOneStep looks at a key while it is deleted. Whoever has found one of
// its parts missing must not find another one afterwards.
func deleteInOneStep(c *check) {
	const rounds, observers, entries = 30, 4, 20
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel() // ends the observers if this ends early
	id := subscribe.ParkedID{Key: "a", Seq: 1}
	parts := []struct {
		name string
		find func(ctx context.Context) error
	}{
		{"row", func(ctx context.Context) error {
			_, err := c.store.Get(ctx, "a")
			return err
		}},
		{"journal", func(ctx context.Context) error {
			_, err := c.store.Tail(ctx, "a")
			return err
		}},
		{"parked event", func(ctx context.Context) error {
			parked, err := c.store.Parked(ctx, subscribe.ParkedID{Key: "a"}, 1)
			if err == nil && len(parked) == 0 {
				return subscribe.ErrNotFound
			}
			return err
		}},
		{"first entry", func(ctx context.Context) error {
			read, err := c.store.Read(ctx, "a", 0, entries+1)
			if err == nil && (len(read) == 0 || read[0].Seq != 1) {
				return subscribe.ErrNotFound
			}
			return err
		}},
	}
	for range rounds {
		row := c.put(newRow("a", moment(0), "1"))
		c.fill("a", entries)
		c.park(subscribe.Parked{ParkedID: id})

		var (
			wg      sync.WaitGroup
			deleted atomic.Bool
		)
		seen := make([]string, observers)
		started := make(chan struct{}, observers)
		for i := range observers {
			wg.Go(func() {
				missing := ""
				for n := i; ; n++ { // each begins with another part
					part := parts[n%len(parts)]
					late := deleted.Load()
					err := part.find(ctx)
					if n == i {
						started <- struct{}{}
					}
					switch {
					case ctx.Err() != nil:
						return
					case err == nil && late:
						seen[i] = "the " + part.name + " was still there after Delete had returned"
						return
					case err == nil && missing != "":
						seen[i] = "the " + part.name + " was still there after the " + missing + " was gone"
						return
					case err != nil && !errors.Is(err, subscribe.ErrNotFound):
						seen[i] = "unexpected error: " + err.Error()
						return
					case err != nil && missing == part.name:
						return // looked at all of them
					case err != nil && missing == "":
						missing = part.name
					}
					runtime.Gosched()
				}
			})
		}
		for range observers {
			<-started
		}
		err := c.store.Delete(c.Context(), "a", row.Revision)
		deleted.Store(true)
		c.must(err, "Delete while the key is being read")
		wg.Wait()
		for _, what := range seen {
			if what != "" {
				c.fatalf("%s", what)
			}
		}
	}
}
