package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// minute is how long a minute lasts in the demo.
const minute = time.Second

// demo plays a day at the office.
func demo(ctx context.Context, b *board) error {
	b.text("A fake Exchange with three rooms, and a booking system that watches them with ewspush.\n" +
		"Lines that begin with a room are what the booking system is told. One minute lasts one second.\n")

	exchange := ewstest.NewServer(&ewstest.Options{
		Minute: minute, Delay: 200 * time.Millisecond, Logger: slog.New(slog.DiscardHandler),
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
		Secrets:     [][]byte{[]byte("only for this demonstration")},
		Store:       memstore.New(),
		Handler:     app,
		Logger:      slog.New(slog.DiscardHandler),
		Manage:      manage(b, 3*minute),
	})
	if err != nil {
		return err
	}
	err = serve(ctx, b, listener, svc, func(ctx context.Context) error {
		for _, room := range office.rooms {
			err := svc.Subscribe(ctx, subscribe.Spec{Key: room.name, Mailbox: room.mailbox.Address(), StatusFrequency: time.Minute})
			if err != nil {
				return err
			}
		}
		return office.play(ctx, app)
	})
	if err != nil {
		return err
	}
	return office.summary(app)
}

// manage is the manager's part of the Config, which prints what the manager
// does. silence is after how long a subscription is taken for dead; 0 is twice
// the heartbeat and a minute.
func manage(b *board, silence time.Duration) subscribe.Config {
	return subscribe.Config{
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
