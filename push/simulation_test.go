package push_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/notify"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
	"github.com/ewspush/ewspush/subscribe/storetest"
)

var (
	simSeed  = flag.Uint64("sim.seed", 0, "seed of the simulation; 0 is a new one each time")
	simDays  = flag.Int("sim.days", 7, "simulated days")
	simRooms = flag.Int("sim.rooms", 10, "simulated rooms")
	simLog   = flag.Bool("sim.log", false, "log what happens in the simulation to standard error")
)

const callbackURL = "http://hooks.test/ews"

// TestSimulatedWeek lets people change calendars for a week while Exchange and
// the application are restarted, killed and disturbed in every way the fake
// Exchange and the faulty store know. At the end every change must have been
// handed over, or be covered by a gap that was handed over after it.
func TestSimulatedWeek(t *testing.T) {
	for _, c := range []struct {
		name     string
		volatile bool // a killed application loses its store
	}{
		{"durable store", false},
		{"memory lost with the process", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // the bubbles are apart
			seed := *simSeed
			if seed == 0 {
				seed = rand.Uint64()
			}
			t.Logf("seed %d: go test ./push -run 'TestSimulatedWeek' -sim.seed=%d", seed, seed)
			synctest.Test(t, func(t *testing.T) { simulate(t, seed, c.volatile) })
		})
	}
}

// world is a simulated office: an Exchange, an application, people and bad luck.
type world struct {
	t        *testing.T
	rnd      *rand.Rand // of the chaos; everybody else has one of their own
	log      *slog.Logger
	network  *ewstest.Network
	exchange *ewstest.Server
	rooms    []string
	volatile bool
	storage  *memstore.Store // what outlives a process
	app      *application
	proof    *proof
	events   map[string]int // what the chaos did, for the summary
}

func simulate(t *testing.T, seed uint64, volatile bool) {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	if *simLog {
		logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	network := ewstest.NewNetwork()
	w := &world{
		t:        t,
		rnd:      rand.New(rand.NewPCG(seed, 0)),
		log:      logger,
		network:  network,
		exchange: ewstest.NewServer(&ewstest.Options{Network: network, Seed: seed, Logger: logger, Delay: 2 * time.Second}),
		volatile: volatile,
		storage:  memstore.New(),
		events:   make(map[string]int),
	}
	defer w.exchange.Close()
	for i := range *simRooms {
		room := fmt.Sprintf("room%02d@example.com", i)
		w.rooms = append(w.rooms, room)
		w.exchange.Mailbox(room)
	}
	w.proof = newProof(w.exchange, w.rooms, seed)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.start()
	var people sync.WaitGroup
	for i, room := range w.rooms {
		people.Go(func() { w.live(ctx, room, rand.New(rand.NewPCG(seed, uint64(i)+1))) })
	}
	w.chaos(*simDays)
	cancel()
	people.Wait()

	// Peace: everything must come right by itself within a few hours.
	w.exchange.ClearFaults()
	w.app.store.Set(storetest.AllMethods, 0, 0)
	w.proof.calm()
	time.Sleep(6 * time.Hour)
	w.verify()
	w.app.stop()
	t.Log(w.summary())
}

// live is the people who use a room.
func (w *world) live(ctx context.Context, room string, rnd *rand.Rand) {
	m := w.exchange.Mailbox(room)
	calendar := ews.FolderID{DistinguishedID: ews.CalendarFolder}
	deleted := ews.FolderID{DistinguishedID: ews.DeletedItemsFolder}
	var items []string
	for {
		// Now and then somebody is in a hurry.
		pause := time.Duration(rnd.ExpFloat64() * float64(80*time.Minute))
		if rnd.IntN(4) == 0 {
			pause = time.Duration(rnd.IntN(3000)) * time.Millisecond
		}
		if !sleep(ctx, pause) {
			return
		}
		if len(items) == 0 || rnd.IntN(3) == 0 {
			items = append(items, m.CreateItem())
			continue
		}
		i := rnd.IntN(len(items))
		id := items[i]
		gone := true
		var err error
		switch rnd.IntN(8) {
		case 0:
			_, err = m.DeleteItem(id, ewstest.MoveToDeletedItems)
		case 1:
			_, err = m.DeleteItem(id, ewstest.SoftDelete)
		case 2:
			_, err = m.DeleteItem(id, ewstest.HardDelete)
		case 3:
			_, err = m.MoveItem(id, deleted)
		case 4:
			var copied string
			copied, err = m.CopyItem(id, calendar)
			items, gone = append(items, copied), false
		default:
			err = m.ModifyItem(id)
			gone = false
		}
		if err != nil {
			w.t.Errorf("%s: %v", room, err)
		}
		if gone {
			items = append(items[:i], items[i+1:]...)
		}
	}
}

// chaos is a week of bad luck.
func (w *world) chaos(days int) {
	end := time.Now().Add(time.Duration(days) * 24 * time.Hour)
	for time.Now().Before(end) {
		time.Sleep(time.Duration(w.rnd.ExpFloat64() * float64(90*time.Minute)))
		w.misfortune()
	}
}

func (w *world) misfortune() {
	room := w.rooms[w.rnd.IntN(len(w.rooms))]
	minutes := func(n int) time.Duration { return time.Duration(1+w.rnd.IntN(n)) * time.Minute }
	note := func(what string) {
		w.events[what]++
		w.log.Info("misfortune", "what", what, "room", room)
	}
	switch n := w.rnd.IntN(20); n {
	case 0:
		note("Exchange restarts")
		w.exchange.Restart()
	case 1:
		note("Exchange is down")
		w.exchange.Down()
		time.Sleep(minutes(90))
		w.exchange.Up()
	case 2, 3:
		note("application restarts")
		w.app.stop()
		time.Sleep(minutes(5))
		w.start()
	case 4, 5:
		note("application is killed")
		w.app.kill()
		if w.volatile {
			w.storage = memstore.New()
		}
		time.Sleep(minutes(3))
		w.start()
	case 6:
		note("application is away for long")
		w.app.stop()
		time.Sleep(time.Duration(w.rnd.IntN(4)) * time.Hour)
		w.start()
	case 7:
		note("database is away")
		w.app.store.Set(storetest.AllMethods, 1, 0)
		time.Sleep(minutes(15))
		w.app.store.Set(storetest.AllMethods, 0.01, 0.01)
	case 8:
		note("history forgotten")
		w.exchange.Mailbox(room).ForgetEvents()
	case 9:
		note("mailbox moved")
		w.exchange.Mailbox(room).MoveDatabase()
	case 10:
		note("callback address moved")
		w.app.stop()
		w.app.inQuery = !w.app.inQuery
		w.start()
	default:
		faults := []ewstest.Fault{
			{Kind: ewstest.FaultServerBusy, BackOff: minutes(10), Times: 3},
			{Kind: ewstest.FaultLogin},
			{Kind: ewstest.FaultHTTPStatus, Status: http.StatusServiceUnavailable, Times: 2},
			{Kind: ewstest.FaultSlowResponse, Delay: minutes(3)},
			{Kind: ewstest.FaultRestart},
			{Kind: ewstest.FaultResponseCode, Code: ews.ErrorInternalServerError, Times: 4},
			{Kind: ewstest.FaultResponseCode, Code: ews.ErrorExceededSubscriptionCount},
			{Kind: ewstest.FaultLostResponse, Times: 2},
			{Kind: ewstest.FaultNotificationFirst, Times: 2},
			{Kind: ewstest.FaultDuplicate, Times: 5},
			{Kind: ewstest.FaultSkip},
			{Kind: ewstest.FaultErrorMessage, Code: ews.ErrorReadEventsFailed, End: true},
			{Kind: ewstest.FaultErrorMessage, Code: ews.ErrorMissedNotificationEvents, End: true},
			{Kind: ewstest.FaultErrorMessage, Code: ews.ErrorInternalServerError},
			{Kind: ewstest.FaultDamagedBody},
		}
		f := faults[w.rnd.IntN(len(faults))]
		f.Mailbox = room
		if w.rnd.IntN(2) == 0 {
			f.Mailbox = ""
		}
		note(fmt.Sprintf("fault %d %s", f.Kind, f.Code))
		w.exchange.Fault(f)
	}
}

// application is one life of the process under test.
type application struct {
	store   *storetest.Faulty
	svc     *push.Service
	inQuery bool
	stop    func() // orderly
	kill    func() // nothing it does from now on has any effect
}

func (w *world) start() {
	old := w.app
	w.app = &application{store: storetest.NewFaulty(w.storage, w.rnd.Uint64())}
	w.app.store.Set(storetest.AllMethods, 0.01, 0.01)
	if old != nil {
		w.app.inQuery = old.inQuery
	}
	client, err := ews.NewClient(w.exchange.URL(), &ews.ClientOptions{HTTPClient: &http.Client{Transport: w.network.Transport()}})
	require.NoError(w.t, err)
	svc, err := push.New(push.Config{
		Client:          client,
		CallbackURL:     callbackURL,
		CallbackInQuery: w.app.inQuery,
		Secrets:         [][]byte{[]byte("an example of a secret")},
		Store:           w.app.store,
		Handler:         w.proof.handler(w.app),
		Logger:          w.log,
		Receive:         notify.Options{ReceiveTimeout: 20 * time.Second},
		Manage: subscribe.Config{
			SweepInterval: 15 * time.Second, HandlerTimeout: 30 * time.Second, MaxAttempts: 100,
			Replica: "the only one", Lease: 5 * time.Minute,
		},
	})
	require.NoError(w.t, err)
	w.app.svc = svc
	ctx, cancel := context.WithCancel(w.t.Context())
	stopServing := w.network.Serve("hooks.test", svc)
	ran := make(chan error, 1)
	go func() { ran <- svc.Run(ctx) }()
	stopped := false
	w.app.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ran; err != nil {
			w.t.Errorf("Run: %v", err)
		}
		stopServing()
	}
	app := w.app
	w.app.kill = func() {
		w.proof.bury(app)
		app.store.Set(storetest.AllMethods, 1, 0)
		app.stop()
	}
	for i, room := range w.rooms {
		spec := subscribe.Spec{Key: fmt.Sprintf("room-%02d", i), Mailbox: room, StatusFrequency: 30 * time.Minute}
		if i%3 == 0 {
			spec.StatusFrequency = 10 * time.Minute
		}
		for svc.Subscribe(w.t.Context(), spec) != nil { // the store fails now and then
			time.Sleep(time.Second)
		}
	}
}

// sleep reports whether ctx let it sleep.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

var errBadDay = errors.New("the handler has a bad day")
