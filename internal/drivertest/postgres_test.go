package drivertest

import (
	"database/sql"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/ewspush/ewspush/subscribe/storetest"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// openPostgres returns a pool of connections.
func openPostgres(tb testing.TB, dsn string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("pgx", dsn)
	require.NoError(tb, err)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// schema returns the name of a schema, which need not be a plain one.
func schema(n int64) string { return fmt.Sprintf(`It's a "schema" %d`, n) }

func TestPostgres(t *testing.T) {
	cluster := pgcluster.Start(t, nil)
	db := openPostgres(t, cluster.DSN())
	var schemas atomic.Int64
	storetest.Run(t, func(t *testing.T) func() subscribe.Store {
		opts := &sqlstore.Options{Schema: schema(schemas.Add(1))}
		return func() subscribe.Store {
			store, err := sqlstore.OpenPostgres(t.Context(), db, opts)
			require.NoError(t, err)
			return store
		}
	}, nil)
}
