package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// serve has the listener serve the handler, which leads to the watcher's
// service, and runs both for as long as work takes, then stops everything in
// order.
func serve(ctx context.Context, b *board, l net.Listener, handler http.Handler, w *watcher, work func(context.Context) error) error {
	// The service finds its part of the path by itself; an application with
	// more to serve mounts it in its mux, below the path of the CallbackURL.
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()

	running, stop := context.WithCancel(ctx)
	defer stop()
	ran, watched := make(chan error, 1), make(chan error, 1)
	// If one of them ends by itself, all do.
	go func() { defer stop(); ran <- w.svc.Run(running) }()
	go func() { defer stop(); watched <- w.watch(running) }()

	err := work(running)
	if running.Err() != nil {
		err = nil // of being interrupted
	}
	stop()
	err = errors.Join(err, <-ran, <-watched)
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
