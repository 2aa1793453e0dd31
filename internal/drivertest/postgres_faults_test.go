package drivertest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// TestPostgresNotSuitable: what cannot keep its promises is refused, with what
// to set.
func TestPostgresNotSuitable(t *testing.T) {
	cluster := pgcluster.Start(t, nil)
	admin := openPostgres(t, cluster.DSN())
	_, err := admin.ExecContext(t.Context(), "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		parameter, complaint string
		kind                 error
	}{
		"commits that do not wait": {
			"options='-c synchronous_commit=off'", "synchronous_commit is off, must be on or local", sqlstore.ErrNotDurable,
		},
		"another isolation": {
			"options='-c default_transaction_isolation=serializable'", "default_transaction_isolation is serializable", sqlstore.ErrUnsuitable,
		},
		"no schema": {
			"options='-c search_path=nowhere'", "set Options.Schema", sqlstore.ErrUnsuitable,
		},
		"another encoding": {"dbname=latin", "its encoding is LATIN1", sqlstore.ErrUnsuitable},
	} {
		t.Run(name, func(t *testing.T) {
			db := openPostgres(t, cluster.DSN(tc.parameter))
			_, err := sqlstore.OpenPostgres(t.Context(), db, nil)
			require.ErrorIs(t, err, tc.kind)
			require.ErrorContains(t, err, "sqlstore: OpenPostgres: ")
			require.ErrorContains(t, err, tc.complaint)
		})
	}
	t.Run("on request", func(t *testing.T) {
		db := openPostgres(t, cluster.DSN("options='-c synchronous_commit=off -c search_path=nowhere'"))
		store, err := sqlstore.OpenPostgres(t.Context(), db, &sqlstore.Options{NotDurable: true, Schema: "somewhere"})
		require.NoError(t, err)
		require.NoError(t, store.Append(t.Context(), entry("a", 1)))
	})
	t.Run("a transaction of another isolation, later", func(t *testing.T) {
		db := openPostgres(t, cluster.DSN())
		store, err := sqlstore.OpenPostgres(t.Context(), db, nil)
		require.NoError(t, err)
		db.SetMaxOpenConns(1)
		_, err = db.ExecContext(t.Context(), "SET default_transaction_isolation = 'repeatable read'")
		require.NoError(t, err)
		require.ErrorContains(t, store.Append(t.Context(), entry("a", 1)), "must be read committed")
	})
}

func TestPostgresNoSync(t *testing.T) {
	cluster := pgcluster.Start(t, &pgcluster.Options{NoSync: true})
	_, err := sqlstore.OpenPostgres(t.Context(), openPostgres(t, cluster.DSN()), nil)
	require.ErrorIs(t, err, sqlstore.ErrNotDurable)
	require.ErrorContains(t, err, "fsync is off")
}

// TestPostgresOpenTogether: of several that open a new database at a time, one
// makes the tables; newer tables are left alone; and a user who may not make
// anything can use what there is.
func TestPostgresOpenTogether(t *testing.T) {
	cluster := pgcluster.Start(t, nil)
	db := openPostgres(t, cluster.DSN())
	opts := &sqlstore.Options{Schema: "new", Prefix: "p_"}
	stores, errs := make([]subscribe.Store, 8), make([]error, 8)
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() { stores[i], errs[i] = sqlstore.OpenPostgres(t.Context(), db, opts) })
	}
	wg.Wait()
	for i, store := range stores {
		require.NoError(t, errs[i])
		require.NoError(t, store.Append(t.Context(), entry("a", int64(i+1))))
	}

	for _, statement := range []string{
		"CREATE ROLE guest LOGIN", "GRANT USAGE ON SCHEMA new TO guest",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA new TO guest",
		"GRANT USAGE ON ALL SEQUENCES IN SCHEMA new TO guest",
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	store, err := sqlstore.OpenPostgres(t.Context(), openPostgres(t, strings.Replace(cluster.DSN(), "user=postgres", "user=guest", 1)), opts)
	require.NoError(t, err)
	require.NoError(t, store.Append(t.Context(), entry("a", 9)))
	revision, err := store.Put(t.Context(), subscribe.Row{Key: "a", Shard: subscribe.ShardOf("a")})
	require.NoError(t, err)
	require.NoError(t, store.Delete(t.Context(), "a", revision))

	_, err = db.ExecContext(t.Context(), "UPDATE new.p_version SET version = 1000")
	require.NoError(t, err)
	_, err = sqlstore.OpenPostgres(t.Context(), db, opts)
	require.ErrorIs(t, err, sqlstore.ErrNewerSchema)
}

// codedError is an error of the server, as drivers tell them.
type codedError string

func (e codedError) Error() string    { return "the server says " + string(e) }
func (e codedError) SQLState() string { return string(e) }

// TestPostgresRetries: what the server gave up in favour of others is tried
// again, but not for ever; what it refused for one entry is that entry's own
// misfortune.
func TestPostgresRetries(t *testing.T) {
	cluster := pgcluster.Start(t, &pgcluster.Options{NoSync: true})
	db, h := openHooked(t, "pgx", cluster.DSN())
	db.SetMaxIdleConns(8)
	store, err := sqlstore.OpenPostgres(t.Context(), db, &sqlstore.Options{NotDurable: true})
	require.NoError(t, err)
	var calls atomic.Int64
	for _, state := range []codedError{"40001", "40P01"} {
		calls.Store(0)
		h.onStatement(func(string, []driver.NamedValue) error {
			if calls.Add(1) < 4 {
				return state
			}
			return nil
		})
		require.NoError(t, store.Append(t.Context(), entry("retried "+string(state), 1)))
		require.Equal(t, int64(4), calls.Load())

		calls.Store(0)
		h.onStatement(func(string, []driver.NamedValue) error {
			calls.Add(1)
			return state
		})
		err := store.Append(t.Context(), entry("hopeless", 1))
		require.ErrorIs(t, err, state)
		require.Less(t, calls.Load(), int64(20))
	}

	h.onStatement(func(query string, args []driver.NamedValue) error {
		if keys := fmt.Sprint(args[0].Value); strings.Contains(query, "append") && strings.Contains(keys, `"key 7"`) {
			return codedError("22021")
		}
		return nil
	})
	const keys = 30
	errs := make([]error, keys)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = store.Append(t.Context(), entry(fmt.Sprint("key ", i), 1)) })
	}
	wg.Wait()
	for i, err := range errs {
		if i == 7 {
			require.ErrorIs(t, err, codedError("22021"))
		} else {
			require.NoError(t, err, "key %d", i)
		}
	}
}

// TestPostgresGone: while the server is away every call is an error; when it is
// back the next call works; and what was acknowledged before is there, though
// the server crashed.
func TestPostgresGone(t *testing.T) {
	cluster := pgcluster.Start(t, nil)
	store, err := sqlstore.OpenPostgres(t.Context(), openPostgres(t, cluster.DSN()), nil)
	require.NoError(t, err)
	seq := int64(1)
	for _, end := range []func() error{cluster.Stop, cluster.Crash, cluster.Crash} {
		require.NoError(t, store.Append(t.Context(), entry("a", seq)))
		require.NoError(t, end())
		err := store.Append(t.Context(), entry("a", seq+1))
		require.ErrorContains(t, err, "sqlstore: Append: ")
		require.NotErrorIs(t, err, subscribe.ErrConflict)
		_, err = store.Tail(t.Context(), "a")
		require.ErrorContains(t, err, "sqlstore: Tail: ")
		require.NoError(t, cluster.Start(t.Context()))
		tail, err := store.Tail(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, seq, tail.Seq)
		seq++
	}
}

// TestPostgresCutOff: connections are cut again and again while entries are
// appended. Whoever got an error asks, and appends again if need be: at the end
// each entry is there once.
func TestPostgresCutOff(t *testing.T) {
	cluster := pgcluster.Start(t, nil)
	db := openPostgres(t, cluster.DSN("application_name=victim"))
	store, err := sqlstore.OpenPostgres(t.Context(), db, nil)
	require.NoError(t, err)
	admin := openPostgres(t, cluster.DSN())
	const writers = 8
	var (
		failures atomic.Int64
		wg       sync.WaitGroup
		appended [writers]int64
		errs     [writers]error
		done     = make(chan struct{})
	)
	for w := range writers {
		wg.Go(func() {
			appended[w], errs[w] = appendStubbornly(t.Context(), store, fmt.Sprint("writer ", w), &failures)
		})
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	cut := time.NewTicker(20 * time.Millisecond)
	defer cut.Stop()
	for working := true; working; {
		select {
		case <-done:
			working = false
		case <-cut.C:
			_, err := admin.ExecContext(t.Context(),
				"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'")
			require.NoError(t, err)
		}
	}
	require.NoError(t, errors.Join(errs[:]...))

	check, err := sqlstore.OpenPostgres(t.Context(), admin, nil)
	require.NoError(t, err)
	for w, n := range appended {
		t.Logf("%d entries", n)
		entries, err := check.Read(t.Context(), fmt.Sprint("writer ", w), 0, int(n)+1)
		require.NoError(t, err)
		require.Len(t, entries, int(n))
		for i, e := range entries {
			require.Equal(t, int64(i+1), e.Seq)
			require.Equal(t, entry(e.Key, e.Seq).Data, e.Data)
		}
	}
}

// enough is how many calls must have failed.
const enough = 40

// appendStubbornly appends entries, each until it is there, until enough calls
// have failed in all. It returns how many entries there are.
func appendStubbornly(ctx context.Context, store subscribe.Store, key string, failures *atomic.Int64) (int64, error) {
	for last := int64(0); ; {
		err := store.Append(ctx, entry(key, last+1))
		if err == nil {
			last++
			if failures.Load() >= enough {
				return last, nil
			}
			continue
		}
		if ctx.Err() != nil {
			return last, err
		}
		failures.Add(1)
		tail, tailErr := store.Tail(ctx, key)
		switch {
		case tailErr == nil:
			last = tail.Seq
		case errors.Is(err, subscribe.ErrConflict) && errors.Is(tailErr, subscribe.ErrNotFound):
			return last, fmt.Errorf("key %s, Seq %d: a conflict with nothing", key, last+1)
		}
	}
}

// TestPostgresLockedKey: who waits for a lock in the database is given up after
// CommitTimeout, and the others with it; then it goes on.
func TestPostgresLockedKey(t *testing.T) {
	cluster := pgcluster.Start(t, &pgcluster.Options{NoSync: true})
	db := openPostgres(t, cluster.DSN())
	store, err := sqlstore.OpenPostgres(t.Context(), db, &sqlstore.Options{NotDurable: true, CommitTimeout: 100 * time.Millisecond})
	require.NoError(t, err)
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{})
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "SELECT ewspush_advance('{a}', '{1}', '{0}')")
	require.NoError(t, err)
	err = store.Append(t.Context(), entry("a", 1))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, store.Append(t.Context(), entry("another", 1)), "another key has another lock")
	require.NoError(t, tx.Rollback())
	_, err = store.Tail(t.Context(), "a")
	require.ErrorIs(t, err, subscribe.ErrNotFound)
	require.NoError(t, store.Append(t.Context(), entry("a", 1)))
}
