package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"

	"github.com/ewspush/ewspush/internal/bench/process"
)

// roleWatch is a process that watches many subscriptions.
const roleWatch = "watch"

// commandWatch measures everything; the result is a watchResult.
const commandWatch = "watch"

// onGoroutines is the usual way: a goroutine and a timer for each.
const onGoroutines = "goroutines"

type watchArgs struct {
	Kind          string // onMemory, onSQLite or onGoroutines
	Dir           string
	Subscriptions int
	Heartbeats    int
	Idle          time.Duration
	Forgotten     time.Duration // until a receiver has forgotten what it has heard
	Collections   int
	Due           []int
}

// watchResult is what watching costs. All times are in seconds.
type watchResult struct {
	Start, List float64         // until all were watched; to list the rows, and nothing else
	Memory      float64         // bytes for each subscription, beside the store
	Idle        float64         // percent of a core
	Collection  float64         // of all garbage
	Empty       float64         // a sweep that finds nothing
	Sweeps      map[int]float64 // for each row that was due, by their number
	First       float64         // CPU time of a subscription's first heartbeat, from Record until it was dealt with
	Heartbeat   float64         // of a later one, when what receivers keep for seconds is gone
	Append      float64         // CPU time of the store's Append alone
}

type watchRole struct {
	args   watchArgs
	store  subscribe.Store // nil for onGoroutines
	closer func() error
}

// Start implements process.Role.
func (w *watchRole) Start(ctx context.Context, text json.RawMessage) (any, error) {
	if err := json.Unmarshal(text, &w.args); err != nil {
		return nil, err
	}
	switch w.args.Kind {
	case onGoroutines:
		return nil, nil
	case onMemory:
		w.store = memstore.New()
	case onSQLite:
		db, store, err := sqliteStore(ctx, w.args.Dir, 0)
		if err != nil {
			return nil, err
		}
		w.store, w.closer = store, db.Close
	default:
		return nil, fmt.Errorf("there is no store %q", w.args.Kind)
	}
	return nil, fill(ctx, w.store, w.args.Subscriptions)
}

// Close implements process.Role.
func (w *watchRole) Close() error {
	if w.closer == nil {
		return nil
	}
	return w.closer()
}

// Do implements process.Role.
func (w *watchRole) Do(ctx context.Context, command string, _ json.RawMessage) (any, error) {
	switch {
	case command != commandWatch:
		return nil, fmt.Errorf("what is %q?", command)
	case w.store == nil:
		return watchGoroutines(ctx, w.args)
	}
	var r watchResult
	for _, measure := range []func(context.Context, *watchResult) error{w.atRest, w.atWork} {
		if err := measure(ctx, &r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// atRest measures a manager with nothing to do.
func (w *watchRole) atRest(ctx context.Context, r *watchResult) error {
	begin := time.Now()
	rows := 0
	for after := ""; ; {
		page, err := w.store.List(ctx, after, 256)
		if err != nil {
			return err
		}
		if rows += len(page); len(page) < 256 {
			break
		}
		after = page[len(page)-1].Key
	}
	r.List = time.Since(begin).Seconds()
	if rows < w.args.Subscriptions {
		return fmt.Errorf("%d rows instead of %d", rows, w.args.Subscriptions)
	}
	before := memory()
	m, err := startWatching(ctx, w.store, 0, keysOf(1))
	if err != nil {
		return err
	}
	r.Start = m.start.Seconds()
	r.Memory = max(0, float64(memory())-float64(before)) / float64(w.args.Subscriptions)
	r.Collection = collection(w.args.Collections)
	if r.Idle, err = idle(ctx, w.args.Idle); err != nil {
		return err
	}
	status, err := m.manager.Status(ctx, keyOf(w.args.Subscriptions-1))
	if err != nil {
		return err
	}
	if status.State != subscribe.StateActive {
		return fmt.Errorf("a subscription is %s", status.State)
	}
	return m.stop()
}

// atWork measures a manager that sweeps only when it is told to.
func (w *watchRole) atWork(ctx context.Context, r *watchResult) error {
	r.Sweeps = make(map[int]float64)
	for _, due := range w.args.Due {
		keys := make([]string, due)
		for i := range keys {
			keys[i] = keyOf(i * (w.args.Subscriptions / due))
		}
		m, err := startWatching(ctx, w.store, time.Hour, keys)
		if err != nil {
			return err
		}
		r.Sweeps[due] = m.sweep.Seconds() / float64(due)
		if err := m.stop(); err != nil {
			return err
		}
	}
	m, err := startWatching(ctx, w.store, time.Hour, keysOf(1))
	if err != nil {
		return err
	}
	if r.Empty, err = m.emptySweep(ctx); err != nil {
		return err
	}
	if r.First, err = m.heartbeats(ctx, w.args.Heartbeats, w.args.Subscriptions); err != nil {
		return err
	}
	if err = pause(ctx, w.args.Forgotten); err != nil {
		return err
	}
	if r.Heartbeat, err = m.heartbeats(ctx, w.args.Heartbeats, w.args.Subscriptions); err != nil {
		return err
	}
	if r.Append, err = appends(ctx, w.store, w.args.Heartbeats, w.args.Subscriptions); err != nil {
		return err
	}
	return m.stop()
}

// idle returns how many percent of a core this process uses while nothing
// happens, and has not happened for as long: after collections it takes the
// runtime seconds to give memory back to the system.
func idle(ctx context.Context, duration time.Duration) (float64, error) {
	if err := pause(ctx, duration); err != nil {
		return 0, err
	}
	begin, err := process.UsageNow()
	if err != nil {
		return 0, err
	}
	if err := pause(ctx, duration); err != nil {
		return 0, err
	}
	end, err := process.UsageNow()
	return 100 * (end.CPU - begin.CPU).Seconds() / duration.Seconds(), err
}

func pause(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
