package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ewspush/ewspush/subscribe"
)

// benchKeys is how many keys there are where a call must not be slowed down by
// those that it does not return.
const benchKeys = 100_000

// Benchmark measures what a store does all day, in sub-benchmarks: Append from
// many goroutines, and Due and Backlog where few of 100,000 keys have anything
// to return. Their cost must follow the rows that are returned: the sub-benchmarks
// with 1,000 keys beside them should not be much faster.
//
// open opens empty storage, once for each sub-benchmark. A store with a method
// Close() error is closed.
func Benchmark(b *testing.B, open func(b *testing.B) subscribe.Store) {
	b.Helper()
	b.Run("Append/one key", func(b *testing.B) { benchAppend(b, open, 1) })
	b.Run("Append/1000 keys", func(b *testing.B) { benchAppend(b, open, 1000) })
	for _, keys := range []int{1000, benchKeys} {
		b.Run(fmt.Sprintf("Due/10 of %d", keys), func(b *testing.B) {
			s := openBench(b, open)
			benchFill(b, keys, func(i int) error {
				due := moment(1_000_000 + i)
				if i%(keys/10) == 0 {
					due = moment(i)
				}
				_, err := s.Put(b.Context(), newRow(benchKey(i), due, "state of a subscription"))
				return err
			})
			b.ReportAllocs()
			for b.Loop() {
				if rows, err := s.Due(b.Context(), subscribe.AllShards, moment(1_000_000-1), 100); err != nil || len(rows) != 10 {
					b.Fatalf("Due: %d rows, error %v", len(rows), err)
				}
			}
		})
		b.Run(fmt.Sprintf("Backlog/10 of %d", keys), func(b *testing.B) {
			s := openBench(b, open)
			benchFill(b, keys, func(i int) error {
				if err := s.Append(b.Context(), newEntry(benchKey(i), 1, moment(i), "an entry")); err != nil || i%(keys/10) == 0 {
					return err
				}
				return s.Advance(b.Context(), []subscribe.Offset{{Key: benchKey(i), Seq: 1}})
			})
			b.ReportAllocs()
			for b.Loop() {
				if keys, err := s.Backlog(b.Context(), subscribe.AllShards, "", 100); err != nil || len(keys) != 10 {
					b.Fatalf("Backlog: %d keys, error %v", len(keys), err)
				}
			}
		})
	}
	b.Run(fmt.Sprintf("Backlog/page of 100 of %d", benchKeys), func(b *testing.B) {
		s := openBench(b, open)
		benchFill(b, benchKeys, func(i int) error {
			return s.Append(b.Context(), newEntry(benchKey(i), 1, moment(i), "an entry"))
		})
		b.ReportAllocs()
		after := ""
		for b.Loop() {
			keys, err := s.Backlog(b.Context(), subscribe.AllShards, after, 100)
			if err != nil {
				b.Fatal(err)
			}
			if after = ""; len(keys) == 100 {
				after = keys[99].Key
			}
		}
	})
	b.Run("one notification", func(b *testing.B) { benchNotification(b, open) })
}

// benchAppend appends entries of the size of a small notification, each
// goroutine to keys of its own.
func benchAppend(b *testing.B, open func(b *testing.B) subscribe.Store, keys int) {
	b.Helper()
	s := openBench(b, open)
	const parallelism = 32
	data := make([]byte, 2019)
	journals := make([][]subscribe.Entry, parallelism*runtime.GOMAXPROCS(0))
	for worker := range journals {
		for i := range keys {
			e := newEntry(fmt.Sprintf("%d/%d", worker, i), 0, moment(0), "")
			e.Data = data
			journals[worker] = append(journals[worker], e)
		}
	}
	var workers atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(parallelism)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		entries := journals[workers.Add(1)-1]
		for n := 0; pb.Next(); n++ {
			e := &entries[n%keys]
			e.Seq++
			if err := s.Append(b.Context(), *e); err != nil {
				b.Error(err)
				return
			}
			if e.Seq%64 == 0 { // memory shall not be what is measured
				_, pruned := s.Prune(b.Context(), moment(1), 64)
				if err := errors.Join(s.Advance(b.Context(), []subscribe.Offset{{Key: e.Key, Seq: e.Seq}}), pruned); err != nil {
					b.Error(err)
					return
				}
			}
		}
	})
}

// benchNotification is the life of one notification: the row and the tail are
// read, it is appended, found, read, and done.
func benchNotification(b *testing.B, open func(b *testing.B) subscribe.Store) {
	b.Helper()
	s := openBench(b, open)
	const key = "a"
	if _, err := s.Put(b.Context(), newRow(key, moment(0), "state")); err != nil {
		b.Fatal(err)
	}
	e := newEntry(key, 0, moment(0), string(make([]byte, 2019)))
	b.ReportAllocs()
	for b.Loop() {
		e.Seq++
		_, get := s.Get(b.Context(), key)
		appended := s.Append(b.Context(), e)
		_, backlog := s.Backlog(b.Context(), subscribe.AllShards, "", 100)
		_, read := s.Read(b.Context(), key, e.Seq-1, 100)
		advanced := s.Advance(b.Context(), []subscribe.Offset{{Key: key, Seq: e.Seq}})
		_, pruned := s.Prune(b.Context(), moment(1), 100)
		if err := errors.Join(get, appended, backlog, read, advanced, pruned); err != nil {
			b.Fatal(err)
		}
	}
}

func benchKey(i int) string { return fmt.Sprintf("room-%d@example.com", i) }

func openBench(b *testing.B, open func(b *testing.B) subscribe.Store) subscribe.Store {
	b.Helper()
	s := open(b)
	if closer, ok := s.(interface{ Close() error }); ok {
		b.Cleanup(func() {
			if err := closer.Close(); err != nil {
				b.Errorf("Close: %v", err)
			}
		})
	}
	return s
}

// benchFill makes n calls, several at a time: a store that commits in groups
// would take minutes otherwise.
func benchFill(b *testing.B, n int, call func(i int) error) {
	b.Helper()
	const workers = 64
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n && errs[w] == nil; i += workers {
				errs[w] = call(i)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		b.Fatal(err)
	}
}
