package main

import (
	"context"
	"sync"
	"time"

	"github.com/ewspush/ewspush/internal/bench/process"
)

// watchGoroutines watches in the usual way: a goroutine for each subscription
// waits for its timer, which each heartbeat sets anew.
func watchGoroutines(ctx context.Context, args watchArgs) (*watchResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	before, begin := memory(), time.Now()
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	beats := make([]chan struct{}, args.Subscriptions)
	for i := range beats {
		beats[i] = make(chan struct{})
		beat, key := beats[i], keyOf(i)
		all.Go(func() { watchOne(ctx, key, beat) })
	}
	r := &watchResult{Start: time.Since(begin).Seconds()}
	r.Memory = float64(memory()-before) / float64(args.Subscriptions)
	r.Collection = collection(args.Collections)
	var err error
	if r.Idle, err = idle(ctx, args.Idle); err != nil {
		return nil, err
	}
	n := min(args.Heartbeats, args.Subscriptions)
	start, err := process.UsageNow()
	if err != nil {
		return nil, err
	}
	for i := range n {
		beats[i*(args.Subscriptions/n)] <- struct{}{}
	}
	end, err := process.UsageNow()
	r.Heartbeat = (end.CPU - start.CPU).Seconds() / float64(n)
	return r, err
}

// watchOne waits for silence.
func watchOne(ctx context.Context, key string, beat <-chan struct{}) (silent string) {
	const silence = 21 * time.Minute
	timer := time.NewTimer(silence)
	defer timer.Stop()
	for {
		select {
		case <-beat:
			timer.Reset(silence)
		case <-timer.C:
			return key
		case <-ctx.Done():
			return ""
		}
	}
}
