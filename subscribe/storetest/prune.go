package storetest

import (
	"fmt"

	"github.com/ewspush/ewspush/subscribe"
)

func pruneCases() []testCase {
	return []testCase{{
		name: "Prune/what is handled",
		rule: "Prune removes … entries that are at or behind their key's offset. It returns how many it removed.",
		run: func(c *check) {
			entries := c.fill("a", 6)
			c.wantPruned(1_000_000, 100, 0, "where nothing has been handled")
			c.wantJournal("a", 0, entries, "after that")
			c.advance("a", 4)
			c.wantPruned(1_000_000, 100, 4, "where four of six have been handled")
			c.wantJournal("a", 4, entries[4:], "after that")
			c.wantPruned(1_000_000, 100, 0, "for the second time")
			c.advance("a", 6)
			c.wantPruned(1_000_000, 100, 1, "where all have been handled and the last one is the tail")
			c.wantJournal("a", 6, entries[5:], "after that")
		},
	}, {
		name: "Prune/what is old",
		rule: "Prune removes … entries that … are older than before.",
		run: func(c *check) {
			entries := c.fill("a", 6) // one per 1000
			c.advance("a", 5)
			c.wantPruned(1000, 100, 0, "before the time of the first entry")
			c.wantPruned(1001, 100, 1, "a microsecond after the first entry")
			c.wantJournal("a", 5, entries[1:], "after that")
			c.wantPruned(4000, 100, 2, "before the time of the fourth entry")
			c.wantJournal("a", 5, entries[3:], "after that")
			c.wantPruned(9000, 100, 2, "after all")
			c.wantJournal("a", 5, entries[5:], "after that")
		},
	}, {
		name: "Prune/the tail stays",
		rule: "Prune removes … entries that … are not their key's tail.",
		run: func(c *check) {
			var tails []subscribe.Entry
			for i := 1; i <= 4; i++ {
				key := fmt.Sprint("key ", i)
				tails = append(tails, c.fill(key, i)[i-1])
				c.advance(key, int64(i))
			}
			c.wantPruned(1_000_000, 100, 0+1+2+3, "where all have been handled")
			for i, tail := range tails {
				c.wantJournal(tail.Key, int64(i+1), tails[i:i+1], "after that")
			}
		},
	}, {
		name: "Prune/time going back",
		rule: "Prune removes up to limit entries that are at or behind their key's offset, are older than before, " +
			"and are not their key's tail. (Clocks differ: times need not rise with Seq.)",
		run: func(c *check) {
			at := []int{50, 10, 40, 20, 30, 5, 1}
			var entries []subscribe.Entry
			for i, micros := range at {
				entries = append(entries, newEntry("a", int64(i+1), moment(micros), fmt.Sprint("at ", micros)))
				c.append(entries[i])
			}
			c.advance("a", 5)
			c.wantPruned(25, 100, 2, "where the second and the fourth are old")
			c.wantJournal("a", 5, []subscribe.Entry{entries[0], entries[2], entries[4], entries[5], entries[6]}, "after that")
			c.wantPruned(45, 100, 2, "where the third and the fifth are old")
			c.wantJournal("a", 5, []subscribe.Entry{entries[0], entries[5], entries[6]}, "after that")
			c.advance("a", 7)
			c.wantPruned(45, 100, 1, "where the sixth is old, and the tail")
			c.wantJournal("a", 7, []subscribe.Entry{entries[0], entries[6]}, "after that")
			c.wantPruned(51, 100, 1, "where the first is old, too")
			c.wantJournal("a", 7, entries[6:], "after that")
		},
	}, {
		name: "Prune/limit",
		rule: "Prune removes up to limit entries …. It returns how many it removed.",
		run: func(c *check) {
			const keys, each = 3, 8
			key := func(i int) string { return fmt.Sprint("key ", i) }
			for i := range keys {
				c.fill(key(i), each)
				c.advance(key(i), each)
			}
			left := func() (n int) {
				for i := range keys {
					entries, err := c.store.Read(c.Context(), key(i), 0, each+1)
					c.must(err, "Read")
					n += len(entries)
				}
				return n
			}
			c.wantPruned(1_000_000, 0, 0, "limit 0")
			total := keys * each
			for _, limit := range []int{1, 5, 9, 5, 100, 1} {
				n := min(limit, total-keys) // the tails stay
				c.wantPruned(1_000_000, limit, n, fmt.Sprintf("limit %d where %d may go", limit, total-keys))
				total -= n
				if got := left(); got != total {
					c.fatalf("%d entries are left after pruning, want %d", got, total)
				}
			}
		},
	}, {
		name: "Prune/leaves the rest alone",
		rule: "Prune removes … entries.",
		run: func(c *check) {
			row := c.put(newRow("a", moment(0), "1"))
			c.fill("a", 4)
			c.advance("a", 3)
			parked := c.park(newParked("a", 2, 0))
			c.prune(moment(1_000_000), 100)
			c.wantRow(row, "after pruning")
			c.wantDue(moment(1), "after pruning", row)
			c.wantParked("after pruning", parked)
			c.wantOffset("a", 3, "after pruning")
			c.wantBacklog("after pruning", subscribe.Backlog{Key: "a", Shard: row.Shard, Offset: 3, Tail: 4})
		},
	}}
}

// wantPruned prunes before moment(micros) and checks the number.
func (c *check) wantPruned(micros, limit, want int, when string) {
	c.Helper()
	if n := c.prune(moment(micros), limit); n != want {
		c.errorf("Prune %s: returned %d, want %d", when, n, want)
	}
}
