package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
)

// roleVariable tells a process, as JSON, what to be.
const roleVariable = "EWSPUSH_REPLICAS_ROLE"

// role is what a worker or a receiver must know. A real one has it in its
// configuration.
type role struct {
	Worker   string // its name; empty for a receiver
	DSN      string
	Callback string
	Secret   []byte
	Exchange string            // of a worker
	Rooms    map[string]string // of a worker: mailboxes by name
}

// inherited is the file descriptor of a receiver's socket.
const inherited = 3

// runRole is main in a worker or receiver. It ends with in.
func runRole(ctx context.Context, text string, in io.Reader, out io.Writer) error {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	var r role
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	go func() {
		_, _ = io.Copy(io.Discard, in) // until the demonstration closes it, or dies
		end()
	}()
	db, store, err := openStore(ctx, r.DSN)
	if err != nil {
		return err
	}
	reports := &reporter{out: out}
	if r.Worker != "" {
		err = r.work(ctx, store, reports)
	} else {
		err = r.receive(ctx, store, reports)
	}
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%s: %w", r.name(), err)
	}
	return errors.Join(err, db.Close())
}

func (r role) name() string {
	if r.Worker == "" {
		return "receiver"
	}
	return "worker " + r.Worker
}

// receive takes notifications and records them.
func (r role) receive(ctx context.Context, store subscribe.Store, reports *reporter) error {
	handler, err := push.NewReceiver(push.ReceiverConfig{CallbackURL: r.Callback, Secrets: [][]byte{r.Secret}, Store: store})
	if err != nil {
		return err
	}
	listener, err := net.FileListener(os.NewFile(inherited, "listener"))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	err = reports.write(report{Ready: true})
	<-ctx.Done()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if server.Shutdown(closing) != nil {
		_ = server.Close() // what is under way is repeated by Exchange
	}
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
