package storetest

import (
	"fmt"

	"github.com/ewspush/ewspush/subscribe"
)

func advanceCases() []testCase {
	return []testCase{{
		name: "Offset/of a key",
		rule: "Offset returns the key's offset: the Seq of the last entry that has been handled, 0 for none or " +
			"for a key without a journal.",
		run: func(c *check) {
			c.wantOffset("a", 0, "in an empty store")
			c.put(newRow("a", moment(0), "1"))
			c.wantOffset("a", 0, "where there is a row only")
			c.fill("a", 3)
			c.fill("b", 3)
			c.wantOffset("a", 0, "where nothing has been handled")
			for _, seq := range []int64{1, 3} {
				c.advance("a", seq)
				c.wantOffset("a", seq, "after Advance")
				c.wantOffset("b", 0, "after Advance of another key")
			}
		},
	}, {
		name: "Advance/only forward",
		rule: "Advance moves the offsets of several keys forward. An offset that lies behind the stored one … is " +
			"left out without an error.",
		run: func(c *check) {
			entries := c.fill("a", 5)
			c.advance("a", 3)
			for _, seq := range []int64{2, 0, -1, 3} {
				c.advance("a", seq)
				c.wantJournal("a", 3, entries, fmt.Sprintf("after Advance from 3 to %d", seq))
			}
			c.advance("a", 4)
			c.wantOffset("a", 4, "after Advance from 3 to 4")
		},
	}, {
		name: "Advance/beyond the tail",
		rule: "An offset that lies … beyond the tail … is left out without an error.",
		run: func(c *check) {
			c.fill("a", 3)
			c.advance("a", 1)
			for _, seq := range []int64{4, 1 << 40} {
				c.advance("a", seq)
				c.wantOffset("a", 1, fmt.Sprintf("after Advance to %d where the tail is 3", seq))
			}
			c.append(newEntry("a", 4, moment(0), "4"))
			c.wantOffset("a", 1, "after the entry came that an earlier Advance was beyond")
		},
	}, {
		name: "Advance/without a journal",
		rule: "An offset that … belongs to a key without a journal is left out without an error.",
		run: func(c *check) {
			c.put(newRow("a", moment(0), "1"))
			for _, key := range []string{"a", "b"} {
				c.advance(key, 1)
				c.wantJournal(key, 0, nil, "after Advance of a key without a journal")
				entries := c.fill(key, 2)
				c.wantJournal(key, 0, entries, "that began after an Advance was left out")
			}
		},
	}, {
		name: "Advance/several",
		rule: "Advance moves the offsets of several keys forward. An offset that [cannot be moved] is left out " +
			"without an error.",
		run: func(c *check) {
			c.must(c.store.Advance(c.Context(), nil), "Advance of no keys")
			const keys = 25
			key := func(i int) string { return fmt.Sprint("key ", i) }
			var offsets []subscribe.Offset
			for i := range keys {
				c.fill(key(i), 4)
				c.advance(key(i), 1)
				offsets = append(offsets, subscribe.Offset{Key: key(i), Seq: int64(i%6 - 1)})
			}
			// More than a statement of some databases takes, and most of it in vain.
			for i := range 2500 {
				offsets = append(offsets, subscribe.Offset{Key: fmt.Sprint("unknown ", i), Seq: 1})
			}
			// The same key more than once: all of them apply.
			offsets = append(offsets,
				subscribe.Offset{Key: key(0), Seq: 2}, subscribe.Offset{Key: key(0), Seq: 4},
				subscribe.Offset{Key: key(0), Seq: 3}, subscribe.Offset{Key: key(0), Seq: 9})
			c.must(c.store.Advance(c.Context(), offsets), "Advance of %d offsets", len(offsets))
			for i := 1; i < keys; i++ {
				want := max(1, int64(i%6-1))
				c.wantOffset(key(i), want, fmt.Sprintf("after Advance of several from 1 to %d", i%6-1))
			}
			c.wantOffset(key(0), 4, "after Advance of several, among them this key to 2, 4, 3 and 9 where the tail is 4")
		},
	}, {
		name: "Advance/racers",
		rule: "Advance moves the offsets of several keys forward. All methods may be called from many goroutines.",
		run: func(c *check) {
			const racers, tail = 8, 40
			c.fill("a", tail)
			c.fill("b", tail)
			errs := race(racers, func(i int) error {
				for seq := int64(i); seq <= tail; seq += racers {
					// In two orders, so that a store that locks key by key meets itself.
					batch := []subscribe.Offset{{Key: "a", Seq: seq}, {Key: "b", Seq: seq}}
					if i%2 == 0 {
						batch[0], batch[1] = batch[1], batch[0]
					}
					if err := c.store.Advance(c.Context(), batch); err != nil {
						return err
					}
					for _, o := range batch {
						got, err := c.store.Offset(c.Context(), o.Key)
						if err != nil {
							return err
						}
						if got < seq {
							return fmt.Errorf("offset of key %q is %d after Advance to %d", o.Key, got, seq)
						}
					}
				}
				return nil
			})
			for _, err := range errs {
				c.must(err, "Advance among others")
			}
			c.wantOffset("a", tail, "after all of them")
			c.wantOffset("b", tail, "after all of them")
		},
	}}
}
