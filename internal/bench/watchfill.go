package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
)

// watchedKey is the subscription that all others are copies of.
func watchedKey() string { return keyOf(0) }

// fill puts so many subscriptions into an empty store, all of which are alive
// and have had a heartbeat. A manager makes one, and the others are copies of
// its row and of the end of its journal under other names: what is stored is
// what this version stores, and there need not be millions of calls for it.
func fill(ctx context.Context, store subscribe.Store, n int) error {
	all, err := subscribeAll(ctx, store, keysOf(1))
	if err != nil {
		return err
	}
	for range 2 { // with the first comes a gap
		in, err := newBeat(watchedKey(), all[0].generation)
		if err == nil {
			err = subscribe.NewRecorder(store, nil).Record(ctx, in)
		}
		if err != nil {
			return err
		}
	}
	row, err := settled(ctx, store)
	if err != nil {
		return err
	}
	tail, err := store.Tail(ctx, row.Key)
	if err != nil {
		return err
	}
	copies, err := newCopier(row, tail)
	if err != nil {
		return err
	}
	return inParallel(n-1, func(i int) error { return copies.put(ctx, store, keyOf(i+1)) })
}

// settled returns the row of the first subscription, as it is when a manager has
// seen that it is alive.
func settled(ctx context.Context, store subscribe.Store) (subscribe.Row, error) {
	cfg, err := managerConfig(store, &asked{paths: make(map[string]string)})
	if err != nil {
		return subscribe.Row{}, err
	}
	swept := make(chan struct{}, 1)
	cfg.Trace = &subscribe.Trace{Swept: func(subscribe.SweptInfo) {
		select {
		case swept <- struct{}{}:
		default:
		}
	}}
	manager, err := subscribe.New(cfg)
	if err != nil {
		return subscribe.Row{}, err
	}
	stop := running(ctx, manager)
	var row subscribe.Row
	for err == nil && row.Due.Before(time.Now().Add(time.Minute)) {
		select {
		case <-swept:
			row, err = store.Get(ctx, watchedKey())
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return row, errors.Join(err, stop())
}

// newBeat returns a heartbeat, decoded.
func newBeat(key string, generation int64) (*subscribe.Received, error) {
	body, err := heartbeat()
	if err != nil {
		return nil, err
	}
	n, err := ews.ParseSendNotification(body, nil)
	if err != nil {
		return nil, err
	}
	return &subscribe.Received{
		Key: key, Generation: generation, At: time.Now(), Body: body, Messages: n.ResponseMessages,
	}, nil
}

// inParallel makes n calls, several at a time: a store that commits in groups
// would take minutes otherwise.
func inParallel(n int, call func(i int) error) error {
	const workers = 128
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
	return errors.Join(errs...)
}
