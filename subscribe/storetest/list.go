package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

func listCases() []testCase {
	return []testCase{{
		name: "List/order and pages",
		rule: "List returns up to limit rows whose keys come after the given one, in order of their keys. " +
			"The first page comes after \"\". Keys are compared and ordered byte by byte.",
		run: func(c *check) {
			rows := putOdd(c)
			for _, limit := range []int{1, 2, 7, len(rows), len(rows) + 1} {
				got, err := listAll(c.Context(), c.store, limit)
				c.must(err, "List in pages of %d", limit)
				wantSame(c, got, rows, sameRow, showRow, "List in pages of %d", limit)
			}
		},
	}, {
		name: "List/after",
		rule: "List returns up to limit rows whose keys come after the given one.",
		run: func(c *check) {
			a := c.put(newRow("a", moment(0), "1"))
			b := c.put(newRow("b", moment(0), "2"))
			d := c.put(newRow("d", moment(0), "3"))
			for _, q := range []struct {
				after string
				limit int
				want  []subscribe.Row
			}{
				{"", 10, []subscribe.Row{a, b, d}},
				{"", 2, []subscribe.Row{a, b}},
				{"", 0, nil},
				{"a", 10, []subscribe.Row{b, d}},
				{"aa", 10, []subscribe.Row{b, d}}, // needs not exist
				{"c", 1, []subscribe.Row{d}},
				{"B", 10, []subscribe.Row{a, b, d}},
				{"d", 10, nil},
				{strings.Repeat("z", 255), 10, nil},
			} {
				got, err := c.store.List(c.Context(), q.after, q.limit)
				c.must(err, "List after %q, limit %d", q.after, q.limit)
				wantSame(c, got, q.want, sameRow, showRow, "List after %q, limit %d", q.after, q.limit)
			}
		},
	}, {
		name: "List/rows only",
		rule: "List returns up to limit rows.",
		run: func(c *check) {
			c.fill("a", 2)
			c.park(newParked("b", 1, 0))
			d := c.put(newRow("d", time.Time{}, "1"))
			e := c.put(newRow("e", moment(0), "2"))
			c.must(c.store.Delete(c.Context(), "e", e.Revision), "Delete")
			got, err := listAll(c.Context(), c.store, 10)
			c.must(err, "List")
			wantSame(c, got, []subscribe.Row{d}, sameRow, showRow,
				"List where other keys have a journal, a parked event, or a row that was deleted")
		},
	}}
}

// putOdd makes a row of every odd key, not in order, and returns them in order.
func putOdd(c *check) []subscribe.Row {
	keys := oddKeys()
	rows := make([]subscribe.Row, len(keys))
	const stride = 17 // has no common divisor with the number of keys, see below
	for i := range keys {
		at := i * stride % len(keys)
		rows[at] = c.put(newRow(keys[at], moment(at), fmt.Sprint("row ", at)))
	}
	for i, row := range rows {
		if row.Revision == 0 {
			c.fatalf("storetest: row %d of %d left out", i, len(rows))
		}
	}
	return rows
}
