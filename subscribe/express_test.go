package subscribe_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// callStore counts the calls of a store by method, and fails an Append after
// it has taken effect if told to.
type callStore struct {
	subscribe.Store
	mu    sync.Mutex
	calls map[string]int
	lie   bool
}

func (c *callStore) count(method string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = make(map[string]int)
	}
	c.calls[method]++
}

// taken returns the counts since the last time.
func (c *callStore) taken() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}

func (c *callStore) Get(ctx context.Context, key string) (subscribe.Row, error) {
	c.count("Get")
	return c.Store.Get(ctx, key)
}

func (c *callStore) Tail(ctx context.Context, key string) (subscribe.Entry, error) {
	c.count("Tail")
	return c.Store.Tail(ctx, key)
}

func (c *callStore) Read(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error) {
	c.count("Read")
	return c.Store.Read(ctx, key, after, limit)
}

func (c *callStore) Backlog(ctx context.Context, s subscribe.Shards, after string, limit int) ([]subscribe.Backlog, error) {
	c.count("Backlog")
	return c.Store.Backlog(ctx, s, after, limit)
}

func (c *callStore) Due(ctx context.Context, s subscribe.Shards, now time.Time, limit int) ([]subscribe.Row, error) {
	c.count("Due")
	return c.Store.Due(ctx, s, now, limit)
}

func (c *callStore) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	c.count("Advance")
	return c.Store.Advance(ctx, offsets)
}

func (c *callStore) Append(ctx context.Context, e subscribe.Entry) error {
	c.count("Append")
	err := c.Store.Append(ctx, e)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lie {
		c.lie = false
		return errBadDay
	}
	return err
}

// One notification is one call of the store until it has been handled, and
// many of them are one more.
func TestANotificationIsOneCallOfTheStore(t *testing.T) {
	calls := &callStore{Store: memstore.New()}
	inOffice(t, func(c *subscribe.Config) { c.Store, c.SweepInterval = calls, time.Hour }, func(t *testing.T, o *office) {
		g := o.confirmed()
		time.Sleep(time.Second)                     // the manager has just changed the row
		require.NoError(t, o.notify(g, "w0", "w1")) // is read from the store
		o.hears("w1")
		time.Sleep(300 * time.Millisecond)
		calls.taken()
		for i := range 10 {
			require.NoError(t, o.notify(g, fmt.Sprint("w", i+1), fmt.Sprint("w", i+2)))
			o.hears(fmt.Sprint("w", i+2))
		}
		time.Sleep(500 * time.Millisecond)
		require.Equal(t, map[string]int{"Append": 10, "Advance": 1}, calls.taken())

		time.Sleep(time.Second)
		require.NoError(t, o.notify(g, "w11", "w12"))
		o.hears("w12")
		require.Equal(t, map[string]int{"Append": 1, "Get": 1}, calls.taken(), "now and then the row is looked at")
		require.Zero(t, o.status().Backlog, "also as long as it is not stored")
	})
}

// An Append that has taken effect in spite of its error is found when Exchange
// repeats the notification.
func TestAnAppendOfUnknownOutcomeIsLookedAt(t *testing.T) {
	calls := &callStore{Store: memstore.New()}
	inOffice(t, func(c *subscribe.Config) { c.Store = calls }, func(t *testing.T, o *office) {
		g := o.confirmed()
		time.Sleep(time.Second)
		require.NoError(t, o.notify(g, "w0", "w1"))
		calls.mu.Lock()
		calls.lie = true
		calls.mu.Unlock()
		require.ErrorIs(t, o.notify(g, "w1", "w2"), errBadDay)
		require.NoError(t, o.notify(g, "w1", "w2"))
		require.NoError(t, o.notify(g, "w2", "w3"))
		time.Sleep(5 * time.Second)
		o.hears("w1", "w2", "w3")
	})
}

// What another process changes is known here a second later at the latest, and
// what the manager of this process changes at once.
func TestASupersededGenerationIsNotBelievedForLong(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		time.Sleep(time.Second)
		require.NoError(t, o.notify(g, "w0", "w1"))
		elsewhere := subscribe.NewRecorder(o.store, nil)
		record := func(previous, watermark string) error {
			o.recorder, elsewhere = elsewhere, o.recorder
			defer func() { o.recorder, elsewhere = elsewhere, o.recorder }()
			return o.notify(g, previous, watermark)
		}
		require.NoError(t, record("w1", "w2"))
		require.NoError(t, record("w2", "w3"), "from memory")

		other := spec()
		other.Mailbox = "room2@example.com"
		require.NoError(t, o.manager.Subscribe(t.Context(), other))
		require.ErrorIs(t, o.notify(g, "w3", "w4"), subscribe.ErrUnsubscribe)
		time.Sleep(time.Second)
		require.ErrorIs(t, record("w3", "w4"), subscribe.ErrUnsubscribe)
	})
}

func TestADeletedKeyIsNotBelieved(t *testing.T) {
	for _, by := range []string{"this process", "another"} {
		t.Run(by, func(t *testing.T) {
			var cfg subscribe.Config
			keep := func(c *subscribe.Config) { cfg = *c }
			inOffice(t, keep, func(t *testing.T, o *office) {
				manager := o.manager
				if by == "another" {
					cfg.Store = o.store
					var err error
					manager, err = subscribe.New(cfg) // and never runs
					require.NoError(t, err)
				}
				g := o.confirmed()
				time.Sleep(time.Second)
				require.NoError(t, o.notify(g, "w0", "w1"))
				require.NoError(t, o.notify(g, "w1", "w2"))
				require.NoError(t, o.notify(g, "w2", "w3"))
				require.NoError(t, manager.Unsubscribe(t.Context(), room))
				require.ErrorIs(t, o.notify(g, "w3", "w4"), subscribe.ErrUnsubscribe)
				o.hears("w1", "w2", "w3")

				// Made anew with a journal that gets as long as the old one was:
				// no entry is taken for one that was handled.
				time.Sleep(time.Millisecond)
				require.NoError(t, manager.Subscribe(t.Context(), spec()))
				time.Sleep(2 * time.Second)
				next := o.subscribed(2)[1].Generation
				require.NoError(t, o.beat(next, "", "v0"))
				for i := range 6 {
					require.NoError(t, o.notify(next, fmt.Sprint("v", i), fmt.Sprint("v", i+1)))
				}
				time.Sleep(time.Second)
				o.hears("gap firstStart", "v1", "v2", "v3", "v4", "v5", "v6")
				require.Zero(t, o.status().Backlog)
			})
		})
	}
}

// Notifications come through several recorders, some are repeated, the Handler
// fails and is slow, the manager is restarted: every event is handed over in
// order, and only what was handed over without success comes again.
func TestEventsStayInOrderWhoeverRecordsThem(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			inOffice(t, nil, func(t *testing.T, o *office) {
				random := rand.New(rand.NewPCG(seed, 0))
				g := o.confirmed()
				failed := make(map[string]int)
				o.onEvent(func(_ context.Context, e subscribe.Event) error {
					o.mu.Lock()
					outcome := random.IntN(12)
					o.mu.Unlock()
					time.Sleep(time.Duration(outcome*outcome) * time.Millisecond)
					if outcome == 0 {
						o.mu.Lock()
						defer o.mu.Unlock()
						failed[e.Watermark]++
						return errBadDay
					}
					return nil
				})
				const notifications = 600
				other := subscribe.NewRecorder(o.store, &subscribe.RecorderOptions{Recorded: func() { o.manager.Nudge() }})
				third := subscribe.NewRecorder(o.store, nil)
				draw := func(n int) int {
					o.mu.Lock()
					defer o.mu.Unlock()
					return random.IntN(n)
				}
				for i := range notifications {
					if draw(100) == 0 {
						require.NoError(t, o.stop())
						o.open(nil)
					}
					own := o.recorder
					o.recorder = []*subscribe.Recorder{own, own, own, own, other, third}[draw(6)]
					for range 1 + draw(6)/5 { // repeated now and then
						require.NoError(t, o.notify(g, fmt.Sprint("w", i), fmt.Sprint("w", i+1)))
					}
					o.recorder = own
					time.Sleep(time.Duration(draw(100)) * time.Millisecond)
				}
				time.Sleep(10 * time.Minute)
				o.mu.Lock()
				heard := o.heard
				o.heard = nil
				o.mu.Unlock()
				next := 0
				for _, w := range heard {
					if strings.HasPrefix(w, "gap") {
						t.Fatal(w)
					}
					if failed[w] > 0 && w == fmt.Sprint("w", next+1) {
						failed[w]--
						continue
					}
					require.Equal(t, fmt.Sprint("w", next+1), w)
					next++
				}
				require.Equal(t, notifications, next)
				require.Zero(t, o.status().Backlog)
			})
		})
	}
}
