package storetest

import (
	"fmt"
	"math"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// The calls that a walk makes.

func (w *walk) put() {
	var due time.Time
	if w.chance(80) {
		due = moment(w.rand.IntN(15))
	}
	row := newRow(w.key(), due, w.data())
	row.Revision = w.revision(row.Key)
	call := w.did("Put(%s)", showRow(row))
	revision, err := w.store.Put(w.Context(), row)
	if err == nil && (revision <= row.Revision || w.model.revisions[row.Key][revision]) {
		w.fail("%s: got revision %d, which is not higher or was there before", call, revision)
	}
	w.agree(call, err, w.model.put(row, revision))
}

func (w *walk) delete() {
	if w.chance(60) { // the key's journal should grow, too
		return
	}
	key := w.key()
	revision := w.revision(key)
	call := w.did("Delete(%q, %d)", key, revision)
	w.agree(call, w.store.Delete(w.Context(), key, revision), w.model.delete(key, revision))
}

func (w *walk) append() {
	key := w.key()
	e := newEntry(key, w.seq(w.model.tail(key)+1), moment(w.rand.IntN(15)), w.data())
	call := w.did("Append(%s)", showEntry(e))
	w.agree(call, w.store.Append(w.Context(), e), w.model.append(e))
}

func (w *walk) advance() {
	var offsets []subscribe.Offset
	for range w.rand.IntN(4) {
		key := w.key()
		next := w.model.offsets[key] + int64(w.rand.IntN(4))
		offsets = append(offsets, subscribe.Offset{Key: key, Seq: w.seq(next)})
	}
	call := w.did("Advance(%+v)", offsets)
	w.agree(call, w.store.Advance(w.Context(), offsets), nil)
	w.model.advance(offsets)
	for _, o := range offsets {
		w.offset(o.Key)
	}
}

func (w *walk) offset(key string) {
	call := w.did("Offset(%q)", key)
	got, err := w.store.Offset(w.Context(), key)
	w.agree(call, err, nil)
	if want := w.model.offsets[key]; got != want {
		w.fail("%s: got %d, want %d", call, got, want)
	}
}

// prune leaves it to the store which entries it removes under the limit.
func (w *walk) prune() {
	before, limit := moment(w.rand.IntN(15)), w.limit()
	call := w.did("Prune(%s, %d)", showTime(before), limit)
	n, err := w.store.Prune(w.Context(), before, limit)
	w.agree(call, err, nil)
	may, did := 0, 0
	for _, key := range w.keys {
		got, err := w.store.Read(w.Context(), key, 0, math.MaxInt32)
		w.agree("Read after "+call, err, nil)
		var left []subscribe.Entry
		for _, e := range w.model.entries[key] {
			prunable := w.model.prunable(e, before)
			if prunable {
				may++
			}
			switch {
			case len(got) > 0 && sameEntry(got[0], e):
				left, got = append(left, e), got[1:]
			case prunable:
				did++
			default:
				w.fail("%s: %s is gone or out of place", call, showEntry(e))
			}
		}
		if len(got) > 0 {
			w.fail("%s: there is %s now", call, showEntry(got[0]))
		}
		w.model.entries[key] = left
	}
	if n != did || n != min(may, limit) {
		w.fail("%s: returned %d, removed %d; %d could be removed", call, n, did, may)
	}
}

func (w *walk) parkedID() subscribe.ParkedID {
	return subscribe.ParkedID{Key: w.key(), Seq: int64(w.rand.IntN(4)), Index: w.rand.IntN(3) - 1}
}

func (w *walk) park() {
	id := w.parkedID()
	p := newParked(id.Key, id.Seq+1, id.Index)
	p.Reason, p.Data = w.data(), []byte(w.data())
	call := w.did("Park(%s)", showParked(p))
	w.agree(call, w.store.Park(w.Context(), p), nil)
	w.model.park(p)
}

func (w *walk) unpark() {
	id := w.parkedID()
	call := w.did("Unpark(%+v)", id)
	w.agree(call, w.store.Unpark(w.Context(), id), w.model.unpark(id))
}

func (w *walk) get() {
	key := w.key()
	call := w.did("Get(%q)", key)
	got, err := w.store.Get(w.Context(), key)
	want, ok := w.model.rows[key]
	if !ok {
		w.agree(call, err, subscribe.ErrNotFound)
		return
	}
	if w.agree(call, err, nil); !sameRow(got, want) {
		w.fail("%s: got %s, want %s", call, showRow(got), showRow(want))
	}
}

func (w *walk) tail() {
	key := w.key()
	call := w.did("Tail(%q)", key)
	got, err := w.store.Tail(w.Context(), key)
	entries := w.model.entries[key]
	if len(entries) == 0 {
		w.agree(call, err, subscribe.ErrNotFound)
		return
	}
	if w.agree(call, err, nil); !sameEntry(got, entries[len(entries)-1]) {
		w.fail("%s: got %s, want %s", call, showEntry(got), showEntry(entries[len(entries)-1]))
	}
}

func (w *walk) list() {
	after, limit := "", w.limit()
	if w.chance(50) {
		after = w.key()
	}
	call := w.did("List(%q, %d)", after, limit)
	got, err := w.store.List(w.Context(), after, limit)
	equal(w, call, err, got, w.model.list(after, limit), sameRow, showRow)
}

// due leaves it to the store in which order come rows that are due at the same
// time, and which of them are within the limit.
func (w *walk) due() {
	shards, now, limit := w.shards(), moment(w.rand.IntN(18)), w.limit()
	call := w.did("Due(%x, %s, %d)", uint64(shards), showTime(now), limit)
	got, err := w.store.Due(w.Context(), shards, now, limit)
	want := w.model.due(shards, now)
	want = want[:min(limit, len(want))]
	equal(w, call, err, got, want, func(a, b subscribe.Row) bool { return sameTime(a.Due, b.Due) }, showRow)
	seen := make(map[string]bool)
	for _, row := range got {
		if seen[row.Key] || !shards.Has(row.Shard) || !sameRow(row, w.model.rows[row.Key]) {
			w.fail("%s: %s comes twice, is not of these shards, or is not the row", call, showRow(row))
		}
		seen[row.Key] = true
	}
}

func (w *walk) read() {
	key := w.key()
	after, limit := w.seq(w.model.offsets[key]), w.limit()
	call := w.did("Read(%q, %d, %d)", key, after, limit)
	got, err := w.store.Read(w.Context(), key, after, limit)
	equal(w, call, err, got, w.model.read(key, after, limit), sameEntry, showEntry)
}

func (w *walk) backlog() {
	shards, after, limit := w.shards(), "", w.limit()
	if w.chance(50) {
		after = w.key()
	}
	call := w.did("Backlog(%x, %q, %d)", uint64(shards), after, limit)
	got, err := w.store.Backlog(w.Context(), shards, after, limit)
	equal(w, call, err, got, w.model.backlog(shards, after, limit), same, showAny)
}

func (w *walk) parked() {
	var after subscribe.ParkedID
	if w.chance(70) {
		after = w.parkedID()
	}
	limit := w.limit()
	call := w.did("Parked(%+v, %d)", after, limit)
	got, err := w.store.Parked(w.Context(), after, limit)
	equal(w, call, err, got, w.model.parkedAfter(after, limit), sameParked, showParked)
}

// compareAll compares all that there is, at the end.
func (w *walk) compareAll() {
	const all = math.MaxInt32
	ctx, call := w.Context(), w.did("everything at the end, %d rows", len(w.model.rows))
	rows, err := w.store.List(ctx, "", all)
	equal(w, call, err, rows, w.model.list("", all), sameRow, showRow)
	backlog, err := w.store.Backlog(ctx, subscribe.AllShards, "", all)
	equal(w, call, err, backlog, w.model.backlog(subscribe.AllShards, "", all), same, showAny)
	parked, err := w.store.Parked(ctx, subscribe.ParkedID{}, all)
	equal(w, call, err, parked, w.model.parkedAfter(subscribe.ParkedID{}, all), sameParked, showParked)
	for _, key := range w.keys {
		entries, err := w.store.Read(ctx, key, 0, all)
		equal(w, fmt.Sprintf("Read(%q) at the end", key), err, entries, w.model.entries[key], sameEntry, showEntry)
		w.offset(key)
	}
}
