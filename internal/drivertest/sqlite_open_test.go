package drivertest

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/stretchr/testify/require"
)

// TestSQLiteNotDurable: a database that would lose what it acknowledged is
// refused, with what to set.
func TestSQLiteNotDurable(t *testing.T) {
	for name, tc := range map[string]struct{ settings, complaint string }{
		"no settings": {"", "journal_mode is delete"},
		"no WAL": {
			"?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)", "journal_mode is delete, must be WAL",
		},
		"NORMAL": {
			"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)",
			"synchronous is 1, must be FULL (2) or EXTRA (3)",
		},
		"no patience": {
			"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(0)", "busy_timeout is 0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := openSQLite(t, filepath.Join(t.TempDir(), "store.db"), tc.settings)
			_, err := sqlstore.OpenSQLite(t.Context(), db, nil)
			require.ErrorIs(t, err, sqlstore.ErrNotDurable)
			require.ErrorContains(t, err, tc.complaint)
			require.ErrorContains(t, err, durable, "what to set")
			store, err := sqlstore.OpenSQLite(t.Context(), db, &sqlstore.Options{NotDurable: true})
			require.NoError(t, err)
			require.NoError(t, store.Append(t.Context(), entry("a", 1)))
		})
	}
	t.Run("EXTRA", func(t *testing.T) {
		db := openSQLite(t, filepath.Join(t.TempDir(), "store.db"), strings.Replace(durable, "FULL", "EXTRA", 1))
		_, err := sqlstore.OpenSQLite(t.Context(), db, nil)
		require.NoError(t, err)
	})
}

// TestSQLitePoolNotDurable: a setting made through the pool reaches one
// connection of it, and the others are found out.
func TestSQLitePoolNotDurable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	db := openSQLite(t, file, "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	_, err := db.ExecContext(t.Context(), "PRAGMA synchronous = FULL")
	require.NoError(t, err)
	_, err = sqlstore.OpenSQLite(t.Context(), db, nil)
	require.ErrorIs(t, err, sqlstore.ErrNotDurable)

	// Somebody spoils a connection later.
	db = openSQLite(t, file, durable)
	db.SetMaxOpenConns(1)
	store, err := sqlstore.OpenSQLite(t.Context(), db, nil)
	require.NoError(t, err)
	require.NoError(t, store.Append(t.Context(), entry("a", 1)))
	_, err = db.ExecContext(t.Context(), "PRAGMA synchronous = OFF")
	require.NoError(t, err)
	err = store.Append(t.Context(), entry("a", 2))
	require.ErrorIs(t, err, sqlstore.ErrNotDurable)
	_, err = db.ExecContext(t.Context(), "PRAGMA synchronous = FULL")
	require.NoError(t, err)
	require.NoError(t, store.Append(t.Context(), entry("a", 2)), "it was not stored before")
}

// TestSQLiteOpenTogether: of several that open a new file at a time, one makes
// the tables.
func TestSQLiteOpenTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "store.db")
	stores, errs := make([]subscribe.Store, 8), make([]error, 8)
	var wg sync.WaitGroup
	for i := range stores {
		db := openSQLite(t, file, durable)
		wg.Go(func() { stores[i], errs[i] = sqlstore.OpenSQLite(t.Context(), db, nil) })
	}
	wg.Wait()
	for i, store := range stores {
		require.NoError(t, errs[i])
		require.NoError(t, store.Append(t.Context(), entry("a", int64(i+1))))
	}
}

// TestSQLiteVersions: tables of a newer version are left alone.
func TestSQLiteVersions(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "store.db"), durable)
	_, err := sqlstore.OpenSQLite(t.Context(), db, nil)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE ewspush_version SET version = 1000")
	require.NoError(t, err)
	_, err = sqlstore.OpenSQLite(t.Context(), db, nil)
	require.ErrorIs(t, err, sqlstore.ErrNewerSchema)
	require.ErrorContains(t, err, "version 1000")
}

// TestSQLitePrefix: stores with different prefixes know nothing of each other,
// and nothing else is touched.
func TestSQLitePrefix(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "store.db"), durable)
	_, err := db.ExecContext(t.Context(), "CREATE TABLE bookings (id INTEGER PRIMARY KEY)")
	require.NoError(t, err)
	for _, prefix := range []string{"", "b_", "_2"} {
		store, err := sqlstore.OpenSQLite(t.Context(), db, &sqlstore.Options{Prefix: prefix})
		require.NoError(t, err)
		require.NoError(t, store.Append(t.Context(), entry("a", 1)))
	}
	rows, err := db.QueryContext(t.Context(), "SELECT DISTINCT substr(name, 1, 2) FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY 1")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var found []string
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		found = append(found, s)
	}
	require.NoError(t, rows.Err())
	require.Equal(t, []string{"_2", "b_", "bo", "ew"}, found)
}

// TestOptions: what cannot be is refused before the database is asked.
func TestOptions(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "store.db"), durable)
	for complaint, opts := range map[string]sqlstore.Options{
		"Options.Prefix: \"a-b\"":        {Prefix: "a-b"},
		"Options.Prefix: \"A\"":          {Prefix: "A"},
		"Options.Prefix: \"sqlite_x\"":   {Prefix: "sqlite_x"},
		"Options.Prefix: \"x; DROP":      {Prefix: "x; DROP TABLE bookings; --"},
		"Options.Schema: \"s\"":          {Schema: "s"},
		"Options.CommitTimeout: -1ns is": {CommitTimeout: -1},
	} {
		_, err := sqlstore.OpenSQLite(t.Context(), db, &opts)
		require.ErrorContains(t, err, "sqlstore: OpenSQLite: "+complaint)
	}
}
