package storetest

import (
	"fmt"
	"slices"

	"github.com/ewspush/ewspush/subscribe"
)

func readCases() []testCase {
	return []testCase{{
		name: "Tail/the last entry",
		rule: "Tail returns the last entry of the key's journal, or ErrNotFound if there is none.",
		run: func(c *check) {
			_, err := c.store.Tail(c.Context(), "a")
			c.wantErr(err, subscribe.ErrNotFound, "Tail in an empty store")
			c.put(newRow("a", moment(0), "1"))
			c.fill("b", 1)
			_, err = c.store.Tail(c.Context(), "a")
			c.wantErr(err, subscribe.ErrNotFound, "Tail of a key that has a row and no journal")
			for _, e := range newEntries("a", 12) { // 9 and 10 are in no other order than 1 and 2
				c.append(e)
				tail, err := c.store.Tail(c.Context(), "a")
				c.must(err, "Tail")
				if !sameEntry(tail, e) {
					c.errorf("Tail after Append: got %s, want %s", showEntry(tail), showEntry(e))
				}
			}
		},
	}, {
		name: "Tail/stays",
		rule: "Pruning never removes the tail.",
		run: func(c *check) {
			entries := c.fill("a", 1)
			c.advance("a", 1)
			for range 2 {
				if n := c.prune(moment(1_000_000), 100); n != 0 {
					c.errorf("Prune removed %d entries of a journal of one", n)
				}
				c.wantJournal("a", 1, entries, "of one entry, after pruning")
			}
			entries = append(entries, newEntry("a", 2, moment(10), "the second"))
			c.append(entries[1])
			c.advance("a", 2)
			c.prune(moment(1_000_000), 100)
			c.wantJournal("a", 2, entries[1:], "of two entries, after pruning")
		},
	}, {
		name: "Read/after and limit",
		rule: "Read returns up to limit entries of key with a Seq greater than after, in order.",
		run: func(c *check) {
			entries := c.fill("a", 12)
			c.fill("A", 2)
			for _, q := range []struct {
				key   string
				after int64
				limit int
				want  []subscribe.Entry
			}{
				{"a", 0, 100, entries},
				{"a", 0, 12, entries},
				{"a", 0, 11, entries[:11]},
				{"a", 0, 1, entries[:1]},
				{"a", 0, 0, nil},
				{"a", 1, 100, entries[1:]},
				{"a", 8, 2, entries[8:10]},
				{"a", 11, 100, entries[11:]},
				{"a", 12, 100, nil},
				{"a", 1 << 40, 100, nil},
				{"b", 0, 100, nil},
			} {
				got, err := c.store.Read(c.Context(), q.key, q.after, q.limit)
				what := fmt.Sprintf("Read of key %q after %d, limit %d", q.key, q.after, q.limit)
				c.must(err, "%s", what)
				wantSame(c, got, q.want, sameEntry, showEntry, "%s", what)
			}
		},
	}, {
		name: "Read/no holes",
		rule: "Read returns … entries … in order. There are no holes between the offset and the tail.",
		run: func(c *check) {
			entries := c.fill("a", 10)
			for _, offset := range []int64{3, 7, 10} {
				c.advance("a", offset)
				for range 5 { // one by one, and then some
					c.prune(moment(1_000_000), 1)
					got, err := c.store.Read(c.Context(), "a", offset, 100)
					c.must(err, "Read")
					wantSame(c, got, entries[offset:], sameEntry, showEntry,
						"Read after the offset %d after pruning", offset)
					got, err = c.store.Read(c.Context(), "a", 0, 100)
					c.must(err, "Read")
					for i := range got {
						rises := i == 0 || got[i].Seq > got[i-1].Seq
						if !rises || !slices.ContainsFunc(entries, func(e subscribe.Entry) bool { return sameEntry(e, got[i]) }) {
							c.fatalf("Read from the start after pruning: %s is wrong or out of order", showEntry(got[i]))
						}
					}
				}
			}
		},
	}}
}

// newEntries returns the first n entries of a journal.
func newEntries(key string, n int) []subscribe.Entry {
	entries := make([]subscribe.Entry, n)
	for i := range entries {
		entries[i] = newEntry(key, int64(i+1), moment(i), fmt.Sprintf("entry %d of %s", i+1, key))
	}
	return entries
}
