package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ewspush/ewspush/subscribe"

	"github.com/ewspush/ewspush/internal/bench/process"
	"github.com/ewspush/ewspush/internal/bench/report"
)

// watching is a manager that runs.
type watching struct {
	manager *subscribe.Manager
	store   subscribe.Store
	start   time.Duration // until it watched everything
	sweep   time.Duration // of the rows that were due at the start
	swept   chan subscribe.SweptInfo
	stop    func() error

	expected atomic.Int64  // notifications that are not dealt with yet
	dealt    chan struct{} // receives when there are none left
}

// startWatching runs a manager on a filled store in which the rows of some keys
// are due. It returns when everything is watched: when the manager has looked at
// what was stored, and those rows are not due any more. interval is that of its
// sweeps, 0 for the default.
func startWatching(
	ctx context.Context, filled subscribe.Store, interval time.Duration, due []string,
) (*watching, error) {
	if err := inParallel(len(due), func(i int) error { return makeDue(ctx, filled, due[i]) }); err != nil {
		return nil, err
	}
	w := &watching{swept: make(chan subscribe.SweptInfo, 1024), dealt: make(chan struct{}, 1)}
	w.store = observed{filled, func(keys int) {
		if w.expected.Add(-int64(keys)) == 0 {
			w.dealt <- struct{}{}
		}
	}}
	exchange := &asked{paths: make(map[string]string)}
	cfg, err := managerConfig(w.store, exchange)
	if err != nil {
		return nil, err
	}
	cfg.SweepInterval = interval
	cfg.Trace = &subscribe.Trace{Swept: func(i subscribe.SweptInfo) {
		select {
		case w.swept <- i:
		default: // nobody has been looking for long
		}
	}}
	if w.manager, err = subscribe.New(cfg); err != nil {
		return nil, err
	}
	begin := time.Now()
	stop := running(ctx, w.manager)
	w.stop = func() error {
		err := stop()
		if n := len(exchange.paths); n > 0 {
			err = errors.Join(err, fmt.Errorf("%d of the subscriptions were made again, as if they were not alive", n))
		}
		return err
	}
	w.sweep, err = w.await(ctx, len(due))
	w.start = time.Since(begin)
	if err != nil {
		return nil, errors.Join(err, w.stop())
	}
	return w, nil
}

// makeDue makes a row due now.
func makeDue(ctx context.Context, store subscribe.Store, key string) error {
	row, err := store.Get(ctx, key)
	if err != nil {
		return err
	}
	row.Due = time.Now().Add(-time.Second)
	_, err = store.Put(ctx, row)
	return err
}

// await waits until sweeps have found so many rows, and returns how long these
// sweeps took.
func (w *watching) await(ctx context.Context, due int) (took time.Duration, err error) {
	for found := 0; found < due; {
		select {
		case i := <-w.swept:
			if i.Due > 0 {
				found += i.Due
				took += i.Duration
			}
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return took, nil
}

// emptySweep returns how many seconds a sweep takes that finds nothing.
func (w *watching) emptySweep(ctx context.Context) (float64, error) {
	var took report.Samples
	for range 100 {
		w.manager.Nudge()
		select {
		case i := <-w.swept:
			took = append(took, i.Duration.Seconds())
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return took.Median(), nil
}

// heartbeats records heartbeats, one for each of some subscriptions, and returns
// how many seconds of CPU each takes until it was dealt with.
func (w *watching) heartbeats(ctx context.Context, n, of int) (float64, error) {
	n = min(n, of)
	status, err := w.manager.Status(ctx, watchedKey())
	if err != nil {
		return 0, err
	}
	template, err := newBeat("", status.Generation) // the others are copies of that
	if err != nil {
		return 0, err
	}
	recorder := subscribe.NewRecorder(w.store, &subscribe.RecorderOptions{Manager: w.manager, Logger: quiet()})
	w.expected.Store(int64(n))
	begin, err := process.UsageNow()
	if err != nil {
		return 0, err
	}
	err = inParallel(n, func(i int) error {
		in := *template
		in.Key, in.At = keyOf(i*(of/n)), time.Now()
		return recorder.Record(ctx, &in)
	})
	if err != nil {
		return 0, err
	}
	select {
	case <-w.dealt:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	end, err := process.UsageNow()
	return (end.CPU - begin.CPU).Seconds() / float64(n), err
}

// appends returns how many seconds of CPU the store alone takes to append what
// heartbeats appends.
func appends(ctx context.Context, store subscribe.Store, n, of int) (float64, error) {
	n = min(n, of)
	entry, err := store.Tail(ctx, watchedKey())
	if err != nil {
		return 0, err
	}
	begin, err := process.UsageNow()
	if err != nil {
		return 0, err
	}
	err = inParallel(n, func(i int) error {
		e := entry
		e.Key, e.Seq, e.At = fmt.Sprint("other-", i), 1, time.Now()
		e.Shard = subscribe.ShardOf(e.Key)
		return store.Append(ctx, e)
	})
	if err != nil {
		return 0, err
	}
	end, err := process.UsageNow()
	return (end.CPU - begin.CPU).Seconds() / float64(n), err
}
