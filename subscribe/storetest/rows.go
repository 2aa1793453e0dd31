package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

func rowCases() []testCase {
	return []testCase{{
		name: "Get/of a missing row",
		rule: "Get returns the row of key, or ErrNotFound.",
		run: func(c *check) {
			c.wantNoRow("a", "in an empty store")
			c.put(newRow("a", moment(0), "1"))
			c.wantNoRow("b", "where only another key has a row")
			c.fill("b", 1)
			c.wantNoRow("b", "where the key has only a journal")
		},
	}, {
		name: "Get/of a row that was put",
		rule: "Get returns the row of key, or ErrNotFound.",
		run: func(c *check) {
			a := c.put(newRow("a", moment(5), "one"))
			b := c.put(newRow("b", time.Time{}, "two"))
			c.wantRow(a, "after it was made")
			c.wantRow(b, "after it was made")
			a.Due, a.Data = moment(-7), []byte("three")
			a = c.put(a)
			c.wantRow(a, "after it was changed")
			c.wantRow(b, "after another one was changed")
		},
	}, {
		name: "Put/revision 0",
		rule: `Revision 0 stands for "there is none yet". If the stored revision is another one, ` +
			"or the row is gone, the error is ErrConflict and nothing is written.",
		run: func(c *check) {
			a := c.put(newRow("a", moment(0), "first"))
			_, err := c.store.Put(c.Context(), newRow("a", moment(1), "second"))
			c.wantErr(err, subscribe.ErrConflict, "Put at revision 0 where there is a row")
			c.wantRow(a, "after that")
			c.wantDue(moment(10), "after that", a)
		},
	}, {
		name: "Put/another revision",
		rule: "Put writes the row if the stored row still has row.Revision. If the stored revision is " +
			"another one, or the row is gone, the error is ErrConflict and nothing is written.",
		run: func(c *check) {
			for _, revision := range []int64{1, 7, -1} {
				row := newRow("none", moment(0), "x")
				row.Revision = revision
				_, err := c.store.Put(c.Context(), row)
				c.wantErr(err, subscribe.ErrConflict, "Put at revision %d where there is no row", revision)
				c.wantNoRow("none", "after that")
			}

			old := c.put(newRow("a", moment(0), "first"))
			current := old
			current.Data = []byte("second")
			current = c.put(current)
			for _, revision := range []int64{old.Revision, current.Revision + 1, current.Revision - 1, -1} {
				stale := newRow("a", moment(1), "third")
				stale.Revision = revision
				_, err := c.store.Put(c.Context(), stale)
				c.wantErr(err, subscribe.ErrConflict,
					"Put at revision %d where it is %d", revision, current.Revision)
				c.wantRow(current, "after that")
				c.wantDue(moment(10), "after that", current)
			}

			c.must(c.store.Delete(c.Context(), "a", current.Revision), "Delete")
			_, err := c.store.Put(c.Context(), current)
			c.wantErr(err, subscribe.ErrConflict, "Put of a row that was deleted")
			c.wantNoRow("a", "after that")
		},
	}, {
		name: "Put/revisions rise",
		rule: "Put … returns the new, higher revision.",
		run: func(c *check) {
			a := c.put(newRow("a", moment(0), "x"))
			if a.Revision <= 0 {
				c.errorf("the first Put returned revision %d, which is not higher than 0", a.Revision)
			}
			for range 10 {
				before := a.Revision
				a = c.put(a)
				if a.Revision <= before {
					c.errorf("Put at revision %d returned %d", before, a.Revision)
				}
				c.wantRow(a, "after it was put")
				c.put(newRow(fmt.Sprint("another", before), moment(0), "y"))
			}
		},
	}, {
		name: "Put/revisions never repeat",
		rule: "Revisions of a key never repeat, also not after the row was deleted and made again.",
		run: func(c *check) {
			seen := make(map[int64]bool)
			var deleted subscribe.Row
			for life := range 4 {
				row := newRow("a", moment(0), fmt.Sprint("life ", life))
				for range 3 {
					row = c.put(row)
					if seen[row.Revision] {
						c.fatalf("revision %d came back in life %d of the row", row.Revision, life)
					}
					seen[row.Revision] = true
				}
				if life > 0 {
					_, err := c.store.Put(c.Context(), deleted)
					c.wantErr(err, subscribe.ErrConflict, "Put at a revision of the row's former life")
					err = c.store.Delete(c.Context(), "a", deleted.Revision)
					c.wantErr(err, subscribe.ErrConflict, "Delete at a revision of the row's former life")
				}
				c.wantRow(row, "in its new life")
				c.must(c.store.Delete(c.Context(), "a", row.Revision), "Delete")
				deleted = row
			}
		},
	}, {
		name: "Put/leaves the rest alone",
		rule: "Put writes the row.",
		run: func(c *check) {
			entries := c.fill("a", 3)
			c.advance("a", 2)
			parked := c.park(newParked("a", 1, 0))
			for _, when := range []string{"after a row was made", "after the row was changed"} {
				row, err := c.store.Get(c.Context(), "a")
				if err != nil {
					row = newRow("a", moment(0), "x")
				}
				c.put(row)
				c.wantJournal("a", 2, entries, when)
				c.wantParked(when, parked)
				c.wantBacklog(when, subscribe.Backlog{Key: "a", Shard: subscribe.ShardOf("a"), Offset: 2, Tail: 3})
			}
		},
	}, {
		name: "Put/racers",
		rule: "Put writes the row if the stored row still has row.Revision. All methods may be called " +
			"from many goroutines.",
		run: func(c *check) {
			racePut(c, func(int) subscribe.Store { return c.store })
		},
	}}
}

// racePut has several calls of Put, each with the same revision, from 0 on.
func racePut(c *check, store func(racer int) subscribe.Store) {
	const racers, rounds = 8, 25
	row := newRow("a", moment(0), "")
	for round := range rounds {
		revisions := make([]int64, racers)
		mine := func(i int) subscribe.Row {
			r := row
			r.Due, r.Data = moment(i), fmt.Appendf(nil, "racer %d in round %d", i, round)
			return r
		}
		errs := race(racers, func(i int) (err error) {
			revisions[i], err = store(i+round).Put(c.Context(), mine(i)) // as in raceAppend
			return err
		})
		i := c.winner(errs, fmt.Sprintf("%d concurrent Puts at revision %d", racers, row.Revision))
		before := row.Revision
		row = mine(i)
		if row.Revision = revisions[i]; row.Revision <= before {
			c.errorf("Put at revision %d returned %d", before, row.Revision)
		}
		c.wantRow(row, "after the race")
		c.wantDue(moment(racers), "after the race", row)
	}
}

// listAll pages through all rows.
func listAll(ctx context.Context, s subscribe.Store, limit int) ([]subscribe.Row, error) {
	var all []subscribe.Row
	after := ""
	for {
		page, err := s.List(ctx, after, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < limit {
			return all, nil
		}
		last := page[len(page)-1].Key
		if last <= after {
			return all, fmt.Errorf("storetest: the page after %q ends with %q", after, last)
		}
		after = last
	}
}
