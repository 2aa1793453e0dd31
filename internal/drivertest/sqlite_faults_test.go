package drivertest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/stretchr/testify/require"
)

var errDisk = errors.New("the disk is on fire")

func entry(key string, seq int64) subscribe.Entry {
	return subscribe.Entry{
		Key: key, Seq: seq, Shard: subscribe.ShardOf(key), At: time.Unix(seq, 0), Data: fmt.Appendf(nil, "%s %d", key, seq),
	}
}

// appendTogether appends one entry to each of so many keys, all in one batch
// but the first, whose commit waits for the others to gather.
func appendTogether(t *testing.T, store subscribe.Store, h *hooked, seq int64, keys int, commit func(func() error) error) []error {
	t.Helper()
	held, gathered := make(chan struct{}), make(chan struct{})
	first := true
	h.onCommit(func(do func() error) error {
		if first {
			first = false
			close(held)
			<-gathered
			return do()
		}
		return commit(do)
	})
	defer h.onCommit(nil)
	errs := make([]error, keys)
	var wg, started sync.WaitGroup
	begin := func(i int) {
		started.Add(1)
		wg.Go(func() {
			started.Done()
			errs[i] = store.Append(t.Context(), entry(fmt.Sprint("key ", i), seq))
		})
	}
	begin(0)
	<-held
	for i := 1; i < keys; i++ {
		begin(i)
	}
	started.Wait()
	// Most of them will be waiting by now. Whether all are changes nothing but
	// the number of batches.
	time.AfterFunc(50*time.Millisecond, func() { close(gathered) })
	wg.Wait()
	return errs
}

func hookedStore(t *testing.T) (subscribe.Store, *hooked) {
	t.Helper()
	db, h := openHooked(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "store.db")+durable)
	store, err := sqlstore.OpenSQLite(t.Context(), db, nil)
	require.NoError(t, err)
	return store, h
}

// TestSQLiteCommitFails: everybody in a batch is told when its commit fails, and
// what the store holds in memory is what the database holds, whether or not the
// commit took effect.
func TestSQLiteCommitFails(t *testing.T) {
	const keys = 20
	for name, commit := range map[string]func(func() error) error{
		"without effect": func(func() error) error { return errDisk },
		"with effect": func(commit func() error) error {
			return errors.Join(errDisk, commit())
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, h := hookedStore(t)
			failed := 0
			for i, err := range appendTogether(t, store, h, 1, keys, commit) {
				if err != nil {
					failed++
					require.ErrorIs(t, err, errDisk)
					require.ErrorContains(t, err, "sqlstore: Append: ", "key %d", i)
				}
			}
			require.Positive(t, failed)
			for i := range keys {
				key := fmt.Sprint("key ", i)
				_, err := store.Tail(t.Context(), key)
				again := store.Append(t.Context(), entry(key, 1))
				if errors.Is(err, subscribe.ErrNotFound) {
					require.NoError(t, again, "%s: it was not there", key)
				} else {
					require.NoError(t, err)
					require.ErrorIs(t, again, subscribe.ErrConflict, "%s: it was there", key)
				}
				require.NoError(t, store.Append(t.Context(), entry(key, 2)))
				entries, err := store.Read(t.Context(), key, 0, 10)
				require.NoError(t, err)
				require.Len(t, entries, 2)
			}
		})
	}
}

// TestSQLiteOneFails: what goes wrong with one call of a batch is that call's
// own misfortune.
func TestSQLiteOneFails(t *testing.T) {
	const keys = 20
	store, h := hookedStore(t)
	h.onStatement(func(query string, args []driver.NamedValue) error {
		isKey := func(arg driver.NamedValue) bool { return arg.Value == "key 7" }
		if strings.HasPrefix(query, "INSERT INTO ewspush_log") && slices.ContainsFunc(args, isKey) {
			return errDisk
		}
		return nil
	})
	errs := appendTogether(t, store, h, 1, keys, func(commit func() error) error { return commit() })
	for i, err := range errs {
		if i == 7 {
			require.ErrorIs(t, err, errDisk)
			continue
		}
		require.NoError(t, err, "key %d", i)
		require.ErrorIs(t, store.Append(t.Context(), entry(fmt.Sprint("key ", i), 1)), subscribe.ErrConflict)
	}
	_, err := store.Tail(t.Context(), "key 7")
	require.ErrorIs(t, err, subscribe.ErrNotFound)
}

// TestSQLiteWaiterLeaves: who does not want to wait any longer need not, while
// the others get what they wait for.
func TestSQLiteWaiterLeaves(t *testing.T) {
	store, h := hookedStore(t)
	hanging, goOn := make(chan struct{}), make(chan struct{})
	first := true
	h.onCommit(func(commit func() error) error {
		if first {
			first = false
			close(hanging)
			<-goOn
		}
		return commit()
	})
	var wg sync.WaitGroup
	var leader, waiter error
	wg.Go(func() { leader = store.Append(t.Context(), entry("leader", 1)) })
	<-hanging
	wg.Go(func() { waiter = store.Append(t.Context(), entry("waiter", 1)) })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	err := store.Append(ctx, entry("impatient", 1))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	close(goOn)
	wg.Wait()
	require.NoError(t, leader)
	require.NoError(t, waiter)
	_, err = store.Tail(t.Context(), "impatient")
	require.ErrorIs(t, err, subscribe.ErrNotFound, "no batch had taken it")
}

// TestSQLiteFull: a file that cannot grow any more is a clear error, and as
// soon as there is room it goes on.
func TestSQLiteFull(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	db := openSQLite(t, file, durable)
	db.SetMaxOpenConns(1) // max_page_count is a connection's own
	store, err := sqlstore.OpenSQLite(t.Context(), db, nil)
	require.NoError(t, err)
	pages := func(n int) {
		_, err := db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", n))
		require.NoError(t, err)
	}
	pages(1) // as many as there are
	big := entry("a", 1)
	noise := rand.NewChaCha8([32]byte{}) // does not pack
	big.Data = make([]byte, 100_000)
	_, err = noise.Read(big.Data)
	require.NoError(t, err)
	err = store.Append(t.Context(), big)
	require.ErrorContains(t, err, "sqlstore: Append: ")
	require.ErrorContains(t, err, "full")
	_, err = store.Tail(t.Context(), "a")
	require.ErrorIs(t, err, subscribe.ErrNotFound)
	pages(1 << 20)
	require.NoError(t, store.Append(t.Context(), big))
}

// TestSQLiteLocked: somebody holds the write lock for longer than busy_timeout.
func TestSQLiteLocked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	impatient := strings.Replace(durable, "10000", "20", 1)
	store, err := sqlstore.OpenSQLite(t.Context(), openSQLite(t, file, impatient), nil)
	require.NoError(t, err)
	other, err := openSQLite(t, file, durable).Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	err = store.Append(t.Context(), entry("a", 1))
	require.ErrorContains(t, err, "locked")
	_, err = store.Tail(t.Context(), "a") // readers do not mind
	require.ErrorIs(t, err, subscribe.ErrNotFound)
	_, err = other.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	require.NoError(t, store.Append(t.Context(), entry("a", 1)))
}

// TestSQLiteClosed: a database that was closed is an error and no panic.
func TestSQLiteClosed(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "store.db")+durable)
	require.NoError(t, err)
	store, err := sqlstore.OpenSQLite(t.Context(), db, nil)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.ErrorContains(t, store.Append(t.Context(), entry("a", 1)), "sqlstore: Append: ")
	_, err = store.Tail(t.Context(), "a")
	require.ErrorContains(t, err, "sqlstore: Tail: ")
}

// TestSQLiteGivesBack: a connection that is kept for those who wait is given
// back when nobody does, and in between, so that one connection is enough for
// those who write and those who read.
func TestSQLiteGivesBack(t *testing.T) {
	db, _ := openHooked(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "store.db")+durable)
	db.SetMaxOpenConns(1)
	store, err := sqlstore.OpenSQLite(t.Context(), db, nil)
	require.NoError(t, err)
	require.NoError(t, store.Append(t.Context(), entry("read", 1)))
	var stop atomic.Bool
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() {
			for seq := int64(1); !stop.Load(); seq++ {
				if err := store.Append(t.Context(), entry(fmt.Sprint("key ", i), seq)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 20 {
		_, err := store.Tail(t.Context(), "read")
		require.NoError(t, err)
		// Who can wait makes way, but not for ever.
		require.NoError(t, store.Advance(t.Context(), []subscribe.Offset{{Key: fmt.Sprint("key ", i%8), Seq: int64(i/8 + 1)}}))
	}
	_, err = store.Prune(t.Context(), time.Now(), 100)
	require.NoError(t, err)
	stop.Store(true)
	writers.Wait()
	require.Zero(t, db.Stats().InUse)
}

// TestSQLitePanic: a driver that panics leaves nobody waiting. What it holds is
// lost, since database/sql holds its locks for ever.
func TestSQLitePanic(t *testing.T) {
	store, h := hookedStore(t)
	require.NoError(t, store.Append(t.Context(), entry("a", 1)))
	h.onStatement(func(query string, _ []driver.NamedValue) error {
		if strings.Contains(query, "SET one = one") {
			panic("a bug in a driver")
		}
		return nil
	})
	for range 2 {
		err := store.Append(t.Context(), entry("a", 2))
		require.ErrorContains(t, err, "sqlstore: Append: ")
		require.ErrorContains(t, err, "a bug in a driver")
	}
	h.onStatement(nil)
	require.NoError(t, store.Append(t.Context(), entry("a", 2)), "on another connection")
}
