package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// reporter is what a case needs of a *testing.T. The suite's own tests have
// another one, to see which cases fail.
type reporter interface {
	Helper()
	Context() context.Context
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	FailNow()
}

// check is one case at work on one store.
type check struct {
	reporter
	rule   string
	store  subscribe.Store
	open   func() subscribe.Store
	opened []subscribe.Store
	opts   Options
}

// errorf reports what happened, and the rule that forbids it.
func (c *check) errorf(format string, args ...any) {
	c.Helper()
	c.Errorf("%s\n\tThe rule: %s", fmt.Sprintf(format, args...), c.rule)
}

func (c *check) fatalf(format string, args ...any) {
	c.Helper()
	c.errorf(format, args...)
	c.FailNow()
}

// must ends the case if a call failed that should not have.
func (c *check) must(err error, format string, args ...any) {
	c.Helper()
	if err != nil {
		c.fatalf("%s: unexpected error: %v", fmt.Sprintf(format, args...), err)
	}
}

// wantErr reports a call whose error is not the one that the rule demands.
func (c *check) wantErr(err, want error, format string, args ...any) {
	c.Helper()
	if !errors.Is(err, want) {
		c.errorf("%s: got error %v, want one that is %q", fmt.Sprintf(format, args...), err, want)
	}
}

// moment is a fixed time, in microseconds after an arbitrary one.
func moment(micros int) time.Time {
	return time.Date(2026, 3, 29, 1, 59, 59, 0, time.UTC).Add(time.Duration(micros) * time.Microsecond)
}

func newRow(key string, due time.Time, data string) subscribe.Row {
	return subscribe.Row{Key: key, Shard: subscribe.ShardOf(key), Due: due, Data: []byte(data)}
}

func newEntry(key string, seq int64, at time.Time, data string) subscribe.Entry {
	return subscribe.Entry{
		Key: key, Seq: seq, Shard: subscribe.ShardOf(key), At: at, Data: []byte(data),
	}
}

func newParked(key string, seq int64, index int) subscribe.Parked {
	return subscribe.Parked{
		ParkedID: subscribe.ParkedID{Key: key, Seq: seq, Index: index},
		At:       moment(int(seq)*10 + index),
		Attempts: 3 + index,
		Reason:   fmt.Sprintf("%s/%d/%d could not be handled", key, seq, index),
		Data:     fmt.Appendf(nil, "parked %s/%d/%d", key, seq, index),
	}
}

// put writes a row and returns it as stored.
func (c *check) put(row subscribe.Row) subscribe.Row {
	c.Helper()
	revision, err := c.store.Put(c.Context(), row)
	c.must(err, "Put of key %q at revision %d", row.Key, row.Revision)
	row.Revision = revision
	return row
}

// fill appends n entries to a journal, one per millisecond of moment, and
// returns them.
func (c *check) fill(key string, n int) []subscribe.Entry {
	c.Helper()
	var entries []subscribe.Entry
	for seq := int64(1); seq <= int64(n); seq++ {
		e := newEntry(key, seq, moment(int(seq)*1000), fmt.Sprintf("%s %d", key, seq))
		c.append(e)
		entries = append(entries, e)
	}
	return entries
}

func (c *check) append(e subscribe.Entry) {
	c.Helper()
	c.must(c.store.Append(c.Context(), e), "Append of key %q, Seq %d", e.Key, e.Seq)
}

func (c *check) advance(key string, seq int64) {
	c.Helper()
	err := c.store.Advance(c.Context(), []subscribe.Offset{{Key: key, Seq: seq}})
	c.must(err, "Advance of key %q to %d", key, seq)
}

func (c *check) park(p subscribe.Parked) subscribe.Parked {
	c.Helper()
	c.must(c.store.Park(c.Context(), p), "Park of %v", p.ParkedID)
	return p
}

func (c *check) prune(before time.Time, limit int) int {
	c.Helper()
	n, err := c.store.Prune(c.Context(), before, limit)
	c.must(err, "Prune before %v, limit %d", before, limit)
	return n
}

// wantRow checks that a row is stored exactly like this.
func (c *check) wantRow(want subscribe.Row, when string) {
	c.Helper()
	got, err := c.store.Get(c.Context(), want.Key)
	c.must(err, "Get of key %q %s", want.Key, when)
	if !sameRow(got, want) {
		c.errorf("Get of key %q %s: got %s, want %s", want.Key, when, showRow(got), showRow(want))
	}
}

func (c *check) wantNoRow(key, when string) {
	c.Helper()
	_, err := c.store.Get(c.Context(), key)
	c.wantErr(err, subscribe.ErrNotFound, "Get of key %q %s", key, when)
}

// wantJournal checks a journal from end to end: all that Read returns, the
// tail, and the offset.
func (c *check) wantJournal(key string, offset int64, want []subscribe.Entry, when string) {
	c.Helper()
	got, err := c.store.Read(c.Context(), key, 0, len(want)+10)
	c.must(err, "Read of key %q %s", key, when)
	wantSame(c, got, want, sameEntry, showEntry, "Read of key %q %s", key, when)

	tail, err := c.store.Tail(c.Context(), key)
	if len(want) == 0 {
		c.wantErr(err, subscribe.ErrNotFound, "Tail of key %q, which has no journal, %s", key, when)
	} else {
		c.must(err, "Tail of key %q %s", key, when)
		if last := want[len(want)-1]; !sameEntry(tail, last) {
			c.errorf("Tail of key %q %s: got %s, want %s", key, when, showEntry(tail), showEntry(last))
		}
	}
	c.wantOffset(key, offset, when)
}

func (c *check) wantOffset(key string, want int64, when string) {
	c.Helper()
	got, err := c.store.Offset(c.Context(), key)
	c.must(err, "Offset of key %q %s", key, when)
	if got != want {
		c.errorf("Offset of key %q %s: got %d, want %d", key, when, got, want)
	}
}

// wantBacklog checks the backlog of all keys in all shards.
func (c *check) wantBacklog(when string, want ...subscribe.Backlog) {
	c.Helper()
	got, err := c.store.Backlog(c.Context(), subscribe.AllShards, "", len(want)+10)
	c.must(err, "Backlog %s", when)
	wantSame(c, got, want, same, showAny, "Backlog %s", when)
}

// wantParked checks what is parked, of all keys.
func (c *check) wantParked(when string, want ...subscribe.Parked) {
	c.Helper()
	got, err := c.store.Parked(c.Context(), subscribe.ParkedID{}, len(want)+10)
	c.must(err, "Parked %s", when)
	wantSame(c, got, want, sameParked, showParked, "Parked %s", when)
}

// wantDue checks which rows are due, of all shards.
func (c *check) wantDue(now time.Time, when string, want ...subscribe.Row) {
	c.Helper()
	got, err := c.store.Due(c.Context(), subscribe.AllShards, now, len(want)+10)
	c.must(err, "Due %s", when)
	wantSame(c, got, want, sameRow, showRow, "Due %s", when)
}

// wantSame compares two lists and reports the first difference.
func wantSame[T any](
	c *check, got, want []T, same func(a, b T) bool, show func(T) string, format string, args ...any,
) {
	c.Helper()
	what := fmt.Sprintf(format, args...)
	for i := range min(len(got), len(want)) {
		if !same(got[i], want[i]) {
			c.errorf("%s: element %d is %s, want %s", what, i, show(got[i]), show(want[i]))
			return
		}
	}
	switch {
	case len(got) < len(want):
		c.errorf("%s: got %d elements, want %d; the first missing one is %s",
			what, len(got), len(want), show(want[len(got)]))
	case len(got) > len(want):
		c.errorf("%s: got %d elements, want %d; the first surplus one is %s",
			what, len(got), len(want), show(got[len(want)]))
	}
}

// sameTime: the same instant, to the microsecond.
func sameTime(a, b time.Time) bool {
	return a.Truncate(time.Microsecond).Equal(b.Truncate(time.Microsecond))
}

func same[T comparable](a, b T) bool { return a == b }

func sameRow(a, b subscribe.Row) bool {
	return a.Key == b.Key && a.Revision == b.Revision && a.Shard == b.Shard &&
		sameTime(a.Due, b.Due) && a.Due.IsZero() == b.Due.IsZero() && bytes.Equal(a.Data, b.Data)
}

func sameEntry(a, b subscribe.Entry) bool {
	return a.Key == b.Key && a.Seq == b.Seq && a.Shard == b.Shard &&
		sameTime(a.At, b.At) && bytes.Equal(a.Data, b.Data)
}

func sameParked(a, b subscribe.Parked) bool {
	return a.ParkedID == b.ParkedID && sameTime(a.At, b.At) && a.Attempts == b.Attempts &&
		a.Reason == b.Reason && bytes.Equal(a.Data, b.Data)
}

func showAny[T any](x T) string { return fmt.Sprintf("%+v", x) }

func showRow(r subscribe.Row) string {
	return fmt.Sprintf("{Key:%q Revision:%d Shard:%d Due:%s Data:%s}",
		r.Key, r.Revision, r.Shard, showTime(r.Due), showData(r.Data))
}

func showEntry(e subscribe.Entry) string {
	return fmt.Sprintf("{Key:%q Seq:%d Shard:%d At:%s Data:%s}",
		e.Key, e.Seq, e.Shard, showTime(e.At), showData(e.Data))
}

func showParked(p subscribe.Parked) string {
	return fmt.Sprintf("{Key:%q Seq:%d Index:%d At:%s Attempts:%d Reason:%q Data:%s}",
		p.Key, p.Seq, p.Index, showTime(p.At), p.Attempts, p.Reason, showData(p.Data))
}

func showTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

func showData(data []byte) string {
	if len(data) > 40 {
		return fmt.Sprintf("%q… (%d bytes)", data[:40], len(data))
	}
	return fmt.Sprintf("%q", data)
}
