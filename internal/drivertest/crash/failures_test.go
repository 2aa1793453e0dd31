package crash

import (
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// tenant is the application inside the test process, where its database can be
// tampered with.
type tenant struct {
	*world

	store subscribe.Store
	stop  func()
}

// move in: the application runs until stop is called.
func (w *world) moveIn(db *sql.DB) *tenant {
	t := w.t
	store, err := w.database.store(t.Context(), db)
	require.NoError(t, err)
	d, err := openDiary(filepath.Join(w.dir, "diary"), "tenant/1")
	require.NoError(t, err)
	r := &role{
		Name: "tenant", Office: w.office.service.URL, Exchange: w.office.exchange.URL(),
		Callback: w.office.callback, Rooms: w.office.rooms, Seed: w.seed,
		log: slog.New(slog.DiscardHandler),
	}
	svc, err := r.service(store, d)
	require.NoError(t, err)
	server := httptest.NewServer(svc)
	w.office.balancer.set("tenant", server.Listener.Addr().String())
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- r.work(ctx, svc, d) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		require.NoError(t, <-ran)
		server.Close()
		require.NoError(t, d.file.Close())
	}
	t.Cleanup(stop)
	return &tenant{world: w, store: store, stop: stop}
}

// work makes n changes in every room.
func (a *tenant) work(n int) {
	for _, r := range a.office.rooms {
		m := a.office.exchange.Mailbox(r.Mailbox)
		for range n {
			id := m.CreateItem()
			if _, err := m.DeleteItem(id, ewstest.MoveToDeletedItems); err != nil {
				a.t.Error(err)
			}
		}
	}
}

// refused returns how many requests have been answered 503.
func (a *tenant) refused() int {
	_, answers := a.office.balancer.seen()
	return answers[http.StatusServiceUnavailable]
}

// until waits for something that happens in other processes and threads.
func (a *tenant) until(what string, done func() bool) {
	a.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			_, answers := a.office.balancer.seen()
			a.t.Fatalf("not after 30 s: %s; answers so far %v, %+v", what, answers, a.office.exchange.Stats())
		}
		sleep(a.t.Context(), 20*time.Millisecond)
	}
}

// afterwards: everything comes right by itself, and nothing was lost.
func (a *tenant) afterwards() {
	a.awaitPeace()
	_, answers := a.office.balancer.seen()
	a.stop()
	a.judge()
	for status, n := range answers {
		if status != 0 && status != http.StatusOK && status != http.StatusServiceUnavailable {
			a.t.Errorf("%d answers with status %d: besides OK there is none but \"later\"", n, status)
		}
	}
}

// appendTo tries to append an entry to a journal that nobody else uses.
func appendTo(ctx context.Context, s subscribe.Store) error {
	const key = "a key of its own"
	data := make([]byte, 100<<10)
	_, _ = rand.Read(data) // never fails; a store may compress what can be compressed
	return s.Append(ctx, subscribe.Entry{
		Key: key, Seq: 1, Shard: subscribe.ShardOf(key), At: time.Now(), Data: data,
	})
}

func TestDiskFull(t *testing.T) {
	dir := workDir(t)
	w := newWorld(t, sqliteFile(filepath.Join(dir, "store.db")), dir)
	db, faults := openFaulty(t, w.database, w.seed)
	a := w.moveIn(db)
	a.awaitStart()
	a.work(10)

	faults.setFull(true)
	a.work(50)
	a.until("an answer 503", func() bool { return a.refused() >= 5 })
	err := appendTo(t.Context(), a.store)
	require.ErrorContains(t, err, "sqlstore: Append: ")
	require.ErrorContains(t, err, "full")
	require.NotErrorIs(t, err, subscribe.ErrConflict)
	a.work(10)

	faults.setFull(false)
	require.NoError(t, appendTo(t.Context(), a.store), "there is room again")
	a.afterwards()
}

// Every third commit fails: without effect, or with one that nobody learns of.
func TestCommitFailsOnSQLite(t *testing.T) {
	dir := workDir(t)
	w := newWorld(t, sqliteFile(filepath.Join(dir, "store.db")), dir)
	db, faults := openFaulty(t, w.database, w.seed)
	a := w.moveIn(db)
	a.awaitStart()

	faults.setCommits(1)
	err := appendTo(t.Context(), a.store)
	require.ErrorIs(t, err, errCommit)
	require.ErrorContains(t, err, "sqlstore: Append: ")

	faults.setCommits(0.3)
	a.until("failed commits", func() bool {
		a.work(1)
		sleep(t.Context(), 100*time.Millisecond)
		refused, unknown := faults.failed()
		return refused >= 5 && unknown >= 5 && a.refused() >= 5
	})
	faults.setCommits(0)
	refused, unknown := faults.failed()
	t.Logf("%d commits failed without effect, %d with one", refused, unknown)
	a.afterwards()
}

// Every third transaction fails at its commit, and connections are cut in the
// middle of others, whose outcome nobody learns.
func TestCommitFailsOnPostgres(t *testing.T) {
	w := newWorld(t, postgres(pgcluster.Start(t, nil)), workDir(t))
	db, err := sql.Open(w.database.Driver, w.database.DSN+" application_name=tenant")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	a := w.moveIn(db)
	a.awaitStart()

	saboteur, err := sql.Open(w.database.Driver, w.database.DSN)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, saboteur.Close()) })
	faults := sabotage(t, saboteur)
	faults.every(1)
	err = appendTo(t.Context(), a.store)
	require.ErrorContains(t, err, "sqlstore: Append: ")
	require.ErrorContains(t, err, "the disk has a bad day")

	faults.every(3)
	cut := 0
	a.until("failed commits", func() bool {
		a.work(1)
		sleep(t.Context(), 20*time.Millisecond)
		cut += faults.cut("tenant")
		return cut >= 20 && a.refused() >= 10
	})
	faults.every(0)
	t.Logf("%d connections were cut", cut)
	a.afterwards()
}

// The database is gone for a while, of which Exchange counts five minutes, and
// comes back: after a stop in good order, and after a crash.
func TestDatabaseGone(t *testing.T) {
	cluster := pgcluster.Start(t, nil)
	w := newWorld(t, postgres(cluster), workDir(t))
	db, err := sql.Open(w.database.Driver, w.database.DSN)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	a := w.moveIn(db)
	a.awaitStart()

	for i, end := range []func() error{cluster.Stop, cluster.Crash} {
		a.work(5)
		a.awaitPeace()
		a.work(5)
		before, gone := a.refused(), time.Now()
		require.NoError(t, end())
		a.work(5)
		err := appendTo(t.Context(), a.store)
		require.ErrorContains(t, err, "sqlstore: Append: ")
		require.NotErrorIs(t, err, subscribe.ErrConflict)
		a.until("an answer 503", func() bool {
			return a.refused() >= before+5 && time.Since(gone) > 5*time.Second
		})
		a.work(5)
		require.NoError(t, cluster.Start(t.Context()), "stop %d", i)
	}
	a.until("the next call to succeed", func() bool { return appendTo(t.Context(), a.store) == nil })
	a.afterwards()
}
