package storetest

import (
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

func reopenCases() []testCase {
	return []testCase{{
		name:  "Reopen/everything is there",
		rule:  "A method that returns nil has taken effect as durably as the store ever will.",
		needs: needsReopen,
		run: func(c *check) {
			a := c.put(newRow("a", moment(0), "1"))
			b := c.put(newRow("b", time.Time{}, "2"))
			b = c.put(b)
			gone := c.put(newRow("gone", moment(0), "3"))
			c.fill("gone", 2)
			c.park(newParked("gone", 1, 0))
			c.must(c.store.Delete(c.Context(), "gone", gone.Revision), "Delete")
			entries := c.fill("a", 6)
			c.advance("a", 4)
			c.prune(moment(2500), 100)
			orphans := c.fill("without a row", 2)
			p1 := c.park(newParked("a", 1, 0))
			p2 := c.park(newParked("a", 2, -1))
			c.must(c.store.Unpark(c.Context(), p1.ParkedID), "Unpark")

			c.reopen()
			const when = "after reopening"
			c.wantRow(a, when)
			c.wantRow(b, when)
			c.wantNoRow("gone", when)
			c.wantDue(moment(1), when, a)
			c.wantJournal("a", 4, entries[2:], when)
			c.wantJournal("without a row", 0, orphans, when)
			c.wantJournal("gone", 0, nil, when)
			c.wantParked(when, p2)
			c.wantBacklog(when,
				subscribe.Backlog{Key: "a", Shard: subscribe.ShardOf("a"), Offset: 4, Tail: 6},
				subscribe.Backlog{Key: "without a row", Shard: subscribe.ShardOf("without a row"), Tail: 2})
		},
	}, {
		name: "Reopen/and on it goes",
		rule: "Append … if entry.Seq is … the tail's plus one. Put writes the row if the stored row still has " +
			"row.Revision. Revisions of a key never repeat.",
		needs: needsReopen,
		run: func(c *check) {
			seen := make(map[int64]bool)
			row := newRow("a", moment(0), "1")
			var entries []subscribe.Entry
			for i := range 4 {
				if i == 2 {
					c.must(c.store.Delete(c.Context(), "a", row.Revision), "Delete")
					row.Revision, entries = 0, nil
				}
				c.reopen()
				before := row.Revision
				row = c.put(row)
				if row.Revision <= before || seen[row.Revision] {
					c.errorf("Put at revision %d after reopening returned %d; there had been %v", before, row.Revision, seen)
				}
				seen[row.Revision] = true

				tail := int64(len(entries))
				err := c.store.Append(c.Context(), newEntry("a", tail, moment(0), "the tail again"))
				c.wantErr(err, subscribe.ErrConflict, "Append of Seq %d after reopening at the tail %d", tail, tail)
				err = c.store.Append(c.Context(), newEntry("a", tail+2, moment(0), "a hole"))
				c.wantErr(err, subscribe.ErrConflict, "Append of Seq %d after reopening at the tail %d", tail+2, tail)
				e := newEntry("a", tail+1, moment(i), "the next one")
				c.append(e)
				entries = append(entries, e)
				c.wantJournal("a", 0, entries, "after reopening and a further entry")
			}
		},
	}}
}

// reopen has what a restart of the process does: the store is closed, if it
// can be, and its storage opened again.
func (c *check) reopen() {
	c.Helper()
	c.closeAll()
	c.store = c.openStore()
}

func sharedCases() []testCase {
	const rule = "All methods may be called from many goroutines and, where the store is shared, from many processes."
	return []testCase{{
		name:  "Shared/what one writes the other reads",
		rule:  rule,
		needs: needsShared,
		run: func(c *check) {
			stores := [2]subscribe.Store{c.store, c.openStore()}
			turn := func(i int) { c.store = stores[i%2] }
			row := newRow("a", moment(0), "1")
			var entries []subscribe.Entry
			for i := range 6 {
				turn(i)
				row = c.put(row)
				entries = append(entries, newEntry("a", int64(i+1), moment(i), "x"))
				c.append(entries[i])
				c.advance("a", int64(i))
				parked := c.park(newParked("a", int64(i+1), 0))
				turn(i + 1)
				const when = "after it was written through another Store"
				c.wantRow(row, when)
				c.wantDue(moment(0), when, row)
				c.wantJournal("a", int64(i), entries, when)
				c.wantBacklog(when, subscribe.Backlog{Key: "a", Shard: row.Shard, Offset: int64(i), Tail: int64(i + 1)})
				c.wantParked(when, parked)
				err := c.store.Append(c.Context(), entries[i])
				c.wantErr(err, subscribe.ErrConflict, "Append of an entry that was appended through another Store")
				c.must(c.store.Unpark(c.Context(), parked.ParkedID), "Unpark through another Store")
			}
			c.must(c.store.Delete(c.Context(), "a", row.Revision), "Delete")
			for i := range 2 {
				turn(i)
				c.wantNoRow("a", "after it was deleted through one of two Stores")
				c.wantJournal("a", 0, nil, "after it was deleted through one of two Stores")
			}
			for i := range 2 {
				turn(i)
				c.append(newEntry("a", int64(i+1), moment(0), "anew"))
			}
		},
	}, {
		name:  "Shared/racers that put",
		rule:  rule + " Put writes the row if the stored row still has row.Revision.",
		needs: needsShared,
		run: func(c *check) {
			stores := [2]subscribe.Store{c.store, c.openStore()}
			racePut(c, func(racer int) subscribe.Store { return stores[racer%2] })
		},
	}, {
		name:  "Shared/racers that append",
		rule:  rule + " Of concurrent calls with the same key and Seq exactly one succeeds.",
		needs: needsShared,
		run: func(c *check) {
			stores := [2]subscribe.Store{c.store, c.openStore()}
			raceAppend(c, func(racer int) subscribe.Store { return stores[racer%2] })
		},
	}}
}
