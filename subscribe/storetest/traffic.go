package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/ewspush/ewspush/subscribe"
)

// traffic is what a manager and several recorders do at the same time: writers
// append, a reader per key handles and advances, somebody prunes, somebody
// counts in a row.
type traffic struct {
	*check
	keys     []string
	each     int // entries per writer and key
	mu       sync.Mutex
	appended map[string]map[int64]string // by key and Seq, as acknowledged
	handled  map[string][]subscribe.Entry
	counted  atomic.Int64
}

const trafficWriters = 3

func runTraffic(c *check) {
	c.Logf("storetest: Options.Seed: %d", c.opts.Seed)
	tr := &traffic{
		check:    c,
		keys:     []string{"a", "A", "a ", "é", keyIn(0, 0), keyIn(63, 0)},
		appended: make(map[string]map[int64]string),
		handled:  make(map[string][]subscribe.Entry),
	}
	tr.each = max(3, c.opts.Operations/(trafficWriters*len(tr.keys)*4))
	for _, key := range tr.keys {
		tr.appended[key] = make(map[int64]string)
	}

	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	var (
		mu      sync.Mutex
		failed  error
		written = make(chan struct{})
		handled = make(chan struct{})

		writers, handlers, pruner sync.WaitGroup
	)
	start := func(wg *sync.WaitGroup, number uint64, role func(context.Context, *rand.Rand) error) {
		r := rand.New(rand.NewPCG(c.opts.Seed, number)) //nolint:gosec // G404: repeatable on purpose
		wg.Go(func() {
			if err := role(ctx, r); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if failed == nil {
					failed = err
				}
				cancel() // the others would wait for what does not come
			}
		})
	}
	for i := range trafficWriters {
		start(&writers, uint64(10+i), tr.write)
		start(&writers, uint64(20+i), tr.count)
	}
	for i, key := range tr.keys {
		start(&handlers, uint64(30+i), func(ctx context.Context, r *rand.Rand) error {
			return tr.handle(ctx, r, key, written)
		})
	}
	start(&pruner, 40, func(ctx context.Context, r *rand.Rand) error { return tr.prune(ctx, r, handled) })
	writers.Wait()
	close(written)
	handlers.Wait()
	close(handled)
	pruner.Wait()
	c.must(failed, "calls by many goroutines (Options.Seed: %d)", c.opts.Seed)
	tr.compare()
}

// write appends to all keys in turn, in competition with the other writers.
func (tr *traffic) write(ctx context.Context, r *rand.Rand) error {
	for n := range tr.each {
		for _, i := range r.Perm(len(tr.keys)) {
			key := tr.keys[i]
			data := fmt.Sprintf("%d: %x", n, r.Uint64())
			seq, err := appendNext(ctx, tr.store, key, data)
			if err != nil {
				return fmt.Errorf("storetest: Append to key %q: %w", key, err)
			}
			tr.mu.Lock()
			former, twice := tr.appended[key][seq]
			tr.appended[key][seq] = data
			tr.mu.Unlock()
			if twice {
				return fmt.Errorf("storetest: Append of Seq %d of key %q succeeded twice, for %q and %q", seq, key, former, data)
			}
		}
	}
	return nil
}

// handle reads a key's journal to the end that it will have; written is closed
// when nothing will come any more.
func (tr *traffic) handle(ctx context.Context, r *rand.Rand, key string, written <-chan struct{}) error {
	total := int64(tr.each * trafficWriters)
	for offset := int64(0); offset < total; {
		complete := closed(written)
		entries, err := tr.store.Read(ctx, key, offset, 1+r.IntN(10))
		if err != nil {
			return fmt.Errorf("storetest: Read of key %q: %w", key, err)
		}
		for _, e := range entries {
			if e.Seq != offset+1 {
				return fmt.Errorf("storetest: Read of key %q after %d: the next entry has Seq %d", key, offset, e.Seq)
			}
			offset = e.Seq
			tr.mu.Lock()
			tr.handled[key] = append(tr.handled[key], e)
			tr.mu.Unlock()
		}
		if len(entries) == 0 {
			if complete {
				return fmt.Errorf("storetest: Read of key %q after %d: nothing, but %d Appends succeeded", key, offset, total)
			}
			runtime.Gosched()
			continue
		}
		if err := tr.store.Advance(ctx, []subscribe.Offset{{Key: key, Seq: offset}}); err != nil {
			return fmt.Errorf("storetest: Advance of key %q: %w", key, err)
		}
		got, err := tr.store.Offset(ctx, key)
		if err != nil || got != offset {
			return errors.Join(err, fmt.Errorf("storetest: Offset of key %q after Advance to %d: %d", key, offset, got))
		}
	}
	return nil
}

func (tr *traffic) prune(ctx context.Context, r *rand.Rand, enough <-chan struct{}) error {
	for {
		if _, err := tr.store.Prune(ctx, moment(1), 1+r.IntN(20)); err != nil {
			return fmt.Errorf("storetest: Prune: %w", err)
		}
		if closed(enough) {
			return nil
		}
		runtime.Gosched()
	}
}

func closed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// count adds to a number in a row: read, add one, write, and again if somebody
// else was faster.
func (tr *traffic) count(ctx context.Context, r *rand.Rand) error {
	for range tr.each {
		for former := int64(-1); ; {
			row, err := tr.store.Get(ctx, "counter")
			if errors.Is(err, subscribe.ErrNotFound) {
				row, err = newRow("counter", moment(0), "0"), nil
			}
			if err != nil {
				return fmt.Errorf("storetest: Get: %w", err)
			}
			if row.Revision == former {
				return fmt.Errorf("storetest: Put at revision %d was a conflict, and then that was the revision", former)
			}
			former = row.Revision
			var n int
			if _, err = fmt.Sscan(string(row.Data), &n); err != nil {
				return fmt.Errorf("storetest: the counter's data are %q: %w", row.Data, err)
			}
			row.Data, row.Due = fmt.Append(nil, n+1), moment(r.IntN(100))
			if _, err = tr.store.Put(ctx, row); errors.Is(err, subscribe.ErrConflict) {
				continue
			}
			if err != nil {
				return fmt.Errorf("storetest: Put: %w", err)
			}
			tr.counted.Add(1)
			break
		}
	}
	return nil
}

// compare looks at what is left when all are done.
func (tr *traffic) compare() {
	total := tr.each * trafficWriters
	for _, key := range tr.keys {
		for i, e := range tr.handled[key] {
			if want := tr.appended[key][int64(i+1)]; string(e.Data) != want {
				tr.fatalf("Read returned %s, but Append had been called with %q", showEntry(e), want)
			}
		}
		tail, err := tr.store.Tail(tr.Context(), key)
		tr.must(err, "Tail")
		if tail.Seq != int64(total) || string(tail.Data) != tr.appended[key][tail.Seq] {
			tr.errorf("Tail of key %q: got %s, want Seq %d, Data %q",
				key, showEntry(tail), total, tr.appended[key][int64(total)])
		}
		tr.wantOffset(key, int64(total), "after all was handled")
		for tr.check.prune(moment(1), 100) == 100 {
			continue
		}
		tr.wantJournal(key, int64(total), []subscribe.Entry{tail}, "after all was handled and pruned")
	}
	tr.wantBacklog("after all was handled")
	row, err := tr.store.Get(tr.Context(), "counter")
	tr.must(err, "Get")
	if want := strconv.FormatInt(tr.counted.Load(), 10); string(row.Data) != want {
		tr.errorf("%s Puts succeeded that add one, but the number is %s", want, row.Data)
	}
}
