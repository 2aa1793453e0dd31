package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
)

// minute is how long a minute lasts in the demo.
const minute = time.Second

// demo plays a day at the office.
func demo(ctx context.Context, b *board, path string) (err error) {
	b.text("A fake Exchange with three rooms, and a booking system that watches them with ewspush.\n" +
		"Lines that begin with a room are what the booking system is told. One minute lasts one second.")

	state, err := openState(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, state.close()) }()
	exchange := ewstest.NewServer(&ewstest.Options{
		Minute: minute, Delay: 200 * time.Millisecond, Logger: slog.New(slog.DiscardHandler),
		Seed: rand.Uint64(), //nolint:gosec // G404: not the mailboxes of another run, that is all
	})
	defer exchange.Close()
	office := newOffice(exchange, b)
	client, err := ews.NewClient(exchange.URL(), nil)
	if err != nil {
		return err
	}

	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	app := newBookings(b)
	app.compared = office.compared
	svc, err := push.New(push.Config{
		Client:      client,
		CallbackURL: "http://" + listener.Addr().String() + "/ews",
		Secrets:     [][]byte{state.secret},
		Store:       state.store,
		Handler:     app,
		Logger:      slog.New(slog.DiscardHandler),
		Manage:      manage(b, 3*minute),
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := greet(ctx, b, state, svc); err != nil {
		return errors.Join(err, listener.Close())
	}
	err = serve(ctx, b, listener, svc, func(ctx context.Context) error {
		for _, room := range office.rooms {
			err := svc.Subscribe(ctx, subscribe.Spec{Key: room.name, Mailbox: room.mailbox.Address(), StatusFrequency: time.Minute})
			if err != nil && ctx.Err() == nil {
				return err
			}
		}
		return office.play(ctx, app)
	})
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return interrupted(context.WithoutCancel(ctx), b, state, svc)
	}
	err = office.summary(app)
	b.text("The state is in %s: interrupt the program whenever you like, even by kill -9, and start it again.", state.path)
	return err
}

// greet says what an earlier run has left.
func greet(ctx context.Context, b *board, s *state, svc *push.Service) error {
	rooms, entries, err := waiting(ctx, svc)
	if err != nil {
		return err
	}
	if rooms == 0 {
		b.text("The state is kept in %s, which is new.\n", s.path)
		return nil
	}
	b.text("The state is kept in %s. From an earlier run it has %d rooms, and %d notifications that wait\n"+
		"to be handled: they come first. This Exchange is another one than then and cannot go on where that one\n"+
		"was: it refuses to resume, and a gap says so for each room. A real one would tell what happened meanwhile.\n",
		s.path, rooms, entries)
	return nil
}

// interrupted says what the next run will find.
func interrupted(ctx context.Context, b *board, s *state, svc *push.Service) error {
	_, entries, err := waiting(ctx, svc)
	if err != nil {
		return err
	}
	b.text("\nInterrupted. %d notifications that were acknowledged wait in %s to be handled. Start it again.", entries, s.path)
	return nil
}

// manage is the manager's part of the Config, which prints what the manager
// does. silence is after how long a subscription is taken for dead; 0 is twice
// the heartbeat and a minute.
func manage(b *board, silence time.Duration) subscribe.Config {
	return subscribe.Config{
		// A name of its own: after a kill -9 the next run need not wait until
		// the lease of this one is over.
		Replica: "quickstart",
		Silence: silence,
		Trace: &subscribe.Trace{
			Subscribed: func(i subscribe.SubscribedInfo) {
				switch {
				case i.Err != nil:
					b.line("ewspush", "cannot subscribe to %s: %v", i.Key, i.Err)
				case i.Resumed:
					b.line("ewspush", "subscribed to %s again (%s), resuming where it left off", i.Key, i.Cause)
				default:
					b.line("ewspush", "subscribed to %s (%s)", i.Key, i.Cause)
				}
			},
		},
	}
}

// serve mounts the service on the listener and runs it for as long as work
// takes, then stops everything in order.
func serve(ctx context.Context, b *board, l net.Listener, svc *push.Service, work func(context.Context) error) error {
	// The service finds its part of the path by itself; an application with
	// more to serve mounts it in its mux, below the path of the CallbackURL.
	server := &http.Server{Handler: svc, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()

	running, stop := context.WithCancel(ctx)
	defer stop()
	ran := make(chan error, 1)
	go func() { ran <- svc.Run(running) }()

	err := work(ctx)
	stop()
	err = errors.Join(err, <-ran)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if e := server.Shutdown(closing); e != nil {
		b.line("ewspush", "connections had to be cut: %v", e)
	}
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("serve: %w", e))
	}
	return err
}
