package storetest

import (
	"bytes"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

func valueCases() []testCase {
	return []testCase{{
		name: "Values/keys",
		rule: "Keys are non-empty UTF-8 without NUL and at most 255 bytes long; they are compared and ordered byte by byte.",
		run: func(c *check) {
			rows := putOdd(c)
			var parked []subscribe.Parked
			for _, row := range rows {
				c.append(newEntry(row.Key, 1, moment(0), "entry of "+row.Key))
				parked = append(parked, c.park(newParked(row.Key, 1, 0)))
			}
			for i, row := range rows {
				if i%2 == 0 {
					c.advance(row.Key, 1)
				}
			}
			for i, row := range rows {
				c.wantRow(row, "among similar keys")
				entries := []subscribe.Entry{newEntry(row.Key, 1, moment(0), "entry of "+row.Key)}
				c.wantJournal(row.Key, int64(1-i%2), entries, "among similar keys")
			}
			c.wantParked("of similar keys", parked...)
		},
	}, {
		name: "Values/times",
		rule: "Times are kept to the microsecond at least and come back as the same instant.",
		run: func(c *check) {
			for i, at := range someTimes() {
				key := fmt.Sprint("key ", i)
				when := "with the time " + at.Format(time.RFC3339Nano)
				row := c.put(newRow(key, at, ""))
				c.wantRow(row, when)
				e := newEntry(key, 1, at, "")
				c.append(e)
				c.wantJournal(key, 0, []subscribe.Entry{e}, when)
				p := newParked(key, 1, 0)
				p.At = at
				c.park(p)
				c.wantParked(when, p)
				c.must(c.store.Unpark(c.Context(), p.ParkedID), "Unpark")
			}
		},
	}, {
		name: "Values/data",
		rule: "Data: opaque to the store.",
		run: func(c *check) {
			every := make([]byte, 256)
			for i := range every {
				every[i] = byte(i)
			}
			for i, data := range [][]byte{
				nil,
				{},
				{0},
				every, []byte("\xff\xfe<\x00?\x00"), []byte("\ufeff"), []byte("'; --"), []byte("  "),
				bytes.Repeat([]byte("2 MiB is the largest body.      "), 2<<20/32),
			} {
				key := fmt.Sprint("key ", i)
				when := fmt.Sprintf("with %d bytes of data", len(data))
				row := newRow(key, moment(0), "")
				row.Data = data
				row = c.put(row)
				c.wantRow(row, when)
				e := newEntry(key, 1, moment(0), "")
				e.Data = data
				c.append(e)
				c.wantJournal(key, 0, []subscribe.Entry{e}, when)
				p := newParked(key, 1, 0)
				p.Data = data
				c.park(p)
				c.wantParked(when, p)
				c.must(c.store.Unpark(c.Context(), p.ParkedID), "Unpark")
				c.must(c.store.Delete(c.Context(), key, row.Revision), "Delete")
			}
		},
	}, {
		name: "Values/reasons",
		rule: "Parked.Reason: for people. Parked.Attempts.",
		run: func(c *check) {
			for i, reason := range []string{
				"", "panic: x\n\tgoroutine 1 [running]:\r\n", "größer als 日本 😀", "it's \"quoted\" %s $1 ?", string(bytes.Repeat([]byte("long "), 4000)),
			} {
				p := newParked("a", 1, 0)
				p.Reason, p.Attempts = reason, i*100_000
				c.park(p)
				c.wantParked(fmt.Sprintf("with a reason of %d bytes", len(reason)), p)
			}
		},
	}, {
		name: "Values/slices passed in",
		rule: "Slices passed in belong to the caller after the call …: a store copies what it keeps.",
		run: func(c *check) {
			row, e, p := newRow("a", moment(0), "row"), newEntry("a", 1, moment(0), "entry"), newParked("a", 1, 0)
			rowData, entryData, parkedData := string(row.Data), string(e.Data), string(p.Data)
			row = c.put(row)
			c.append(e)
			c.park(p)
			offsets := []subscribe.Offset{{Key: "a", Seq: 1}}
			c.must(c.store.Advance(c.Context(), offsets), "Advance")
			offsets[0] = subscribe.Offset{}
			for _, data := range [][]byte{row.Data, e.Data, p.Data} {
				clear(data)
			}
			row.Data, e.Data, p.Data = []byte(rowData), []byte(entryData), []byte(parkedData)
			c.wantRow(row, "after the caller changed the slice that it had passed to Put")
			c.wantJournal("a", 1, []subscribe.Entry{e}, "after the caller changed the slice that it had passed to Append")
			c.wantParked("after the caller changed the slice that it had passed to Park", p)
		},
	}, {
		name: "Values/slices returned",
		rule: "Slices returned belong to the caller too: a store copies what it keeps.",
		run: func(c *check) {
			row := c.put(newRow("a", moment(0), "row"))
			entries := c.fill("a", 2)
			parked := c.park(newParked("a", 1, 0))
			for _, get := range slicesReturned(c) {
				data, err := get.data()
				c.must(err, "%s", get.name)
				clear(data)
				_ = append(data, '!')
				when := "after the caller changed the slice that " + get.name + " had returned"
				c.wantRow(row, when)
				c.wantDue(moment(0), when, row)
				c.wantJournal("a", 0, entries, when)
				c.wantParked(when, parked)
			}
		},
	}}
}

type returned struct {
	name string
	data func() ([]byte, error)
}

// slicesReturned lists the methods that return slices of bytes.
func slicesReturned(c *check) []returned {
	ctx, s := c.Context(), c.store
	return []returned{
		{"Get", func() ([]byte, error) {
			row, err := s.Get(ctx, "a")
			return row.Data, err
		}},
		{"List", func() ([]byte, error) {
			rows, err := s.List(ctx, "", 1)
			return first(rows).Data, err
		}},
		{"Due", func() ([]byte, error) {
			rows, err := s.Due(ctx, subscribe.AllShards, moment(0), 1)
			return first(rows).Data, err
		}},
		{"Tail", func() ([]byte, error) {
			e, err := s.Tail(ctx, "a")
			return e.Data, err
		}},
		{"Read", func() ([]byte, error) {
			entries, err := s.Read(ctx, "a", 0, 1)
			return first(entries).Data, err
		}},
		{"Parked", func() ([]byte, error) {
			parked, err := s.Parked(ctx, subscribe.ParkedID{}, 1)
			return first(parked).Data, err
		}},
	}
}

// first returns the first element, or the zero value if there is none.
func first[T any](list []T) (x T) {
	if len(list) > 0 {
		x = list[0]
	}
	return x
}

// someTimes returns instants that a store may lose or change: parts of a
// second, zones, far away ones.
func someTimes() []time.Time {
	day := time.Date(2026, 10, 25, 2, 30, 0, 0, time.UTC) // the clock goes back in Europe
	return []time.Time{
		{},
		day,
		day.Add(time.Microsecond),
		day.Add(time.Second - time.Microsecond),
		day.Add(123456 * time.Microsecond).In(time.FixedZone("", 5*3600+1800)),
		day.In(time.FixedZone("CET", 3600)),
		day.In(time.FixedZone("CEST", 2*3600)).Add(time.Hour),
		time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC),
		time.Unix(0, 0),
		time.Date(1700, 1, 1, 0, 0, 0, 1000, time.UTC),
		time.Date(2600, 1, 1, 0, 0, 0, 1000, time.UTC), // more nanoseconds since 1970 than 64 bits hold
		time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
		time.Now(), // has a reading of the monotonic clock
	}
}
