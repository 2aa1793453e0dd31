package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/push/calendar"
	"github.com/ewspush/ewspush/subscribe"
)

// realServer is what is needed to follow the rooms of one.
type realServer struct {
	endpoint, user, password string
	basic, delegate          bool
	rooms                    string
	callback, listen         string
	cert, key                string
	state                    string // file
}

// follow shows the rooms until ctx ends, and then compares.
func (r realServer) follow(ctx context.Context, b *board) (err error) {
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
	client, err := ews.NewClient(r.endpoint, &ews.ClientOptions{HTTPClient: &http.Client{Transport: r.login(), Timeout: 2 * time.Minute}})
	if err != nil {
		return err
	}
	state, err := openState(ctx, r.state)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, state.close()) }()
	app, err := openBookings(ctx, state.db, b)
	if err != nil {
		return err
	}
	listener, err := r.listener(ctx)
	if err != nil {
		return err
	}
	access := push.Impersonation
	if r.delegate {
		access = push.Delegate
	}
	svc, err := calendar.New(calendar.Config{
		Push: push.Config{
			Client:      client,
			Access:      access,
			CallbackURL: callback.String(),
			Secrets:     [][]byte{state.secret},
			Store:       state.store,
			// The logger's lines go where all others go: into the picture.
			Logger: slog.New(slog.NewTextHandler(logLines{b}, &slog.HandlerOptions{Level: slog.LevelWarn})),
			Manage: subscribe.Config{Replica: "bookings"},
		},
		Handler: app,
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	b.text("Following rooms of %s.\nNotifications are expected on %s, behind %s://%s.\n"+
		"Bookings are kept in %s: interrupt to stop, and start it again to go on.\n",
		r.endpoint, listener.Addr(), callback.Scheme, callback.Host, state.path)
	rooms, keys := r.specs()
	b.begin()
	defer b.end()
	err = serve(ctx, b, listener, svc, newWatcher(b, app, svc, keys), func(ctx context.Context) error {
		if err := wantOnly(ctx, svc, app, keys); err != nil {
			return err
		}
		for _, room := range rooms {
			if err := svc.Subscribe(ctx, room); err != nil {
				return err
			}
		}
		<-ctx.Done()
		return nil
	})
	b.end()
	if err != nil {
		return err
	}
	return report(context.WithoutCancel(ctx), b, app, svc, rooms)
}

// specs returns what is to be followed.
func (r realServer) specs() (rooms []subscribe.Spec, keys []string) {
	for mailbox := range strings.SplitSeq(r.rooms, ",") {
		mailbox = strings.TrimSpace(mailbox)
		key := cmp.Or(mailbox, "own")
		rooms, keys = append(rooms, subscribe.Spec{Key: key, Mailbox: mailbox}), append(keys, key)
	}
	return rooms, keys
}

// login returns the transport that logs in.
func (r realServer) login() http.RoundTripper {
	switch {
	case r.user == "":
		return nil
	case r.basic:
		return &ews.BasicTransport{Username: r.user, Password: r.password}
	}
	return &ews.NTLMTransport{Username: r.user, Password: r.password}
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

// report compares the application with Exchange, room by room, for the next 30
// days.
func report(ctx context.Context, b *board, app *bookings, svc *calendar.Service, rooms []subscribe.Spec) error {
	b.text("\nComparing the next 30 days with Exchange; interrupt again to leave it.")
	from := time.Now()
	var differ []string
	for _, room := range rooms {
		has, err := app.of(ctx, room.Key)
		if err != nil {
			return err
		}
		r, err := svc.Compare(ctx, room.Key, room.Mailbox, from, from.AddDate(0, 0, 30), each(has), (*calendar.Booking).Equal)
		if err != nil {
			return err
		}
		b.text("%s", r)
		if !r.InSync() {
			differ = append(differ, room.Key)
		}
	}
	if len(differ) > 0 {
		return fmt.Errorf("the application differs from Exchange in %s", strings.Join(differ, ", "))
	}
	return nil
}

func each(some []calendar.Booking) iter.Seq2[calendar.Booking, error] {
	return func(yield func(calendar.Booking, error) bool) {
		for _, b := range some {
			if !yield(b, nil) {
				return
			}
		}
	}
}

// logLines writes a logger's lines to the board.
type logLines struct{ board *board }

// Write implements io.Writer.
func (l logLines) Write(p []byte) (int, error) {
	l.board.line("log", "%s", strings.TrimSpace(string(p)))
	return len(p), nil
}
