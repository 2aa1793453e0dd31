package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
)

// roleVariable is where a child finds its role, as JSON.
const roleVariable = "EWSPUSH_CRASH_ROLE"

// role is everything that a child must know.
type role struct {
	Name     string // of the replica
	Life     string // Name and a number
	Receives bool   // takes notifications
	Works    bool   // runs a manager
	Database database
	Office   string // URL of the office's service for its applications
	Exchange string
	Callback string
	Diary    string
	Rooms    []room
	Seed     uint64

	log *slog.Logger // nil for the default
}

// lease is that of the replicas. Its margin is a quarter: 750 ms in which a
// call that is told to end has to end.
const lease = 3 * time.Second

// silence is after how long a subscription is taken for dead; heartbeats come
// every one to three seconds.
const silence = 5 * time.Second

func secrets() [][]byte { return [][]byte{[]byte("a secret of this test only")} }

// runChild is main in a child.
func runChild(text string) int {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	var r role
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		slog.Error("the role cannot be read", "error", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ctx, orphaned := context.WithCancel(ctx)
	defer orphaned()
	go func() { // the other end is the parent's: it closes when the parent dies
		_, _ = io.Copy(io.Discard, os.Stdin)
		orphaned()
	}()
	if err := r.run(ctx); err != nil {
		slog.Error("the application ends", "error", err)
		return 1
	}
	return 0
}

func (r *role) run(ctx context.Context) error {
	d, err := openDiary(r.Diary, r.Life)
	if err != nil {
		return err
	}
	store := openPatiently(ctx, r.Database)
	if store == nil {
		return nil
	}
	var handler http.Handler
	run := func(ctx context.Context) error { <-ctx.Done(); return nil }
	if r.Works {
		svc, err := r.service(store, d)
		if err != nil {
			return err
		}
		handler, run = svc, func(ctx context.Context) error { return r.work(ctx, svc, d) }
	} else if handler, err = push.NewReceiver(push.ReceiverConfig{
		CallbackURL: r.Callback, Secrets: secrets(), Store: store,
	}); err != nil {
		return err
	}
	if !r.Receives {
		return run(ctx)
	}
	return r.serve(ctx, handler, run)
}

func (r *role) service(store subscribe.Store, d *diary) (*push.Service, error) {
	client, err := ews.NewClient(r.Exchange, nil)
	if err != nil {
		return nil, err
	}
	return push.New(push.Config{
		Client:      client,
		CallbackURL: r.Callback,
		Secrets:     secrets(),
		Store:       store,
		Handler:     newBookings(d, r.Office, r.Seed),
		Logger:      r.log,
		// A minute of this Exchange lasts a second.
		Manage: subscribe.Config{
			Replica: r.Name, Lease: lease, Silence: silence,
			ConfirmTimeout: 2 * time.Second, PollFallback: 2 * time.Second,
			SubscribeTimeout: 2 * time.Second, SubscribeBackOff: 200 * time.Millisecond, SubscribeBackOffMax: time.Second,
			HandlerTimeout: 5 * time.Second, HandlerBackOff: 50 * time.Millisecond, HandlerBackOffMax: 500 * time.Millisecond,
			MaxAttempts: -1, MaxPending: -1, // every event is to be handled
			SweepInterval: 200 * time.Millisecond, Retention: 1000 * time.Hour,
		},
	})
}

// work subscribes to all rooms, as an application does at every start, and
// runs the manager.
func (r *role) work(ctx context.Context, svc *push.Service, d *diary) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go watchStalls(ctx, d)
	wished := make(chan error, 1)
	go func() {
		for _, room := range r.Rooms {
			spec := subscribe.Spec{Key: room.Key, Mailbox: room.Mailbox, StatusFrequency: room.StatusFrequency}
			for err := svc.Subscribe(ctx, spec); err != nil; err = svc.Subscribe(ctx, spec) {
				slog.WarnContext(ctx, "the wish cannot be stored yet", "subscription", room.Key, "error", err)
				if !sleep(ctx, 100*time.Millisecond) {
					break
				}
			}
		}
		wished <- nil
	}()
	err := svc.Run(ctx)
	cancel()
	return errors.Join(err, <-wished)
}

// serve takes notifications while run runs.
func (r *role) serve(ctx context.Context, h http.Handler, run func(context.Context) error) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if err := r.hello(ctx, listener.Addr().String()); err != nil {
		return err
	}
	err = run(ctx)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if e := server.Shutdown(closing); e != nil {
		_ = server.Close() // what is under way is repeated
	}
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// hello tells the office where this process listens.
func (r *role) hello(ctx context.Context, addr string) error {
	text, err := json.Marshal(hello{Name: r.Name, Addr: addr})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Office+"/hello", bytes.NewReader(text))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusNoContent {
		return errors.Join(fmt.Errorf("hello: %s", resp.Status), resp.Body.Close())
	}
	return resp.Body.Close()
}

// watchStalls notes when this process could not work though nobody stopped it:
// on a machine with too much to do that is the same as a pause.
func watchStalls(ctx context.Context, d *diary) {
	const every, much = 50 * time.Millisecond, 500 * time.Millisecond
	for last := time.Now(); sleep(ctx, every); last = time.Now() {
		if gap := time.Since(last); gap > much {
			if err := d.write(line{Kind: lineStall, For: gap}); err != nil {
				slog.ErrorContext(ctx, "the diary cannot be written", "error", err)
			}
		}
	}
}

// sleep reports whether ctx let it sleep.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// newRand returns the random numbers of one who acts by itself.
func newRand(seed uint64, who string) *rand.Rand {
	h := seed
	for _, b := range []byte(who) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, h))
}
