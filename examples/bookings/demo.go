package main

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/push/calendar"
	"github.com/ewspush/ewspush/subscribe"
)

const (
	// horizon is how far ahead occurrences are told: all of the demo's.
	horizon = 60 * 24 * time.Hour
	// patience is how long the application may take in the end to catch up.
	patience = 20 * time.Second
)

// demo plays a few days at the office.
func demo(ctx context.Context, b *board, path string) (err error) {
	b.text("A fake Exchange with four rooms, and a booking system that follows them by push.\n" +
		"Oslo hides what meetings are about, Lima takes a minute to answer, in Cairo the\n" +
		"front desk decides, Quito keeps what is cancelled. A minute lasts a second here.")
	state, err := openState(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, state.close()) }()
	app, err := openBookings(ctx, state.db, b)
	if err != nil {
		return err
	}
	exchange := ewstest.NewServer(&ewstest.Options{
		Minute: minute, Delay: minute / 5, Logger: slog.New(slog.DiscardHandler),
		Seed: rand.Uint64(), //nolint:gosec // G404: not the mailboxes of another run, that is all
	})
	defer exchange.Close()
	office, err := newOffice(exchange, time.Now())
	if err != nil {
		return err
	}
	client, err := ews.NewClient(exchange.URL(), nil)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	svc, err := calendar.New(calendar.Config{
		Push: push.Config{
			Client:      client,
			CallbackURL: "http://" + listener.Addr().String() + "/ews",
			Secrets:     [][]byte{state.secret},
			Store:       state.store,
			Logger:      slog.New(slog.DiscardHandler),
			Manage: subscribe.Config{
				// After a kill -9 the next run need not wait for the lease.
				Replica: "bookings",
				// Minutes are seconds here.
				Silence: 3 * minute, ConfirmTimeout: minute, PollFallback: 2 * minute,
			},
		},
		Handler: app,
		Options: calendar.Options{Quiet: minute / 10, Horizon: horizon},
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := greet(ctx, b, state, svc, app); err != nil {
		return errors.Join(err, listener.Close())
	}
	b.begin()
	defer b.end()
	wall := &firewall{behind: svc}
	var all []proof
	err = serve(ctx, b, listener, wall, newWatcher(b, app, svc, roomNames()), func(ctx context.Context) error {
		if err := wantOnly(ctx, svc, app, roomNames()); err != nil {
			return err
		}
		for _, room := range roomNames() {
			err := svc.Subscribe(ctx, subscribe.Spec{Key: room, Mailbox: address(room), StatusFrequency: time.Minute})
			if err != nil {
				return err
			}
		}
		if err := office.play(ctx, b, app, wall); err != nil {
			return err
		}
		all, err = office.settle(ctx, app)
		return err
	})
	b.end()
	if ctx.Err() != nil {
		return interrupted(context.WithoutCancel(ctx), b, state, svc, app)
	}
	if err != nil {
		return err
	}
	err = summary(b, all)
	b.text("%d changes were told, and %d of them again: the application knew its ID.", app.told.Load(), app.again.Load())
	b.text("The bookings stay in %s. Interrupt the program whenever you like,\n"+
		"even by kill -9, and start it again.", state.path)
	return err
}

// settle waits until the application has what Exchange has, a second at least,
// and returns the proof. If it takes too long, the proof says what is wrong.
func (o *office) settle(ctx context.Context, app *bookings) ([]proof, error) {
	deadline := time.Now().Add(patience)
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(2 * minute):
		}
		all, err := o.prove(ctx, app)
		if err != nil || equal(all) || time.Now().After(deadline) {
			return all, err
		}
	}
}

// greet says what an earlier run has left.
func greet(ctx context.Context, b *board, s *state, svc *calendar.Service, app *bookings) error {
	rooms, entries, err := waiting(ctx, svc)
	if err != nil {
		return err
	}
	if rooms == 0 {
		b.text("Bookings are kept in %s, which is new.\n", s.path)
		return nil
	}
	n, err := app.count(ctx)
	if err != nil {
		return err
	}
	b.text("\n%s has %s from an earlier run, and %s to handle.\n"+
		"This Exchange is another one than then: it knows nothing of the old bookings.\n"+
		"So the comparison with it tells them as cancelled, and what is here as booked,\n"+
		"exactly once. A real one would tell what has happened meanwhile, and no more.\n", s.path, plural(n, "booking"), plural(int(entries), "notification"))
	return nil
}

// interrupted says what the next run will find.
func interrupted(ctx context.Context, b *board, s *state, svc *calendar.Service, app *bookings) error {
	_, entries, err := waiting(ctx, svc)
	if err != nil {
		return err
	}
	n, err := app.count(ctx)
	if err != nil {
		return err
	}
	b.text("\nInterrupted. %s has %s, and %s to handle.\nStart it again to go on.",
		s.path, plural(n, "booking"), plural(int(entries), "notification"))
	return nil
}
