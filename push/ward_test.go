package push_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// ward is a service with one room and a fake Exchange, in a bubble, in which
// errors are observed.
type ward struct {
	t        *testing.T
	exchange *ewstest.Server
	svc      *push.Service
	log      journal

	transport *http.Transport

	mu       sync.Mutex
	attempts []attempt
	client   *ews.Client
	other    *ews.Client                                 // if set, for all mailboxes but ward1
	again    int                                         // how often the endpoint was looked up anew
	source   func() error                                // the error of ClientFor, if any
	trip     func(*http.Request) (*http.Response, error) // in place of the network, once
	gaps     map[subscribe.Cause]int
}

// attempt is one Subscribe, when it had ended.
type attempt struct {
	subscribe.SubscribedInfo
	at time.Time
}

const ward1 = "ward1@example.com"

// inWard runs a test with a service whose one room is watched and confirmed.
func inWard(t *testing.T, configure func(*push.Config), test func(t *testing.T, w *ward)) {
	t.Helper()
	inWardOf(t, nil, configure, func(*ward) {}, func(t *testing.T, w *ward) {
		t.Helper()
		require.Equal(t, subscribe.StateActive, w.status().State)
		require.Len(t, w.tried(), 1)
		test(t, w)
	})
}

// inWardOf is the same on an Exchange of one's own. before is called when the
// room is about to be subscribed to.
func inWardOf(t *testing.T, opts *ewstest.Options, configure func(*push.Config), before func(*ward), test func(*testing.T, *ward)) {
	t.Helper()
	if opts == nil {
		opts = &ewstest.Options{}
	}
	synctest.Test(t, func(t *testing.T) {
		network := ewstest.NewNetwork()
		w := &ward{t: t, gaps: make(map[subscribe.Cause]int), transport: network.Transport()}
		opts.Network, opts.Logger = network, slog.New(slog.DiscardHandler)
		w.exchange = ewstest.NewServer(opts)
		defer w.exchange.Close()
		defer w.transport.CloseIdleConnections()
		var err error
		w.client, err = ews.NewClient(w.exchange.URL(), &ews.ClientOptions{HTTPClient: &http.Client{Transport: w}})
		require.NoError(t, err)
		cfg := push.Config{
			ClientFor:   w.clientFor,
			CallbackURL: callbackURL,
			Secrets:     [][]byte{[]byte("an example of a secret")},
			Store:       memstore.New(),
			Handler:     w,
			Logger:      slog.New(slog.NewTextHandler(&w.log, nil)),
			Manage: subscribe.Config{
				// Long, so that days pass quickly.
				SweepInterval: time.Minute, PollFallback: 24 * time.Hour, Lease: 100 * time.Hour,
				Trace: &subscribe.Trace{Subscribed: func(i subscribe.SubscribedInfo) {
					w.mu.Lock()
					defer w.mu.Unlock()
					w.attempts = append(w.attempts, attempt{i, time.Now()})
				}},
			},
		}
		if configure != nil {
			configure(&cfg)
		}
		w.exchange.Mailbox(ward1)
		w.svc, err = push.New(cfg)
		require.NoError(t, err)
		stopServing := network.Serve("hooks.test", w.svc)
		defer stopServing()
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- w.svc.Run(ctx) }()
		defer func() {
			stop()
			require.NoError(t, <-ran)
		}()
		before(w)
		require.NoError(t, w.svc.Subscribe(ctx, subscribe.Spec{Key: "ward", Mailbox: ward1}))
		synctest.Wait()
		test(t, w)
	})
}

func (w *ward) clientFor(_ context.Context, mailbox string, again bool) (*ews.Client, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if again {
		w.again++
	}
	if source := w.source; source != nil {
		w.source = nil
		return nil, source()
	}
	if w.other != nil && mailbox != ward1 {
		return w.other, nil
	}
	return w.client, nil
}

// RoundTrip implements http.RoundTripper.
func (w *ward) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	trip := w.trip
	w.trip = nil
	w.mu.Unlock()
	if trip != nil {
		return trip(r)
	}
	return w.transport.RoundTrip(r)
}

// HandleEvent implements subscribe.Handler.
func (w *ward) HandleEvent(context.Context, subscribe.Event) error { return nil }

// HandleGap implements subscribe.Handler.
func (w *ward) HandleGap(_ context.Context, g subscribe.Gap) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gaps[g.Cause]++
	return nil
}

func (w *ward) status() subscribe.Status {
	w.t.Helper()
	st, err := w.svc.Status(w.t.Context(), "ward")
	require.NoError(w.t, err)
	return st
}

// tried returns the Subscribes since the last time.
func (w *ward) tried() []attempt {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	attempts := w.attempts
	w.attempts = nil
	return attempts
}

func (w *ward) rediscovered() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.again
}

// lose lets Exchange forget the subscription, and waits until the manager has
// noticed: its next Subscribe has ended then. It looks once a minute, so half a
// minute later nothing else has happened yet.
func (w *ward) lose() {
	w.exchange.Restart()
	time.Sleep(time.Until(w.status().SilentAt) + 30*time.Second)
	synctest.Wait()
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
