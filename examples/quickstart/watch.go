package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// realServer is what is needed to watch one.
type realServer struct {
	endpoint, user, password string
	mailboxes                string
	callback, listen         string
	cert, key                string
	delegate                 bool
}

// watch prints what happens in the mailboxes until ctx ends.
func (r realServer) watch(ctx context.Context, b *board) error {
	if r.callback == "" {
		return errors.New("-callback is required with -ews: the URL by which Exchange reaches this program")
	}
	callback, err := url.Parse(r.callback)
	if err != nil {
		return err
	}
	if strings.Trim(callback.Path, "/") == "" {
		callback.Path = "/ews"
	}
	options := &ews.ClientOptions{}
	if r.user != "" {
		options.HTTPClient = &http.Client{Transport: &ews.BasicTransport{Username: r.user, Password: r.password}}
	}
	client, err := ews.NewClient(r.endpoint, options)
	if err != nil {
		return err
	}
	listener, err := r.listener(ctx)
	if err != nil {
		return err
	}
	// The store is in memory, so nothing of this run is left to be recognised.
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	access := push.Impersonation
	if r.delegate {
		access = push.Delegate
	}
	svc, err := push.New(push.Config{
		Client:      client,
		Access:      access,
		CallbackURL: callback.String(),
		Secrets:     [][]byte{secret},
		Store:       memstore.New(),
		Handler:     newBookings(b),
		Logger:      slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Manage:      manage(b, 0),
	})
	if err != nil {
		return err
	}
	b.text("Watching %s. Notifications are expected on %s, behind %s://%s. Interrupt to stop.\n",
		r.endpoint, listener.Addr(), callback.Scheme, callback.Host)
	return serve(ctx, b, listener, svc, func(ctx context.Context) error {
		for mailbox := range strings.SplitSeq(r.mailboxes, ",") {
			mailbox = strings.TrimSpace(mailbox)
			key := mailbox
			if key == "" {
				key = "own"
			}
			if err := svc.Subscribe(ctx, subscribe.Spec{Key: key, Mailbox: mailbox}); err != nil {
				return err
			}
		}
		report := time.NewTicker(time.Minute)
		defer report.Stop()
		for {
			select {
			case <-ctx.Done():
				b.text("")
				return printStatus(context.WithoutCancel(ctx), b, svc)
			case <-report.C:
				if err := printStatus(ctx, b, svc); err != nil {
					return err
				}
			}
		}
	})
}

func (r realServer) listener(ctx context.Context) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", r.listen)
	if err != nil || r.cert == "" {
		return l, err
	}
	pair, err := tls.LoadX509KeyPair(r.cert, r.key)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}), nil
}

// printStatus prints a line for each mailbox.
func printStatus(ctx context.Context, b *board, svc *push.Service) error {
	for st, err := range svc.All(ctx) {
		if err != nil {
			return err
		}
		line := string(st.State)
		if !st.LastReceived.IsZero() {
			line += ", last heard " + time.Since(st.LastReceived).Round(time.Second).String() + " ago"
		}
		if st.Error != "" {
			line += ": " + st.Error
		}
		b.line(st.Spec.Key, "%s", line)
	}
	return nil
}
