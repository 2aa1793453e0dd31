package subscribe_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// A heartbeat is recorded, and that it is done with is stored along with
// others; nobody looks for it, also not ten minutes after the last one.
func TestAHeartbeatIsDoneWithAsItIsRecorded(t *testing.T) {
	calls := &callStore{Store: memstore.New()}
	inOffice(t, func(c *subscribe.Config) { c.Store, c.SweepInterval = calls, 24*time.Hour }, func(t *testing.T, o *office) {
		g := o.confirmed()
		for range 20 {
			time.Sleep(10 * time.Minute)
			calls.taken()
			require.NoError(t, o.beat(g, "w0", "w0"))
			require.Zero(t, o.status().Backlog, "at once")
			calls.taken()
			time.Sleep(500 * time.Millisecond)
			require.Equal(t, map[string]int{"Advance": 1}, calls.taken())
		}
		offset, err := calls.Offset(t.Context(), room)
		require.NoError(t, err)
		require.EqualValues(t, 21, offset)
		require.NoError(t, o.notify(g, "w0", "w1"))
		o.hears("w1")
	})
}

// In a process that has just started nothing is known of a key: its heartbeat
// is looked for soon, but many are looked for at a time.
func TestFirstHeartbeatsAreLookedForTogether(t *testing.T) {
	calls := &callStore{Store: memstore.New()}
	slow := func(c *subscribe.Config) { c.Store, c.SweepInterval = calls, 24*time.Hour }
	inOffice(t, slow, func(t *testing.T, o *office) {
		g := o.confirmed()
		time.Sleep(time.Second)
		require.NoError(t, o.stop())
		o.open(slow)
		time.Sleep(time.Minute)
		calls.taken()
		for range 10 {
			require.NoError(t, o.beat(g, "w0", "w0"))
		}
		synctest.Wait()
		require.Zero(t, calls.taken()["Backlog"])
		time.Sleep(500 * time.Millisecond)
		require.Equal(t, map[string]int{"Backlog": 1, "Tail": 1, "Get": 1, "Read": 2, "Advance": 1}, calls.taken())
		require.Zero(t, o.status().Backlog)
	})
}

// A heartbeat does not carry the offset beyond an event that nobody has handled.
func TestAHeartbeatWaitsForTheEventsBeforeIt(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		time.Sleep(time.Second)
		o.onEvent(func(ctx context.Context, _ subscribe.Event) error {
			<-ctx.Done()
			return ctx.Err()
		})
		require.NoError(t, o.notify(g, "w0", "w1"))
		for range 100 { // more than are kept in memory
			require.NoError(t, o.beat(g, "w1", "w1"))
			time.Sleep(100 * time.Millisecond)
		}
		offset, err := o.store.Offset(t.Context(), room)
		require.NoError(t, err)
		require.EqualValues(t, 1, offset)
		require.EqualValues(t, 101, o.status().Backlog)

		require.NoError(t, o.stop())
		o.onEvent(nil)
		o.hears("w1")
		o.open(nil)
		time.Sleep(5 * time.Second)
		o.hears("w1")
		require.Zero(t, o.status().Backlog)
	})
}

// A journal that was begun anew and is just as long is another one: its
// heartbeat does not carry the offset beyond what waits there.
func TestAHeartbeatOfANewJournal(t *testing.T) {
	var cfg subscribe.Config
	keep := func(c *subscribe.Config) { c.SweepInterval, cfg = 24*time.Hour, *c }
	inOffice(t, keep, func(t *testing.T, o *office) {
		cfg.Store = o.store
		elsewhere, err := subscribe.New(cfg) // in a process of its own, and never runs
		require.NoError(t, err)
		g := o.confirmed()
		time.Sleep(time.Second)
		for range 4 {
			require.NoError(t, o.beat(g, "w0", "w0"))
		}
		require.NoError(t, elsewhere.Unsubscribe(t.Context(), room))
		time.Sleep(10 * time.Second)
		require.NoError(t, elsewhere.Subscribe(t.Context(), spec()))
		o.manager.Nudge()
		time.Sleep(10 * time.Second)
		g = o.subscribed(2)[1].Generation

		own := o.recorder
		o.recorder = subscribe.NewRecorder(o.store, nil)
		require.NoError(t, o.beat(g, "", "v0"))
		for i := range 4 {
			require.NoError(t, o.notify(g, fmt.Sprint("v", i), fmt.Sprint("v", i+1)))
		}
		o.recorder = own
		tail, err := o.store.Tail(t.Context(), room)
		require.NoError(t, err)
		require.EqualValues(t, 5, tail.Seq, "as long as the old one was")
		require.NoError(t, o.beat(g, "v4", "v4"))
		time.Sleep(time.Second)
		o.hears("gap firstStart", "v1", "v2", "v3", "v4")
		require.Zero(t, o.status().Backlog)
	})
}

// Events and heartbeats come through several recorders, at once and after long
// pauses, the Handler fails, the manager is restarted, the subscription is made
// anew: every event is handed over in order, and in the end nothing waits.
func TestHeartbeatsAmongEvents(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			inOffice(t, nil, func(t *testing.T, o *office) {
				random := rand.New(rand.NewPCG(seed, 1))
				g := o.confirmed()
				var handled, want []string
				failing := 0
				o.onEvent(func(_ context.Context, e subscribe.Event) error {
					o.mu.Lock()
					defer o.mu.Unlock()
					if failing > 0 {
						failing--
						return errBadDay
					}
					handled = append(handled, e.Watermark)
					return nil
				})
				other := subscribe.NewRecorder(o.store, nil)
				last, lives := 0, 1
				for range 800 {
					own := o.recorder
					if random.IntN(4) == 0 {
						o.recorder = other
					}
					previous := fmt.Sprint("w", last)
					if random.IntN(3) > 0 {
						require.NoError(t, o.beat(g, previous, previous))
					} else {
						last++
						want = append(want, fmt.Sprint("w", last))
						require.NoError(t, o.notify(g, previous, fmt.Sprint("w", last)))
					}
					o.recorder = own
					switch random.IntN(60) {
					case 0:
						require.NoError(t, o.stop())
						o.open(nil)
					case 1:
						o.mu.Lock()
						failing = random.IntN(4)
						o.mu.Unlock()
					case 2: // everything is handed over before the journal is deleted
						time.Sleep(time.Minute)
						require.NoError(t, o.manager.Unsubscribe(t.Context(), room))
						require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
						lives++
						time.Sleep(10 * time.Second)
						g, last = o.subscribed(lives)[lives-1].Generation, 0
						require.NoError(t, o.beat(g, "", "w0"))
					}
					if random.IntN(2) == 0 {
						time.Sleep([]time.Duration{time.Microsecond, time.Millisecond, time.Second, 10 * time.Minute}[random.IntN(4)])
					}
				}
				time.Sleep(10 * time.Minute)
				o.mu.Lock()
				defer o.mu.Unlock()
				require.Equal(t, want, handled)
				tail, err := o.store.Tail(t.Context(), room)
				require.NoError(t, err)
				offset, err := o.store.Offset(t.Context(), room)
				require.NoError(t, err)
				require.Equal(t, tail.Seq, offset)
			})
		})
	}
}
