package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ewspush/ewspush/internal/bench/report"
)

// roleLoad is Exchange, as far as it posts.
const roleLoad = "load"

// Commands of roleLoad. All have loadArgs; the result of the latter two is a
// loadResult.
const (
	commandConnect = "connect" // and post one notification each
	commandFlood   = "flood"   // as fast as the answers come
	commandPace    = "pace"    // so many a second
)

type loadArgs struct {
	Name        string // of the server, for later commands
	Address     address
	Events      int
	Connections int
	For         time.Duration
	Rate        int
	Seed        uint64
}

type loadResult struct {
	Requests  int
	Elapsed   time.Duration
	P50, P99  time.Duration // from the POST to its answer, when paced
	Postponed int           // requests that an answer was late for, when paced
}

func (r *loadResult) rate() float64 { return float64(r.Requests) / r.Elapsed.Seconds() }

type loadRole struct{ crowds map[string]crowd }

// Start implements process.Role.
func (l *loadRole) Start(context.Context, json.RawMessage) (any, error) {
	l.crowds = make(map[string]crowd)
	return nil, nil
}

// Do implements process.Role.
func (l *loadRole) Do(ctx context.Context, command string, text json.RawMessage) (any, error) {
	var args loadArgs
	if err := json.Unmarshal(text, &args); err != nil {
		return nil, err
	}
	switch command {
	case commandConnect:
		body, err := packetOf(args.Events)
		if err == nil {
			l.crowds[args.Name], err = gather(ctx, args.Address, body, args.Connections)
		}
		return nil, err
	case commandFlood:
		return l.crowds[args.Name].flood(args.For)
	case commandPace:
		return l.crowds[args.Name].pace(ctx, args)
	}
	return nil, fmt.Errorf("what is %q?", command)
}

// Close implements process.Role.
func (l *loadRole) Close() error {
	var err error
	for _, c := range l.crowds {
		err = errors.Join(err, c.close())
	}
	return err
}

// all has every sender do something at a time with the others.
func (c crowd) all(do func(i int, s *sender) error) error {
	errs := make([]error, len(c))
	var wg sync.WaitGroup
	for i, s := range c {
		wg.Go(func() { errs[i] = do(i, s) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// flood posts for some time.
func (c crowd) flood(duration time.Duration) (*loadResult, error) {
	begin := time.Now()
	counts := make([]int, len(c))
	err := c.all(func(i int, s *sender) error {
		for time.Since(begin) < duration {
			if err := s.post(); err != nil {
				return err
			}
			counts[i]++
		}
		return nil
	})
	r := &loadResult{Elapsed: time.Since(begin)}
	for _, n := range counts {
		r.Requests += n
	}
	return r, err
}

// pace posts at a rate, each sender in even steps from a random beginning. Who
// waits for an answer does not post meanwhile, as Exchange does not.
func (c crowd) pace(ctx context.Context, args loadArgs) (*loadResult, error) {
	step := time.Duration(len(c)) * time.Second / time.Duration(args.Rate)
	random := rand.New(rand.NewPCG(args.Seed, 1)) //nolint:gosec // G404: repeatable on purpose
	phases := make([]time.Duration, len(c))
	for i := range phases {
		phases[i] = time.Duration(random.Int64N(int64(step)))
	}
	begin := time.Now()
	took, late := make([]report.Samples, len(c)), make([]int, len(c))
	err := c.all(func(i int, s *sender) error {
		timer := time.NewTimer(0)
		defer timer.Stop()
		for at := phases[i]; at < args.For; at += step {
			wait := at - time.Since(begin)
			if wait < 0 {
				late[i]++
			}
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return ctx.Err()
			}
			sent := time.Now()
			if err := s.post(); err != nil {
				return err
			}
			took[i] = append(took[i], time.Since(sent).Seconds())
		}
		return nil
	})
	r := &loadResult{Elapsed: time.Since(begin)}
	var all report.Samples
	for i := range c {
		all = append(all, took[i]...)
		r.Postponed += late[i]
	}
	r.Requests = len(all)
	r.P50, r.P99 = seconds(all.Median()), seconds(all.Quantile(0.99))
	return r, err
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
