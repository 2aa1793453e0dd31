package calendar_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/push/calendar"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

const (
	callbackURL = "http://hooks.test/ews"
	roomKey     = "room-1"
	roomAddress = "room1@example.com"
)

// office is an Exchange with a room and people, and an application that follows
// the room's calendar, inside a bubble.
type office struct {
	t        *testing.T
	network  *ewstest.Network
	exchange *ewstest.Server
	room     *ewstest.Mailbox
	anna     *ewstest.Mailbox
	store    subscribe.Store
	svc      *calendar.Service
	stop     func()
	log      *recordedLog

	mu      sync.Mutex
	heard   []calendar.Change
	has     map[string]calendar.Booking // what the application has
	respond func(calendar.Change) error
}

// inOffice runs a test on a Monday morning in 2026.
func inOffice(t *testing.T, configure func(*calendar.Config), f func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)))
		network := ewstest.NewNetwork()
		o := &office{
			t: t, network: network, store: memstore.New(), has: make(map[string]calendar.Booking), log: &recordedLog{},
			exchange: ewstest.NewServer(&ewstest.Options{Network: network, Logger: slog.New(slog.DiscardHandler)}),
		}
		defer o.exchange.Close()
		o.room, o.anna = o.exchange.Mailbox(roomAddress), o.exchange.Mailbox("anna@example.com")
		o.start(configure)
		defer func() { o.stop() }()
		f(t, o)
	})
}

// start begins a life of the application.
func (o *office) start(configure func(*calendar.Config)) {
	o.t.Helper()
	client, err := ews.NewClient(o.exchange.URL(), &ews.ClientOptions{HTTPClient: &http.Client{Transport: o.network.Transport()}})
	require.NoError(o.t, err)
	cfg := calendar.Config{
		Push: push.Config{
			Client: client, CallbackURL: callbackURL, Secrets: [][]byte{[]byte("an example of a secret")}, Store: o.store,
			Logger: slog.New(slog.NewTextHandler(o.log, nil)),
			Manage: subscribe.Config{Replica: "the only one", SweepInterval: time.Minute, Lease: 5 * time.Minute},
		},
		Handler: o,
	}
	if configure != nil {
		configure(&cfg)
	}
	o.svc, err = calendar.New(cfg)
	require.NoError(o.t, err)
	ctx, cancel := context.WithCancel(o.t.Context())
	stopServing := o.network.Serve("hooks.test", o.svc)
	ran := make(chan error, 1)
	go func() { ran <- o.svc.Run(ctx) }()
	o.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ran; err != nil {
			o.t.Errorf("Run: %v", err)
		}
		stopServing()
	})
}

// follow subscribes the room and waits until its calendar is known.
func (o *office) follow() {
	o.t.Helper()
	require.NoError(o.t, o.svc.Subscribe(o.t.Context(), subscribe.Spec{Key: roomKey, Mailbox: roomAddress}))
	o.settle()
	room, err := o.svc.Room(o.t.Context(), roomKey)
	require.NoError(o.t, err, o.log.String())
	require.NotZero(o.t, room.LoadedAt)
}

// settle lets everything come to rest.
func (o *office) settle() {
	time.Sleep(10 * time.Second)
	synctest.Wait()
}

// HandleChange is the application.
func (o *office) HandleChange(_ context.Context, c calendar.Change) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.respond != nil {
		if err := o.respond(c); err != nil {
			return err
		}
	}
	o.heard = append(o.heard, c)
	switch {
	case c.After != nil:
		o.has[c.After.Key] = *c.After
	default:
		delete(o.has, c.Before.Key)
	}
	return nil
}

// hears compares what the application has been told since the last call.
func (o *office) hears(want ...string) {
	o.t.Helper()
	o.settle()
	o.mu.Lock()
	defer o.mu.Unlock()
	got := make([]string, len(o.heard))
	for i, c := range o.heard {
		got[i] = strings.TrimPrefix(c.String(), roomKey+" ")
		if c.Initial {
			got[i] += " (initial)"
		}
	}
	o.heard = nil
	require.Equal(o.t, strings.Join(want, "\n"), strings.Join(got, "\n"), o.log.String())
}

// told takes what the application has been told since the last call.
func (o *office) told() []calendar.Change {
	o.settle()
	o.mu.Lock()
	defer o.mu.Unlock()
	heard := o.heard
	o.heard = nil
	return heard
}

// agrees makes sure that the application has what Exchange has.
func (o *office) agrees() {
	o.t.Helper()
	o.settle()
	o.mu.Lock()
	defer o.mu.Unlock()
	requireAlike(o.t, o.room, slices.Collect(maps.Values(o.has)), 365*24*time.Hour)
}

// requireAlike compares bookings with the calendar itself, from now on up to the
// horizon.
func requireAlike(t *testing.T, room *ewstest.Mailbox, has []calendar.Booking, horizon time.Duration) {
	t.Helper()
	from := time.Now()
	to := from.Add(horizon).UTC().Truncate(24 * time.Hour)
	var want, got []string
	for _, item := range room.Calendar(from, to) {
		if item.IsCancelled || item.MyResponseType == ews.ResponseDecline || !item.End.After(from) {
			continue
		}
		line := line(item.UID, item.RecurrenceID, item.Start, item.End, item.Subject, item.Location)
		want = append(want, line)
	}
	for _, b := range has {
		if b.End.After(from) && b.Start.Before(to) {
			got = append(got, line(b.UID, b.RecurrenceID, b.Start, b.End, b.Subject, b.Location))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	require.Equal(t, strings.Join(want, "\n"), strings.Join(got, "\n"), room.Address())
}

func line(uid string, recurrence, start, end time.Time, subject, location string) string {
	const layout = "2006-01-02T15:04"
	return fmt.Sprintf("%s–%s %q %q %s %s", start.UTC().Format(layout), end.UTC().Format(layout), subject, location,
		uid[max(0, len(uid)-8):], recurrence.UTC().Format(layout))
}

// at returns a time on the day of the test, or so many days later.
func at(days, hour int) time.Time {
	return time.Date(2026, 11, 23+days, hour, 0, 0, 0, time.UTC)
}

// recordedLog keeps what is logged, to be shown when a test fails.
type recordedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *recordedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *recordedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
