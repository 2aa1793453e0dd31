package calendar_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
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
	"github.com/ewspush/ewspush/subscribe/storetest"
)

var (
	simSeed  = flag.Uint64("sim.seed", 0, "seed of the simulation; 0 is a new one each time")
	simDays  = flag.Int("sim.days", simulatedDays, "simulated days")
	simRooms = flag.Int("sim.rooms", 3, "simulated rooms")
	simLog   = flag.Bool("sim.log", false, "log what happens in the simulation to standard error")
)

// simHorizon is shorter than what people book, so that series come into it.
const simHorizon = 60 * 24 * time.Hour

// TestSimulatedMonth lets people book, change, move and cancel for a month,
// series included, while Exchange and the application are restarted and
// disturbed. Once a day there is peace, and what the application has must be
// what the calendars have. With a store that works, every difference must also
// have been told exactly once in effect: from what the application had to
// something else.
func TestSimulatedMonth(t *testing.T) {
	for _, c := range []struct {
		name  string
		rough bool // the store fails, and the application is killed
	}{
		{"store that works", false},
		{"store that fails, application that is killed", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			seed := *simSeed
			if seed == 0 {
				seed = rand.Uint64()
			}
			t.Logf("seed %d: go test ./push/calendar -run TestSimulatedMonth -sim.seed=%d", seed, seed)
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, seed, c.rough)
				defer w.exchange.Close()
				defer func() { w.app.stop() }()
				w.month()
			})
		})
	}
}

type world struct {
	t        *testing.T
	rough    bool
	rnd      *rand.Rand
	log      *slog.Logger
	network  *ewstest.Network
	exchange *ewstest.Server
	rooms    []string
	storage  *memstore.Store
	app      *life
	database *database
	events   map[string]int
}

// life is one life of the application's process.
type life struct {
	svc   *calendar.Service
	store *storetest.Faulty
	dead  bool // under the database's lock: nothing it does has any effect
	stop  func()
}

// database is what the application itself has, and outlives it.
type database struct {
	mu       sync.Mutex
	rnd      *rand.Rand
	calm     bool
	strict   bool
	applied  map[string]bool                        // by Change.ID
	bookings map[string]map[string]calendar.Booking // by room and key
	unsure   map[string]bool                        // rooms in which a change was interrupted since the last peace
	changes  map[calendar.Kind]int
	wrong    []string
}

var errBadDay = errors.New("the handler has a bad day")

// apply is the application's HandleChange.
func (d *database) apply(l *life, c calendar.Change) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l.dead || !d.calm && d.rnd.IntN(60) == 0 {
		d.unsure[c.Key] = true
		return errBadDay
	}
	if d.applied[c.ID] {
		return nil
	}
	d.applied[c.ID] = true
	d.changes[c.Kind]++
	room := d.bookings[c.Key]
	had, ok := room[c.Booking().Key]
	if d.strict && !d.unsure[c.Key] {
		switch {
		case ok && had.End.Before(time.Now().Add(-24*time.Hour)): // past: forgotten
		case c.Before == nil && ok, c.Before != nil && !ok, ok && !had.Equal(c.Before), c.Before.Equal(c.After):
			d.wrong = append(d.wrong, fmt.Sprintf("%s: had %v", c, had))
		}
	}
	if c.After != nil {
		room[c.After.Key] = *c.After
	} else {
		delete(room, c.Before.Key)
	}
	if !d.calm && !d.strict && d.rnd.IntN(60) == 0 {
		return errBadDay // it has done it, and does not say so
	}
	return nil
}

func newWorld(t *testing.T, seed uint64, rough bool) *world {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	if *simLog {
		logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	network := ewstest.NewNetwork()
	w := &world{
		t: t, rough: rough, rnd: rand.New(rand.NewPCG(seed, 0)), log: logger, network: network,
		exchange: ewstest.NewServer(&ewstest.Options{Network: network, Seed: seed, Logger: logger, Delay: time.Second}),
		storage:  memstore.New(), events: map[string]int{},
		database: &database{
			rnd: rand.New(rand.NewPCG(seed, 1)), strict: !rough, applied: map[string]bool{},
			bookings: map[string]map[string]calendar.Booking{}, changes: map[calendar.Kind]int{}, unsure: map[string]bool{},
		},
	}
	for i := range *simRooms {
		room := fmt.Sprintf("room%02d@example.com", i)
		w.rooms = append(w.rooms, room)
		w.database.bookings[room] = map[string]calendar.Booking{}
		options := ewstest.RoomOptions{Delay: time.Second, MaxConflicts: 3, ConflictPercent: 50}
		switch (uint64(i) + seed) % 4 {
		case 1:
			options.KeepCancelled, options.KeepSubject = true, true
		case 2:
			options.Pending = true
		case 3:
			options.AllowConflicts, options.BookingWindow = true, -1
		}
		w.exchange.Mailbox(room).MakeRoom(options)
	}
	w.start()
	return w
}

func (w *world) start() {
	l := &life{store: storetest.NewFaulty(w.storage, w.rnd.Uint64())}
	w.app = l
	w.disturb(true)
	client, err := ews.NewClient(w.exchange.URL(), &ews.ClientOptions{HTTPClient: &http.Client{Transport: w.network.Transport()}})
	require.NoError(w.t, err)
	l.svc, err = calendar.New(calendar.Config{
		Push: push.Config{
			Client: client, CallbackURL: callbackURL, Secrets: [][]byte{[]byte("an example of a secret")}, Store: l.store, Logger: w.log,
			Manage: subscribe.Config{SweepInterval: 15 * time.Second, Replica: "the only one", Lease: 5 * time.Minute},
		},
		Handler: handlerFunc(func(_ context.Context, c calendar.Change) error { return w.database.apply(l, c) }),
		Options: calendar.Options{Horizon: simHorizon},
	})
	require.NoError(w.t, err)
	ctx, cancel := context.WithCancel(w.t.Context())
	stopServing := w.network.Serve("hooks.test", l.svc)
	ran := make(chan error, 1)
	go func() { ran <- l.svc.Run(ctx) }()
	l.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ran; err != nil {
			w.t.Errorf("Run: %v", err)
		}
		stopServing()
	})
	for _, room := range w.rooms {
		for l.svc.Subscribe(w.t.Context(), subscribe.Spec{Key: room, Mailbox: room}) != nil {
			time.Sleep(time.Second)
		}
	}
}

type handlerFunc func(context.Context, calendar.Change) error

func (f handlerFunc) HandleChange(ctx context.Context, c calendar.Change) error { return f(ctx, c) }

// disturb has the store fail now and then, or not.
func (w *world) disturb(on bool) {
	if on && w.rough {
		w.app.store.Set(storetest.AllMethods, 0.01, 0.01)
	} else {
		w.app.store.Set(storetest.AllMethods, 0, 0)
	}
	w.database.mu.Lock()
	w.database.calm = !on
	w.database.mu.Unlock()
}

func (w *world) month() {
	for day := range *simDays {
		ctx, cancel := context.WithCancel(w.t.Context())
		var people sync.WaitGroup
		for i, room := range w.rooms {
			rnd := rand.New(rand.NewPCG(w.rnd.Uint64(), uint64(i)))
			people.Go(func() { w.live(ctx, room, rnd) })
		}
		end := time.Now().Add(20 * time.Hour)
		for time.Now().Before(end) {
			time.Sleep(time.Duration(w.rnd.ExpFloat64() * float64(2*time.Hour)))
			w.misfortune()
		}
		cancel()
		people.Wait()

		// Peace: everything comes right by itself.
		w.exchange.ClearFaults()
		w.disturb(false)
		time.Sleep(4 * time.Hour)
		w.verify(day)
		w.disturb(true)
	}
	w.app.stop()
	w.t.Log(w.summary())
}

// verify compares what the application has with the calendars.
func (w *world) verify(day int) {
	w.t.Helper()
	synctest.Wait()
	w.database.mu.Lock()
	defer w.database.mu.Unlock()
	require.Empty(w.t, w.database.wrong, "day %d", day)
	clear(w.database.unsure)
	for _, room := range w.rooms {
		requireAlike(w.t, w.exchange.Mailbox(room), slices.Collect(maps.Values(w.database.bookings[room])), simHorizon-24*time.Hour)
	}
}

func (w *world) summary() string {
	lines := make([]string, 0, len(w.events))
	for _, what := range slices.Sorted(maps.Keys(w.events)) {
		lines = append(lines, fmt.Sprintf("%d × %s", w.events[what], what))
	}
	return fmt.Sprintf("told: %v; misfortunes: %s; requests: %v", w.database.changes, strings.Join(lines, ", "), w.exchange.Stats().Operations)
}

func (w *world) misfortune() {
	room := w.exchange.Mailbox(w.rooms[w.rnd.IntN(len(w.rooms))])
	note := func(what string) {
		w.events[what]++
		w.log.Info("misfortune", "what", what, "room", room.Address())
	}
	minutes := func(n int) time.Duration { return time.Duration(1+w.rnd.IntN(n)) * time.Minute }
	switch w.rnd.IntN(12) {
	case 0:
		note("Exchange restarts")
		w.exchange.Restart()
	case 1:
		note("Exchange is down")
		w.exchange.Down()
		time.Sleep(minutes(60))
		w.exchange.Up()
	case 2:
		note("history forgotten")
		room.ForgetEvents()
	case 3:
		note("mailbox moved")
		room.MoveDatabase()
	case 4:
		note("sync states invalid")
		room.InvalidateSyncStates()
	case 5, 6:
		note("application restarts")
		w.app.stop()
		time.Sleep(minutes(90))
		w.start()
	case 7:
		if !w.rough {
			return
		}
		note("application is killed")
		w.database.mu.Lock()
		w.app.dead = true
		w.database.mu.Unlock()
		w.app.store.Set(storetest.AllMethods, 1, 0)
		w.app.stop()
		time.Sleep(minutes(5))
		w.start()
	case 8:
		note("throttled")
		w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultServerBusy, Mailbox: room.Address(), BackOff: minutes(10), Times: 3})
	case 9:
		note("unavailable")
		w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultHTTPStatus, Status: http.StatusServiceUnavailable, Times: 2})
	default:
		note("notifications lost")
		w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultSkip, Mailbox: room.Address(), Times: 3})
	}
}
