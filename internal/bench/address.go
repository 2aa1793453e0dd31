package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
	"github.com/ewspush/ewspush/subscribe"
)

// callback is where the notifications go, but for host and port.
const callback = "http://receiver.test/ews"

// secrets sign the addresses in all processes.
func secrets() [][]byte { return [][]byte{[]byte("a secret of thirty-two bytes, yes")} }

// keysOf returns the names of so many subscriptions.
func keysOf(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = keyOf(i)
	}
	return keys
}

// mailDomain is what follows a key in the address of its mailbox.
const mailDomain = "@example.com"

func keyOf(i int) string { return fmt.Sprintf("room-%07d", i) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// asked is an Exchange that accepts every subscription, and remembers where its
// notifications are to go.
type asked struct {
	mu    sync.Mutex
	paths map[string]string // by mailbox
}

// Subscribe implements subscribe.Subscriber.
func (a *asked) Subscribe(_ context.Context, mailbox string, req *ews.PushSubscriptionRequest) (*ews.SubscribeResponse, error) {
	u, err := url.Parse(req.URL)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.paths[mailbox] = u.RequestURI()
	return &ews.SubscribeResponse{SubscriptionID: "subscription of " + mailbox}, nil
}

// nobody is an application that wants to know nothing.
type nobody struct{}

func (nobody) HandleEvent(context.Context, subscribe.Event) error { return nil }
func (nobody) HandleGap(context.Context, subscribe.Gap) error     { return nil }

// managerConfig is that of a manager on a store, with a signer for its URLs.
func managerConfig(store subscribe.Store, subscriber subscribe.Subscriber) (subscribe.Config, error) {
	signer, err := notify.NewSigner(callback, secrets()...)
	if err != nil {
		return subscribe.Config{}, err
	}
	return subscribe.Config{
		Store: store, Subscriber: subscriber, Handler: nobody{}, Logger: quiet(), Replica: "bench",
		CallbackURL: func(key string, generation int64) (string, error) {
			return signer.URL(notify.Address{Key: key, Generation: generation})
		},
		CallbackFingerprint: signer.Fingerprint(),
	}, nil
}

// subscribed is a subscription that waits for its first notification.
type subscribed struct {
	path       string // of its callback URL
	generation int64
}

// subscribeAll has a manager make subscriptions of all keys in an empty store.
func subscribeAll(ctx context.Context, store subscribe.Store, keys []string) ([]subscribed, error) {
	exchange := &asked{paths: make(map[string]string)}
	cfg, err := managerConfig(store, exchange)
	if err != nil {
		return nil, err
	}
	ended := make(chan subscribe.SubscribedInfo, len(keys))
	cfg.Trace = &subscribe.Trace{Subscribed: func(i subscribe.SubscribedInfo) { ended <- i }}
	manager, err := subscribe.New(cfg)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		spec := subscribe.Spec{Key: key, Mailbox: key + mailDomain, StatusFrequency: 24 * time.Hour}
		if err := manager.Subscribe(ctx, spec); err != nil {
			return nil, err
		}
	}
	stop := running(ctx, manager)
	generations := make(map[string]int64)
	for range keys {
		select {
		case i := <-ended:
			generations[i.Key] = i.Generation
			err = errors.Join(err, i.Err)
		case <-ctx.Done():
			err = errors.Join(err, ctx.Err())
		}
	}
	if err := errors.Join(err, stop()); err != nil {
		return nil, err
	}
	all := make([]subscribed, len(keys))
	for i, key := range keys {
		all[i] = subscribed{exchange.paths[key+mailDomain], generations[key]}
	}
	return all, nil
}

// running runs a manager until stop is called, which returns what Run does.
func running(ctx context.Context, manager interface {
	Run(ctx context.Context) error
},
) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- manager.Run(ctx) }()
	return func() error {
		cancel()
		return <-ended
	}
}
