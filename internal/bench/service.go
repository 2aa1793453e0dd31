package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"

	"github.com/ewspush/ewspush/internal/bench/report"
)

// roleService is an application with the whole of ewspush in it, on SQLite.
const roleService = "service"

type serviceArgs struct {
	Exchange string // URL of EWS
	Dir      string
	Keys     int
	Parallel int           // Subscribes at a time
	Slower   time.Duration // of the disk
}

// Commands of roleService.
const (
	commandRamp  = "ramp"  // subscribes everything; the result is a rampResult
	commandBegin = "begin" // forgets what was handled
	commandEnd   = "end"   // the result is a lagResult
)

// rampResult is how long it took from the start of the manager.
type rampResult struct {
	Address    address
	Subscribed time.Duration // until the last answer of Exchange
	Confirmed  time.Duration // until the last first notification
	Attempts   int           // Subscribes
}

// lagResult is how long events took from their receipt to HandleEvent.
type lagResult struct {
	Events   int
	P50, P99 time.Duration
}

type serviceRole struct {
	args    serviceArgs
	server  serveRole
	host    string
	service *push.Service
	stop    func() error

	arrivals *arrivals

	mu  sync.Mutex
	lag report.Samples
}

// Start implements process.Role.
func (s *serviceRole) Start(ctx context.Context, text json.RawMessage) (any, error) {
	if err := json.Unmarshal(text, &s.args); err != nil {
		return nil, err
	}
	db, store, err := sqliteStore(ctx, s.args.Dir, s.args.Slower)
	if err != nil {
		return nil, err
	}
	s.server.closers = append(s.server.closers, db.Close)
	client, err := ews.NewClient(s.args.Exchange, &ews.ClientOptions{MaxConcurrent: s.args.Parallel})
	if err != nil {
		return nil, err
	}
	listener, err := listen(ctx)
	if err != nil {
		return nil, err
	}
	s.host = listener.Addr().String()
	s.arrivals = newArrivals(s.args.Keys)
	s.service, err = push.New(push.Config{
		Client: client, CallbackURL: s.callback(), Secrets: secrets(), Store: store, Handler: s, Logger: quiet(),
		Manage: subscribe.Config{Subscribes: s.args.Parallel, Replica: "bench", Trace: s.arrivals.trace()},
	})
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.server.serve(listener, s.service)
	return nil, nil
}

func (s *serviceRole) callback() string { return "http://" + s.host + "/ews" }

// HandleEvent implements subscribe.Handler.
func (s *serviceRole) HandleEvent(_ context.Context, e subscribe.Event) error {
	lag := time.Since(e.ReceivedAt).Seconds()
	s.mu.Lock()
	s.lag = append(s.lag, lag)
	s.mu.Unlock()
	return nil
}

// HandleGap implements subscribe.Handler.
func (s *serviceRole) HandleGap(context.Context, subscribe.Gap) error { return nil }

// Do implements process.Role.
func (s *serviceRole) Do(ctx context.Context, command string, _ json.RawMessage) (any, error) {
	switch command {
	case commandRamp:
		return s.ramp(ctx)
	case commandBegin:
		s.mu.Lock()
		s.lag = nil
		s.mu.Unlock()
		return nil, nil
	case commandEnd:
		s.mu.Lock()
		defer s.mu.Unlock()
		return lagResult{len(s.lag), seconds(s.lag.Median()), seconds(s.lag.Quantile(0.99))}, nil
	}
	return nil, fmt.Errorf("what is %q?", command)
}

// Close implements process.Role.
func (s *serviceRole) Close() error {
	var err error
	if s.stop != nil {
		err = s.stop()
	}
	return errors.Join(err, s.server.Close())
}

// ramp stores what is wanted, and runs the manager until all of it is there.
func (s *serviceRole) ramp(ctx context.Context) (*rampResult, error) {
	err := inParallel(s.args.Keys, func(i int) error {
		return s.service.Subscribe(ctx, subscribe.Spec{
			Key: keyOf(i), Mailbox: mailboxOf(i), StatusFrequency: subscribe.MaxStatusFrequency,
		})
	})
	if err != nil {
		return nil, err
	}
	signer, err := notify.NewSigner(s.callback(), secrets()...)
	if err != nil {
		return nil, err
	}
	a := s.arrivals
	a.begin = time.Now()
	s.stop = running(ctx, s.service)
	select {
	case <-a.complete:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	r := &rampResult{Address: address{Host: s.host}, Subscribed: a.subscribed, Confirmed: a.confirmed, Attempts: a.attempts}
	for _, key := range keysOf(s.args.Keys) {
		text, err := signer.URL(notify.Address{Key: key, Generation: a.generations[key]})
		if err != nil {
			return nil, err
		}
		u, err := url.Parse(text)
		if err != nil {
			return nil, err
		}
		r.Address.Paths = append(r.Address.Paths, u.RequestURI())
	}
	return r, a.err
}
