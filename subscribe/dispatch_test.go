package subscribe_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/storetest"
)

func TestFailedEventComesAgainAndHoldsUpTheRest(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		failures := 2
		o.onEvent(func(_ context.Context, e subscribe.Event) error {
			if e.Watermark == "w1" && failures > 0 {
				failures--
				return errBadDay
			}
			return nil
		})
		require.NoError(t, o.notify(g, "w0", "w1", "w2"))
		require.NoError(t, o.notify(g, "w2", "w3"))
		o.hears("w1")
		require.EqualValues(t, 2, o.status().Backlog)
		time.Sleep(10 * time.Second)
		o.hears("w1", "w1", "w2", "w3")
		require.Zero(t, o.status().Backlog)
	})
}

func TestPanicIsAFailedAttempt(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		o.onEvent(func(_ context.Context, e subscribe.Event) error {
			if e.Attempt == 1 {
				panic("index out of range")
			}
			return nil
		})
		require.NoError(t, o.notify(g, "w0", "w1"))
		time.Sleep(10 * time.Second)
		o.hears("w1", "w1")
		require.Equal(t, 1, o.log.count("the Handler panicked"))
	})
}

func TestEventThatFailsTooOftenIsSetAsideAndReplayed(t *testing.T) {
	inOffice(t, func(c *subscribe.Config) { c.MaxAttempts = 3 }, func(t *testing.T, o *office) {
		g := o.confirmed()
		var got []subscribe.Event
		broken := true
		o.onEvent(func(_ context.Context, e subscribe.Event) error {
			if e.Watermark == "w2" && broken {
				return errBadDay
			}
			got = append(got, e)
			return nil
		})
		require.NoError(t, o.notify(g, "w0", "w1", "w2", "w3"))
		time.Sleep(time.Minute)
		o.hears("w1", "w2", "w2", "w2", "w3")
		require.Equal(t, 1, o.status().Parked)

		var parked subscribe.ParkedEvent
		for p, err := range o.manager.Parked(t.Context()) {
			require.NoError(t, err)
			parked = p
		}
		require.Equal(t, "bad day", parked.Reason)
		require.Equal(t, 3, parked.Attempts)
		require.Equal(t, "w2", parked.Event.Watermark)

		// Replayed while still broken, it is parked again, under a new place.
		require.NoError(t, o.manager.Replay(t.Context(), parked.ParkedID))
		time.Sleep(time.Minute)
		o.hears("w2", "w2", "w2")
		require.Equal(t, 1, o.status().Parked)
		require.ErrorIs(t, o.manager.Replay(t.Context(), parked.ParkedID), subscribe.ErrNotFound)
		for p, err := range o.manager.Parked(t.Context()) {
			require.NoError(t, err)
			parked = p
		}
		broken = false
		require.NoError(t, o.manager.Replay(t.Context(), parked.ParkedID))
		o.hears("w2")
		require.Zero(t, o.status().Parked)
		require.True(t, got[2].Replayed)
		require.NotEqual(t, got[0].ID, got[2].ID)

		require.NoError(t, o.notify(g, "w3", "w4"), "a replay does not disturb the chain")
		o.hears("w4")
	})
}

func TestReplayKeepsTheIDWithoutWatermarks(t *testing.T) {
	inOffice(t, func(c *subscribe.Config) { c.MaxAttempts = 1 }, func(t *testing.T, o *office) {
		g := o.confirmed()
		var ids []string
		o.onEvent(func(_ context.Context, e subscribe.Event) error {
			ids = append(ids, e.ID)
			if len(ids) < 3 {
				return errBadDay
			}
			return nil
		})
		require.NoError(t, o.notify(g, "", ""))
		o.hears("")
		for range 2 {
			for p, err := range o.manager.Parked(t.Context()) {
				require.NoError(t, err)
				require.NoError(t, o.manager.Replay(t.Context(), p.ParkedID))
			}
			o.hears("")
		}
		require.Len(t, ids, 3)
		require.Equal(t, ids[0], ids[1])
		require.Equal(t, ids[0], ids[2])
	})
}

func TestGapIsRepeatedWithoutEndAndTheNewestCoversTheRest(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		works := false
		o.onGap(func(context.Context, subscribe.Gap) error {
			if works {
				return nil
			}
			return errBadDay
		})
		require.NoError(t, o.notify(g, "w5", "w6"))
		synctest.Wait()
		require.NoError(t, o.notify(g, "w7", "w8"))
		require.NoError(t, o.notify(g, "w9", "w10"))
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		o.mu.Lock()
		require.Greater(t, len(o.heard), 10)
		o.heard, works = nil, true
		o.mu.Unlock()
		time.Sleep(2 * time.Minute)
		// The first was begun and is repeated; the second is covered by the third.
		o.hears("gap brokenChain", "w6", "w8", "gap brokenChain", "w10")
	})
}

func TestHungHandlersHoldUpOnlyTheirOwnKeys(t *testing.T) {
	inOffice(t, func(c *subscribe.Config) { c.Handlers, c.HandlerTimeout = 2, 10*time.Second }, func(t *testing.T, o *office) {
		g := o.confirmed()
		release := make(chan struct{})
		o.onGap(func(_ context.Context, gap subscribe.Gap) error {
			if gap.Key != room {
				<-release // does not even look at its context
			}
			return nil
		})
		for i := range 5 {
			key := fmt.Sprint("hung-", i)
			require.NoError(t, o.store.Append(t.Context(), subscribe.Entry{
				Key: key, Seq: 1, Shard: subscribe.ShardOf(key), At: time.Now(), Data: []byte(`{"gap":"silence","lastGap":1}` + "\n"),
			}))
			_, err := o.store.Put(t.Context(), subscribe.Row{
				Key: key, Shard: subscribe.ShardOf(key), Data: []byte(`{"spec":{"key":"` + key + `"}}`),
			})
			require.NoError(t, err)
		}
		o.manager.Nudge()
		require.NoError(t, o.notify(g, "w0", "w1"))
		time.Sleep(time.Minute)
		o.mu.Lock()
		require.Contains(t, o.heard, "w1")
		o.mu.Unlock()

		start := time.Now()
		err := o.stop()
		require.ErrorIs(t, err, subscribe.ErrHung)
		require.ErrorContains(t, err, `"hung-0"`)
		require.NotContains(t, err.Error(), room)
		require.Equal(t, 10*time.Second, time.Since(start), "shutdown is bounded")
		close(release)
		synctest.Wait()
		o.open(nil) // the office closes again by itself
	})
}

func TestShutdownLetsCallsFinish(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		o.onEvent(func(ctx context.Context, _ subscribe.Event) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(3 * time.Second):
				return nil
			}
		})
		require.NoError(t, o.notify(g, "w0", "w1"))
		require.NoError(t, o.notify(g, "w1", "w2"))
		synctest.Wait()
		start := time.Now()
		require.NoError(t, o.stop())
		require.Equal(t, 3*time.Second, time.Since(start))
		o.hears("w1")
		o.onEvent(nil)
		o.open(nil)
		o.hears("w2")
	})
}

func TestStoreThatFailsLosesNothing(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			var faulty *storetest.Faulty
			inOffice(t, func(c *subscribe.Config) {
				faulty = storetest.NewFaulty(c.Store, seed)
				faulty.Set(storetest.AllMethods, 0.2, 0.1)
				c.Store = faulty
			}, func(t *testing.T, o *office) {
				seen := make(map[string]bool)
				o.onEvent(func(_ context.Context, e subscribe.Event) error {
					seen[e.Watermark] = true
					return nil
				})
				for o.manager.Subscribe(t.Context(), spec()) != nil {
					time.Sleep(time.Second)
				}
				time.Sleep(30 * time.Minute)
				synctest.Wait()
				o.mu.Lock()
				if len(o.calls) == 0 {
					t.Fatal("never subscribed:\n" + o.log.String())
				}
				o.mu.Unlock()
				previous := ""
				for i := range 50 {
					w := fmt.Sprint("w", i)
					for { // as Exchange does
						o.mu.Lock()
						g := o.calls[len(o.calls)-1].Generation
						o.mu.Unlock()
						if o.notify(g, previous, w) == nil {
							break
						}
						time.Sleep(30 * time.Second)
					}
					previous = w
				}
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				for i := range 50 {
					require.True(t, seen[fmt.Sprint("w", i)], "w%d is lost", i)
				}
				require.NotZero(t, faulty.Faults(storetest.AllMethods))
			})
		})
	}
}

func TestTraceTellsWhatHappens(t *testing.T) {
	var recorded, confirmed, subscribed, handled, swept int
	inOffice(t, func(c *subscribe.Config) {
		c.Trace = &subscribe.Trace{
			Subscribed: func(i subscribe.SubscribedInfo) { subscribed++ },
			Handled:    func(i subscribe.HandledInfo) { handled++ },
			Swept:      func(i subscribe.SweptInfo) { swept++ },
		}
	}, func(t *testing.T, o *office) {
		o.recorder = subscribe.NewRecorder(o.store, &subscribe.RecorderOptions{
			Manager: o.manager,
			Trace: &subscribe.Trace{
				Recorded:  func(i subscribe.RecordedInfo) { recorded++ },
				Confirmed: func(i subscribe.ConfirmedInfo) { confirmed++ },
			},
		})
		g := o.confirmed()
		require.NoError(t, o.notify(g, "w0", "w1", "w2"))
		o.hears("w1", "w2")
		require.Equal(t, []int{2, 1, 1, 3}, []int{recorded, confirmed, subscribed, handled})
		require.NotZero(t, swept)
	})
}

func TestHandledEntriesArePruned(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		previous := "w0"
		for i := range 20 {
			w := fmt.Sprint("x", i)
			require.NoError(t, o.notify(g, previous, w))
			previous = w
			time.Sleep(10 * time.Minute)
		}
		entries, err := o.store.Read(t.Context(), room, 0, 100)
		require.NoError(t, err)
		require.Less(t, len(entries), 10, "an hour's, and the last quarter")
		require.GreaterOrEqual(t, len(entries), 6)
	})
}
