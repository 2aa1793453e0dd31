package crash

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// database is one that a child opens.
type database struct {
	Driver string // "sqlite" or "pgx"
	DSN    string
}

// sqliteFile returns the database in a file, as durable as it must be.
func sqliteFile(path string) database {
	return database{"sqlite", "file:" + path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"}
}

// postgres returns the database of a cluster that waits for the disk, as it
// must.
func postgres(c *pgcluster.Cluster) database { return database{"pgx", c.DSN()} }

func (d database) open(ctx context.Context) (subscribe.Store, *sql.DB, error) {
	db, err := sql.Open(d.Driver, d.DSN)
	if err != nil {
		return nil, nil, err
	}
	store, err := d.store(ctx, db)
	if err != nil {
		_ = db.Close() // the first error says what is wrong
		return nil, nil, err
	}
	return store, db, nil
}

func (d database) store(ctx context.Context, db *sql.DB) (subscribe.Store, error) {
	switch d.Driver {
	case "sqlite":
		return sqlstore.OpenSQLite(ctx, db, nil)
	case "pgx":
		db.SetMaxOpenConns(12)
		db.SetMaxIdleConns(12)
		return sqlstore.OpenPostgres(ctx, db, nil)
	}
	return nil, fmt.Errorf("no driver %q", d.Driver)
}

// openPatiently waits for the database. It returns nil if ctx ends first.
func openPatiently(ctx context.Context, d database) subscribe.Store {
	for {
		store, _, err := d.open(ctx)
		if err == nil {
			return store
		}
		slog.WarnContext(ctx, "the database cannot be opened yet", "error", err)
		if !sleep(ctx, 200*time.Millisecond) {
			return nil
		}
	}
}
