package storetest

import (
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

func dueCases() []testCase {
	return []testCase{{
		name: "Due/never",
		rule: "Due returns … rows … with Due not zero. (Row.Due: zero means never.)",
		run: func(c *check) {
			a := c.put(newRow("a", time.Time{}, "never due"))
			b := c.put(newRow("b", moment(0), "due"))
			c.wantDue(moment(1), "where one row of two is never due", b)
			b.Due = time.Time{}
			c.put(b)
			c.wantDue(moment(1), "after the other one was changed to never")
			a.Due = moment(0)
			a = c.put(a)
			c.wantDue(moment(1), "after the first one was changed to due", a)
			// Zero is zero in every zone.
			a.Due = time.Time{}.In(time.FixedZone("", 3600))
			c.put(a)
			c.wantDue(moment(1), "after it was changed to the zero time of another zone")
		},
	}, {
		name: "Due/not after now",
		rule: "Due returns … rows … with Due not zero and not after now.",
		run: func(c *check) {
			old := c.put(newRow("old", time.Date(1969, 7, 20, 20, 17, 40, 0, time.UTC), ""))
			a := c.put(newRow("a", moment(-1), ""))
			b := c.put(newRow("b", moment(0), ""))
			d := c.put(newRow("d", moment(1), ""))
			far := c.put(newRow("far", time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC), ""))
			c.wantDue(moment(-2), "two microseconds before", old)
			c.wantDue(moment(-1), "a microsecond before", old, a)
			c.wantDue(moment(0), "at the moment", old, a, b)
			c.wantDue(moment(0).In(time.FixedZone("", -5*3600)), "at the moment, in another zone", old, a, b)
			c.wantDue(moment(1), "a microsecond later", old, a, b, d)
			c.wantDue(moment(1).AddDate(600, 0, 0), "600 years later", old, a, b, d, far)
		},
	}, {
		name: "Due/order and limit",
		rule: "Due returns up to limit rows of the given shards …, those due longest first.",
		run: func(c *check) {
			// The keys' order is neither that of the times nor its reverse, and
			// they lie in different shards.
			keys := []string{"d", "a", "f", "c", "b", "e", "g"}
			var rows []subscribe.Row
			for i, key := range keys {
				rows = append(rows, newRow(key, moment(10*i), "data of "+key))
			}
			for i := range rows {
				at := i * 3 % len(rows)
				rows[at] = c.put(rows[at])
			}
			for limit := range len(rows) + 2 {
				got, err := c.store.Due(c.Context(), subscribe.AllShards, moment(1000), limit)
				c.must(err, "Due, limit %d", limit)
				wantSame(c, got, rows[:min(limit, len(rows))], sameRow, showRow, "Due, limit %d", limit)
			}
		},
	}, {
		name: "Due/shards",
		rule: "Due returns up to limit rows of the given shards.",
		run: func(c *check) {
			var rows []subscribe.Row
			for i, shard := range []int{63, 0, 31, 1, 32, 62} {
				rows = append(rows, c.put(newRow(keyIn(shard, 0), moment(i), "")))
			}
			for _, shards := range someShards() {
				var want []subscribe.Row
				for _, row := range rows {
					if shards.Has(row.Shard) {
						want = append(want, row)
					}
				}
				got, err := c.store.Due(c.Context(), shards, moment(1000), 10)
				c.must(err, "Due of shards %b", shards)
				wantSame(c, got, want, sameRow, showRow, "Due of shards %b", shards)
				// The limit is a number of rows, not of rows looked at.
				want = want[:min(1, len(want))]
				got, err = c.store.Due(c.Context(), shards, moment(1000), 1)
				c.must(err, "Due of shards %b, limit 1", shards)
				wantSame(c, got, want, sameRow, showRow, "Due of shards %b, limit 1", shards)
			}
		},
	}, {
		name: "Due/follows the row",
		rule: "Due returns … rows … with Due not zero and not after now, those due longest first.",
		run: func(c *check) {
			a := c.put(newRow("a", moment(1), "1"))
			b := c.put(newRow("b", moment(2), "1"))
			c.wantDue(moment(5), "at first", a, b)
			a.Due, a.Data = moment(3), []byte("2")
			a = c.put(a)
			c.wantDue(moment(5), "after the first was put off", b, a)
			a = c.put(a)
			c.wantDue(moment(5), "after it was put again with the same Due", b, a)
			b.Due = moment(9)
			b = c.put(b)
			c.wantDue(moment(5), "after the other one was put off", a)
			c.must(c.store.Delete(c.Context(), "a", a.Revision), "Delete")
			c.wantDue(moment(5), "after a row was deleted")
			c.wantDue(moment(9), "later", b)
		},
	}}
}

// someShards returns sets that differ in their first and last members.
func someShards() []subscribe.Shards {
	return []subscribe.Shards{
		0, 1, 1 << 31, 1 << 32, 1 << 63, 1<<63 | 1, 1<<32 | 1<<31,
		subscribe.AllShards &^ 1, subscribe.AllShards &^ (1 << 63), subscribe.AllShards,
	}
}
