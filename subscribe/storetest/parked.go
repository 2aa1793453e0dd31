package storetest

import (
	"fmt"

	"github.com/ewspush/ewspush/subscribe"
)

func parkedCases() []testCase {
	return []testCase{{
		name: "Park/sets aside",
		rule: "Park sets an event of an entry aside.",
		run: func(c *check) {
			c.wantParked("in an empty store")
			a := c.park(newParked("a", 3, 1))
			c.wantParked("after Park of a key without row and journal", a)
			row := c.put(newRow("b", moment(0), "1"))
			entries := c.fill("b", 2)
			b := c.park(newParked("b", 1, -1))
			c.wantParked("after Park of another key", a, b)
			c.wantRow(row, "after Park")
			c.wantJournal("b", 0, entries, "after Park")
			c.wantNoRow("a", "after Park")
			c.wantJournal("a", 0, nil, "after Park")
			d := subscribe.Parked{ParkedID: subscribe.ParkedID{Key: "d", Seq: 1}, At: moment(0)}
			c.wantParked("after Park of one without reason and data", a, b, c.park(d))
		},
	}, {
		name: "Park/replaces",
		rule: "To park what is parked already replaces it and is not an error.",
		run: func(c *check) {
			first := newParked("a", 1, 0)
			other := c.park(newParked("a", 1, 1))
			c.park(first)
			second := subscribe.Parked{
				ParkedID: first.ParkedID, At: moment(99), Attempts: 7, Reason: "another", Data: []byte("other data"),
			}
			c.park(second)
			c.wantParked("after Park of the same event", second, other)
			third := subscribe.Parked{ParkedID: first.ParkedID, At: moment(100)}
			c.park(third)
			c.wantParked("after Park of the same event without reason and data", third, other)
		},
	}, {
		name: "Parked/order and pages",
		rule: "Parked returns up to limit parked events that come after the given one, in order of key, sequence " +
			"number and index. The first page comes after the zero ParkedID.",
		run: func(c *check) {
			var want []subscribe.Parked
			for _, key := range []string{"A", "a", "a ", "aa", "b", "é", "\uffff", "😀"} {
				for _, seq := range []int64{1, 2, 9, 10, 1 << 40} {
					for _, index := range []int{-1, 0, 1, 9, 10} {
						want = append(want, newParked(key, seq, index))
					}
				}
			}
			for i := range want {
				c.park(want[i*77%len(want)])
			}
			for _, limit := range []int{1, 7, len(want), len(want) + 1} {
				var got []subscribe.Parked
				for after := (subscribe.ParkedID{}); ; after = got[len(got)-1].ParkedID {
					page, err := c.store.Parked(c.Context(), after, limit)
					c.must(err, "Parked after %+v, limit %d", after, limit)
					got = append(got, page...)
					if len(page) < limit || len(got) > len(want) {
						break
					}
				}
				wantSame(c, got, want, sameParked, showParked, "Parked in pages of %d", limit)
			}
		},
	}, {
		name: "Parked/after",
		rule: "Parked returns up to limit parked events that come after the given one …; ParkedID{Key: k} starts " +
			"before the first one of k.",
		run: func(c *check) {
			a1 := c.park(newParked("a", 1, -1))
			a2 := c.park(newParked("a", 1, 2))
			a3 := c.park(newParked("a", 3, 0))
			b1 := c.park(newParked("b", 1, -1))
			b2 := c.park(newParked("b", 2, 0))
			id := func(key string, seq int64, index int) subscribe.ParkedID {
				return subscribe.ParkedID{Key: key, Seq: seq, Index: index}
			}
			for _, q := range []struct {
				after subscribe.ParkedID
				limit int
				want  []subscribe.Parked
			}{
				{id("", 0, 0), 100, []subscribe.Parked{a1, a2, a3, b1, b2}},
				{id("", 0, 0), 0, nil},
				{id("a", 0, 0), 2, []subscribe.Parked{a1, a2}},
				{id("a", 1, -1), 2, []subscribe.Parked{a2, a3}},
				{id("a", 1, 0), 2, []subscribe.Parked{a2, a3}}, // needs not exist
				{id("a", 1, 2), 2, []subscribe.Parked{a3, b1}},
				{id("a", 2, 7), 1, []subscribe.Parked{a3}},
				{id("a", 3, 1), 100, []subscribe.Parked{b1, b2}},
				{id("b", 0, 0), 100, []subscribe.Parked{b1, b2}},
				{id("b", 2, 0), 100, nil},
				{id("c", 0, 0), 100, nil},
			} {
				got, err := c.store.Parked(c.Context(), q.after, q.limit)
				what := fmt.Sprintf("Parked after %+v, limit %d", q.after, q.limit)
				c.must(err, "%s", what)
				wantSame(c, got, q.want, sameParked, showParked, "%s", what)
			}
		},
	}, {
		name: "Unpark/removes one",
		rule: "Unpark removes a parked event, or returns ErrNotFound.",
		run: func(c *check) {
			a := c.park(newParked("a", 1, -1))
			b := c.park(newParked("a", 1, 0))
			d := c.park(newParked("a", 2, 0))
			e := c.park(newParked("b", 1, 0))
			for _, id := range []subscribe.ParkedID{
				{Key: "a", Seq: 1, Index: 1}, {Key: "a", Seq: 3}, {Key: "a"}, {Key: "A", Seq: 1}, {Key: "d", Seq: 1},
			} {
				err := c.store.Unpark(c.Context(), id)
				c.wantErr(err, subscribe.ErrNotFound, "Unpark of %+v, which is not parked", id)
			}
			c.wantParked("after that", a, b, d, e)
			c.must(c.store.Unpark(c.Context(), b.ParkedID), "Unpark of %+v", b.ParkedID)
			c.wantParked("after Unpark", a, d, e)
			c.wantErr(c.store.Unpark(c.Context(), b.ParkedID), subscribe.ErrNotFound,
				"Unpark of %+v for the second time", b.ParkedID)
			c.must(c.store.Unpark(c.Context(), a.ParkedID), "Unpark of %+v", a.ParkedID)
			c.park(b)
			c.wantParked("after Unpark of one and Park of another one", b, d, e)
		},
	}}
}
