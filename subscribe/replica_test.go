package subscribe_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
	"github.com/ewspush/ewspush/subscribe/storetest"
)

// cluster is several managers on one store.
type cluster struct {
	t       *testing.T
	storage *memstore.Store

	mu      sync.Mutex
	inside  map[string]visit    // key → the replica that is in the Handler with it
	overlap []string            // what must not be
	handled map[string][]string // key → watermarks, in order of their first delivery
	seen    map[string]bool     // key and watermark
	pause   func() time.Duration
	delay   time.Duration // of the stores of those who join
}

// visit is a call of the Handler under way.
type visit struct {
	replica string
	since   time.Time
	ctx     context.Context
}

// replica is one of them.
type replica struct {
	name    string
	cluster *cluster
	store   *storetest.Faulty
	slow    *slowStore
	manager *subscribe.Manager
	stop    func() error

	mu  sync.Mutex
	led subscribe.Shards
}

const lease = 10 * time.Second

func newCluster(t *testing.T) *cluster {
	t.Helper()
	return &cluster{
		t: t, storage: memstore.New(),
		inside: make(map[string]visit), handled: make(map[string][]string), seen: make(map[string]bool),
		pause: func() time.Duration { return 0 },
	}
}

func (c *cluster) join(name string) *replica {
	c.t.Helper()
	r := &replica{name: name, cluster: c, slow: &slowStore{Store: c.storage, delay: c.delay}}
	r.store = storetest.NewFaulty(r.slow, 1)
	var err error
	r.manager, err = subscribe.New(subscribe.Config{
		Store: r.store, Handler: r, Lease: lease,
		Subscriber: subscriberFunc(func(context.Context, string, *ews.PushSubscriptionRequest) (*ews.SubscribeResponse, error) {
			return &ews.SubscribeResponse{}, nil
		}),
		CallbackURL: func(key string, g int64) (string, error) { return fmt.Sprintf("https://hooks.test/%s/%d", key, g), nil },
		Logger:      slog.New(slog.DiscardHandler),
		Trace: &subscribe.Trace{Led: func(i subscribe.LedInfo) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.led = i.Shards
		}},
	})
	require.NoError(c.t, err)
	ctx, cancel := context.WithCancel(c.t.Context())
	ran := make(chan error, 1)
	go func() { ran <- r.manager.Run(ctx) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-ran
	})
	return r
}

func (r *replica) shards() subscribe.Shards {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.led
}

// HandleEvent implements subscribe.Handler.
func (r *replica) HandleEvent(ctx context.Context, e subscribe.Event) error {
	c := r.cluster
	c.mu.Lock()
	if other, busy := c.inside[e.Key]; busy {
		c.overlap = append(c.overlap, fmt.Sprintf("%v: %s calls for %s while %s has done so since %v (context: %v)",
			time.Now(), r.name, e.Key, other.replica, other.since, other.ctx.Err()))
	}
	c.inside[e.Key] = visit{r.name, time.Now(), ctx}
	pause := c.pause()
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.inside, e.Key)
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if name := e.Key + " " + e.Watermark; !c.seen[name] {
		c.seen[name] = true
		c.handled[e.Key] = append(c.handled[e.Key], e.Watermark)
	}
	return nil
}

// HandleGap implements subscribe.Handler.
func (r *replica) HandleGap(context.Context, subscribe.Gap) error { return nil }

// rooms makes keys with a subscription that has been heard, without Exchange.
func (c *cluster) rooms(n int) []string {
	c.t.Helper()
	var keys []string
	for i := range n {
		key := fmt.Sprintf("room-%02d", i)
		keys = append(keys, key)
		_, err := c.storage.Put(c.t.Context(), subscribe.Row{
			Key: key, Shard: subscribe.ShardOf(key),
			Data: []byte(`{"spec":{"key":"` + key + `"},"generation":7,"current":{"generation":7}}`),
		})
		require.NoError(c.t, err)
	}
	return keys
}

// tell records the next event of a key, as a receiver of its own does.
func (c *cluster) tell(key string, n int) {
	c.t.Helper()
	message := ews.SendNotificationResponseMessage{Notification: &ews.Notification{
		SubscriptionID:    "s",
		PreviousWatermark: strconv.Itoa(n),
		Events: []ews.Event{{
			Type: ews.ModifiedEvent, Watermark: strconv.Itoa(n + 1), TimeStamp: time.Now(),
			ItemID: &ews.ItemID{ID: "i"}, ParentFolderID: &ews.FolderID{ID: "f"},
		}},
	}}
	messages := []ews.SendNotificationResponseMessage{message}
	body, err := ews.EncodeSendNotification(&ews.SendNotification{ResponseMessages: messages})
	require.NoError(c.t, err)
	recorder := subscribe.NewRecorder(c.storage, &subscribe.RecorderOptions{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(c.t, recorder.Record(c.t.Context(), &subscribe.Received{
		Key: key, Generation: 7, At: time.Now(), Body: body, Messages: messages,
	}))
}

// proves checks that n events of every key were handled, in order, and by one
// replica at a time.
func (c *cluster) proves(keys []string, n int) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	require.Empty(c.t, c.overlap)
	for _, key := range keys {
		var want []string
		for i := range n {
			want = append(want, strconv.Itoa(i+1))
		}
		require.Equal(c.t, want, c.handled[key], key)
	}
}

func inCluster(t *testing.T, test func(t *testing.T, c *cluster)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newCluster(t)) })
}

func TestReplicasShareFairlyAndHandOver(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		keys := c.rooms(100)
		a := c.join("a")
		time.Sleep(time.Second)
		require.Equal(t, subscribe.AllShards, a.shards(), "alone it does everything, at once")
		b := c.join("b")
		time.Sleep(lease)
		require.Equal(t, 32, a.shards().Len())
		require.Equal(t, 32, b.shards().Len())
		d := c.join("c")
		time.Sleep(lease)
		require.ElementsMatch(t, []int{22, 22, 20}, []int{a.shards().Len(), b.shards().Len(), d.shards().Len()})
		require.Equal(t, subscribe.AllShards, a.shards()|b.shards()|d.shards())

		for i := range 5 {
			for _, key := range keys {
				c.tell(key, i)
			}
			time.Sleep(2 * time.Second)
		}
		c.proves(keys, 5)

		require.NoError(t, b.stop())
		require.Zero(t, b.shards())
		time.Sleep(lease / 2)
		require.Equal(t, subscribe.AllShards, a.shards()|d.shards(), "who leaves in order needs not be waited for")
		require.NoError(t, a.stop())
		require.NoError(t, d.stop())
	})
}

func TestHandOverWaitsForWorkUnderWay(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		keys := c.rooms(64)
		c.pause = func() time.Duration { return 20 * time.Second }
		a := c.join("a")
		time.Sleep(time.Second)
		for i := range 2 {
			for _, key := range keys {
				c.tell(key, i)
			}
		}
		time.Sleep(time.Second)
		b := c.join("b")
		time.Sleep(2 * time.Minute)
		c.proves(keys, 2)
		require.Equal(t, 32, b.shards().Len())
		require.NoError(t, a.stop())
		require.NoError(t, b.stop())
	})
}

func TestReplicaWithoutStoreStopsBeforeOthersTakeOver(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		keys := c.rooms(20)
		c.pause = func() time.Duration { return 3 * time.Second }
		a, b := c.join("a"), c.join("b")
		time.Sleep(2 * lease)
		for i := range 20 {
			for _, key := range keys {
				c.tell(key, i)
			}
		}
		time.Sleep(lease)
		a.store.Set(storetest.AllMethods, 1, 0)
		time.Sleep(2 * lease)
		require.Equal(t, subscribe.AllShards, b.shards())
		time.Sleep(2 * time.Minute)
		c.proves(keys, 20)

		a.store.Set(storetest.AllMethods, 0, 0)
		time.Sleep(2 * lease)
		require.Equal(t, 32, a.shards().Len(), "it comes back in a new life")
		require.Equal(t, 32, b.shards().Len())
		require.NoError(t, a.stop())
		require.NoError(t, b.stop())
	})
}

// TestStruckOffReplicaLeavesWithoutATrace: what others have taken over is not
// for it to give up.
func TestStruckOffReplicaLeavesWithoutATrace(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		a, b := c.join("a"), c.join("b")
		time.Sleep(2 * lease)
		a.store.Set(storetest.AllMethods, 1, 0)
		time.Sleep(2 * lease)
		require.Equal(t, subscribe.AllShards, b.shards())
		owners := func() (owners []string) {
			rows, err := c.storage.List(t.Context(), "\x01shard/", subscribe.NumShards)
			require.NoError(t, err)
			for _, row := range rows {
				owners = append(owners, string(row.Data))
			}
			return owners
		}
		before := owners()
		a.store.Set(storetest.AllMethods, 0, 0)
		require.NoError(t, a.stop(), "before it could find out")
		require.Equal(t, before, owners())
		require.NoError(t, b.stop())
	})
}

// TestReplicaThatJoinsWhileOthersLookKeepsItsShard: what others read of shards
// and of members is not of the same moment.
func TestReplicaThatJoinsWhileOthersLookKeepsItsShard(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.delay = time.Second
		a := c.join("a") // writes its row, then reads twice
		time.Sleep(2*time.Second + c.delay/2)
		_, err := c.storage.Put(t.Context(), subscribe.Row{Key: "\x01member//OTHER", Data: []byte(`{}`)})
		require.NoError(t, err)
		_, err = c.storage.Put(t.Context(), subscribe.Row{Key: "\x01shard/07", Data: []byte("\x01member//OTHER")})
		require.NoError(t, err)
		a.slow.set(0)
		time.Sleep(lease / 2)
		row, err := c.storage.Get(t.Context(), "\x01shard/07")
		require.NoError(t, err)
		require.Equal(t, "\x01member//OTHER", string(row.Data))
		require.False(t, a.shards().Has(7))
		require.NotZero(t, a.shards())
		require.NoError(t, a.stop())
	})
}

func TestNamedReplicaTakesOverFromItsPastAtOnce(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		// A life that ended without leaving.
		_, err := c.storage.Put(t.Context(), subscribe.Row{Key: "\x01member/web-1/AAAAAAAAAAAA", Data: []byte(`{}`)})
		require.NoError(t, err)
		for shard := range subscribe.NumShards {
			_, err := c.storage.Put(t.Context(), subscribe.Row{
				Key: fmt.Sprintf("\x01shard/%02d", shard), Data: []byte("\x01member/web-1/AAAAAAAAAAAA"),
			})
			require.NoError(t, err)
		}
		var led subscribe.Shards
		m, err := subscribe.New(subscribe.Config{
			Store: c.storage, Handler: &replica{cluster: c}, Subscriber: subscriberFunc(nil), Replica: "web-1",
			CallbackURL: func(string, int64) (string, error) { return "", nil }, Logger: slog.New(slog.DiscardHandler),
			Trace: &subscribe.Trace{Led: func(i subscribe.LedInfo) { led = i.Shards }},
		})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- m.Run(ctx) }()
		synctest.Wait()
		require.Equal(t, subscribe.AllShards, led)
		cancel()
		require.NoError(t, <-ran)
		_, err = c.storage.Get(t.Context(), "\x01shard/00")
		require.NoError(t, err)
		rows, err := c.storage.List(t.Context(), "\x01member/", 1)
		require.NoError(t, err)
		require.NotContains(t, rows[0].Key, "member", "nobody is left on the roll")
	})
}

func TestStatusAndSubscribeFromAnyReplica(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		a, b := c.join("a"), c.join("b")
		time.Sleep(2 * lease)
		for i := range 20 {
			require.NoError(t, b.manager.Subscribe(t.Context(), subscribe.Spec{Key: fmt.Sprint("new-", i)}))
		}
		time.Sleep(5 * time.Second)
		for i := range 20 {
			st, err := a.manager.Status(t.Context(), fmt.Sprint("new-", i))
			require.NoError(t, err)
			require.Equal(t, 1, st.Attempts)
		}
		n := 0
		for _, err := range a.manager.All(t.Context()) {
			require.NoError(t, err)
			n++
		}
		require.Equal(t, 20, n, "rows of the replicas are not subscriptions")
		require.ErrorContains(t, a.manager.Subscribe(t.Context(), subscribe.Spec{Key: "\x01shard/00"}), "reserved")
		require.NoError(t, a.stop())
		require.NoError(t, b.stop())
	})
}

// TestReplicasComeAndGo has replicas join, leave, lose the store, stand still
// in the middle of a call of the store, and find the store slow, at random.
func TestReplicasComeAndGo(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	inCluster(t, func(t *testing.T, c *cluster) {
		keys := c.rooms(30)
		pauses := rand.New(rand.NewPCG(seed, 1))
		c.pause = func() time.Duration { return time.Duration(pauses.IntN(2000)) * time.Millisecond }
		live := []*replica{c.join("0"), c.join("1")}
		names := 2
		const events = 60
		for i := range events {
			for _, key := range keys {
				c.tell(key, i)
			}
			time.Sleep(time.Duration(rnd.IntN(15000)) * time.Millisecond)
			pick := rnd.IntN(len(live))
			r := live[pick]
			switch rnd.IntN(8) {
			case 0:
				if len(live) < 5 {
					live = append(live, c.join(strconv.Itoa(names)))
					names++
				}
			case 1:
				if len(live) > 1 {
					require.NoError(t, r.stop())
					live = append(live[:pick], live[pick+1:]...)
				}
			case 2:
				r.store.Set(storetest.AllMethods, 1, 0)
			case 3:
				r.store.Set(storetest.AllMethods, 0.1, 0.1)
			case 4:
				r.slow.set(time.Duration(rnd.IntN(30)) * time.Second)
			default:
				r.store.Set(storetest.AllMethods, 0, 0)
				r.slow.set(0)
			}
		}
		for _, r := range live {
			r.store.Set(storetest.AllMethods, 0, 0)
			r.slow.set(0)
		}
		time.Sleep(10 * time.Minute)
		c.proves(keys, events)
		var all subscribe.Shards
		for _, r := range live {
			require.Zero(t, all&r.shards(), "a shard with two owners")
			all |= r.shards()
			require.NoError(t, r.stop())
		}
		require.Equal(t, subscribe.AllShards, all)
	})
}

// slowStore makes every call take a time: what a store does that is overloaded,
// and, to the process that waits, a pause of its own. The call takes effect at
// its end, however late that is.
type slowStore struct {
	subscribe.Store

	mu    sync.Mutex
	delay time.Duration
	rows  int // listed
	puts  int // calls of Put
}

// listed is how many rows were listed.
func (s *slowStore) listed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows
}

// renewed is how many calls of Put there were: those of the lease, as long as
// there are no subscriptions.
func (s *slowStore) renewed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.puts
}

func (s *slowStore) set(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

func (s *slowStore) wait(ctx context.Context) error {
	s.mu.Lock()
	d := s.delay
	s.mu.Unlock()
	if d == 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (s *slowStore) Put(ctx context.Context, row subscribe.Row) (int64, error) {
	s.mu.Lock()
	s.puts++
	s.mu.Unlock()
	if err := s.wait(ctx); err != nil {
		return 0, err
	}
	return s.Store.Put(ctx, row)
}

func (s *slowStore) List(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	rows, err := s.Store.List(ctx, after, limit)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows += len(rows)
	return rows, err
}

func (s *slowStore) Read(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.Store.Read(ctx, key, after, limit)
}

func (s *slowStore) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	return s.Store.Advance(ctx, offsets)
}

func TestBacklogBeyondItsLimitBecomesAGap(t *testing.T) {
	var collapsed []subscribe.CollapsedInfo
	inOffice(t, func(c *subscribe.Config) {
		c.MaxPending = 10
		c.Trace = &subscribe.Trace{Collapsed: func(i subscribe.CollapsedInfo) { collapsed = append(collapsed, i) }}
	}, func(t *testing.T, o *office) {
		g := o.confirmed()
		works := false
		o.onEvent(func(context.Context, subscribe.Event) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			if works {
				return nil
			}
			return errBadDay
		})
		last := "w0"
		for i := range 100 {
			w := fmt.Sprint("x", i)
			require.NoError(t, o.notify(g, last, w))
			last = w
			time.Sleep(time.Second)
		}
		require.Less(t, o.status().Backlog, int64(14), "the journal is not longer than its limit and a little")
		require.NotEmpty(t, collapsed)
		require.Greater(t, collapsed[0].Events, int64(10))
		o.mu.Lock()
		works, o.heard = true, nil
		o.mu.Unlock()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		o.mu.Lock()
		require.Contains(t, o.heard, "gap overflow")
		require.Equal(t, "x99", o.heard[len(o.heard)-1])
		o.heard = nil
		o.mu.Unlock()
		require.NoError(t, o.notify(g, "x99", "y"), "the chain has not suffered")
		o.hears("y")
	})
}

func TestABacklogOfBeforeTheStartIsCollapsedToo(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		require.NoError(t, o.stop())
		last := "w0"
		for i := range 50 {
			w := fmt.Sprint("x", i)
			require.NoError(t, o.notify(g, last, w))
			last = w
		}
		o.open(func(c *subscribe.Config) { c.MaxPending = 20 })
		o.hears("gap overflow")
		require.Zero(t, o.status().Backlog)
	})
}

// TestLeaseLetsSlowStoreRest: the lease is renewed every three seconds; where that
// takes longer, or fails, a second lies in between.
func TestLeaseLetsSlowStoreRest(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		a := c.join("a")
		time.Sleep(2 * lease)
		renewals := func() int {
			before := a.slow.renewed()
			time.Sleep(100 * time.Second)
			return a.slow.renewed() - before
		}
		require.InDelta(t, 33, renewals(), 1, "every three seconds")
		a.slow.set(2 * time.Second) // for two calls, or more, in a round
		require.LessOrEqual(t, renewals(), 19, "22 without a rest")
		a.slow.set(0)
		time.Sleep(2 * lease)
		a.store.Set(storetest.Put, 1, 0)
		time.Sleep(100 * time.Second)
		a.store.Set(storetest.Put, 0, 0)
		require.InDelta(t, 100, a.store.Faults(storetest.Put), 5)
		time.Sleep(2 * lease)
		require.Equal(t, subscribe.AllShards, a.shards())
		require.NoError(t, a.stop())
	})
}

// TestAloneReplicaLooksSeldom: who has all shards, and is alone, need not read
// them again to see that.
func TestAloneReplicaLooksSeldom(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		a := c.join("a")
		time.Sleep(2 * lease)
		before := a.slow.listed()
		time.Sleep(lease)
		require.Less(t, a.slow.listed()-before, 100, "the shards once in a lease, and a few rows in each round")
		b := c.join("b")
		time.Sleep(lease)
		require.Equal(t, 32, b.shards().Len())
		require.NoError(t, a.stop())
		time.Sleep(lease / 2)
		require.Equal(t, subscribe.AllShards, b.shards())
		require.NoError(t, b.stop())
	})
}
