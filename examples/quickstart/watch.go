package main

import (
	"cmp"
	"context"
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
)

// realServer is what is needed to watch one.
type realServer struct {
	endpoint, user, password string
	mailboxes                string
	callback, listen         string
	cert, key                string
	delegate                 bool
	state                    string // file
}

// watch prints what happens in the mailboxes until ctx ends.
func (r realServer) watch(ctx context.Context, b *board) (err error) {
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
	state, err := openState(ctx, r.state)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, state.close()) }()
	listener, err := r.listener(ctx)
	if err != nil {
		return err
	}
	access := push.Impersonation
	if r.delegate {
		access = push.Delegate
	}
	svc, err := push.New(push.Config{
		Client:      client,
		Access:      access,
		CallbackURL: callback.String(),
		Secrets:     [][]byte{state.secret},
		Store:       state.store,
		Handler:     newBookings(b),
		Logger:      slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Manage:      manage(b, 0),
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	b.text("Watching %s. Notifications are expected on %s, behind %s://%s. The state is kept in %s:\n"+
		"interrupt to stop, and start it again to go on where it was.\n",
		r.endpoint, listener.Addr(), callback.Scheme, callback.Host, state.path)
	return serve(ctx, b, listener, svc, func(ctx context.Context) error {
		wanted := make(map[string]bool)
		for mailbox := range strings.SplitSeq(r.mailboxes, ",") {
			mailbox = strings.TrimSpace(mailbox)
			key := cmp.Or(mailbox, "own")
			wanted[key] = true
			if err := svc.Subscribe(ctx, subscribe.Spec{Key: key, Mailbox: mailbox}); err != nil {
				return err
			}
		}
		if err := wantOnly(ctx, svc, wanted); err != nil {
			return err
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
