package subscribe_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// 64 shards are 64 rows; on a store that is far away they must not be written
// one after the other, neither when they are claimed nor when they are handed
// over.
func TestShardsAreWrittenSeveralAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &office{t: t, store: &slowStore{Store: memstore.New(), delay: 100 * time.Millisecond}, log: &lines{}}
		start, led := time.Now(), time.Time{}
		o.open(func(c *subscribe.Config) {
			c.Trace = &subscribe.Trace{Led: func(i subscribe.LedInfo) {
				o.mu.Lock()
				defer o.mu.Unlock()
				if i.Shards == subscribe.AllShards {
					led = time.Now()
				}
			}}
		})
		time.Sleep(10 * time.Second)
		o.mu.Lock()
		require.Equal(t, 1100*time.Millisecond, led.Sub(start), "its own row, two looks, and eight times eight shards")
		o.mu.Unlock()
		require.NoError(t, o.stop())
		require.Zero(t, o.log.count("level=WARN"), o.log.String())
		rows, err := o.store.List(t.Context(), "\x01shard/", 100)
		require.NoError(t, err)
		require.Len(t, rows, 64)
		for _, row := range rows {
			require.Empty(t, row.Data, "handed over")
		}
	})
}

// What Exchange answered is stored also if the store takes longer than a part
// of ShutdownGrace, as long as nothing is being stopped.
func TestAnswerIsStoredSlowly(t *testing.T) {
	slow := &slowStore{Store: memstore.New()}
	inOffice(t, func(c *subscribe.Config) { c.Store = slow }, func(t *testing.T, o *office) {
		o.answers(func(call subscribeCall) (*ews.SubscribeResponse, error) {
			slow.set(20 * time.Second)
			return &ews.SubscribeResponse{SubscriptionID: "slow"}, nil
		})
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		time.Sleep(time.Second)
		slow.set(0)
		time.Sleep(30 * time.Second)
		g := o.subscribed(1)[0].Generation
		require.Zero(t, o.log.count("cannot be stored"), o.log.String())
		require.NoError(t, o.beat(g, "", "w0"))
		require.Equal(t, "slow", o.status().SubscriptionID)
		o.hears("gap firstStart")
	})
}

// While the manager is being stopped, it must not take that long.
func TestAnswerIsNotWaitedForWhenStopping(t *testing.T) {
	slow := &slowStore{Store: memstore.New()}
	inOffice(t, func(c *subscribe.Config) { c.Store = slow }, func(t *testing.T, o *office) {
		o.answers(func(subscribeCall) (*ews.SubscribeResponse, error) {
			slow.set(20 * time.Second)
			return &ews.SubscribeResponse{SubscriptionID: "slow"}, nil
		})
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		time.Sleep(time.Second)
		start := time.Now()
		require.NoError(t, o.stop())
		require.LessOrEqual(t, time.Since(start), 10*time.Second)
	})
}
