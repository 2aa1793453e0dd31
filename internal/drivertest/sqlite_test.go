package drivertest

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/ewspush/ewspush/subscribe/storetest"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"
)

// durable is what the documentation of OpenSQLite says to set.
const durable = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"

// openSQLite opens a file.
func openSQLite(tb testing.TB, file, settings string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", "file:"+file+settings)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) func() subscribe.Store {
		file := filepath.Join(t.TempDir(), "store.db")
		return func() subscribe.Store {
			store, err := sqlstore.OpenSQLite(t.Context(), openSQLite(t, file, durable), nil)
			require.NoError(t, err)
			return store
		}
	}, nil)
}

// TestSQLiteOneConnection: a pool of one, as many programs have it, must not
// wait for itself.
func TestSQLiteOneConnection(t *testing.T) {
	storetest.Run(t, func(t *testing.T) func() subscribe.Store {
		file := filepath.Join(t.TempDir(), "store.db")
		return func() subscribe.Store {
			db := openSQLite(t, file, durable)
			db.SetMaxOpenConns(1)
			store, err := sqlstore.OpenSQLite(t.Context(), db, nil)
			require.NoError(t, err)
			return store
		}
	}, nil)
}
