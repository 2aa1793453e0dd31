package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	_ "github.com/jackc/pgx/v5/stdlib" // the drivers are the program's choice
	_ "modernc.org/sqlite"
)

// openSQLite opens a file with the settings that sqlstore asks for, and a pool of
// so many connections, on a disk that is slower by so much.
func openSQLite(dir, name string, connections int, slower time.Duration) (*sql.DB, error) {
	return openPool("sqlite", "file:"+filepath.Join(dir, name)+
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)", connections, slower)
}

// openPool opens a pool of connections that stay open: database/sql closes all
// but two of them after each call, and opening one costs as much as many calls.
func openPool(driver, dsn string, connections int, slower time.Duration) (*sql.DB, error) {
	db, err := openSlow(driver, dsn, slower)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// sqliteStore opens a store in a file of dir.
func sqliteStore(ctx context.Context, dir string, slower time.Duration) (*sql.DB, *sqlstore.Store, error) {
	db, err := openSQLite(dir, "store.db", 8, slower)
	if err != nil {
		return nil, nil, err
	}
	store, err := sqlstore.OpenSQLite(ctx, db, nil)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, store, nil
}

// postgresStore opens a store in a schema.
func postgresStore(ctx context.Context, dsn, schema string) (*sql.DB, *sqlstore.Store, error) {
	db, err := openPool("pgx", dsn, 16, 0)
	if err != nil {
		return nil, nil, err
	}
	store, err := sqlstore.OpenPostgres(ctx, db, &sqlstore.Options{Schema: schema})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, store, nil
}

// eachCommitted is the usual way to keep something: a table and an INSERT.
type eachCommitted struct {
	db     *sql.DB
	insert *sql.Stmt
}

// newEachCommitted makes the table in a database, which it closes after an error.
func newEachCommitted(ctx context.Context, db *sql.DB, create, insert string) (*eachCommitted, error) {
	if _, err := db.ExecContext(ctx, create); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	statement, err := db.PrepareContext(ctx, insert)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &eachCommitted{db, statement}, nil
}

// naiveSQLite has one connection: more of them would only wait for one another
// by turns of busy_timeout.
func naiveSQLite(ctx context.Context, dir string, slower time.Duration) (*eachCommitted, error) {
	db, err := openSQLite(dir, "naive.db", 1, slower)
	if err != nil {
		return nil, err
	}
	return newEachCommitted(ctx, db,
		"CREATE TABLE naive (id INTEGER PRIMARY KEY, key TEXT NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL)",
		"INSERT INTO naive (key, seq, data) VALUES (?1, ?2, ?3)")
}

// naivePostgres has many connections: the server commits them together as far
// as it can.
func naivePostgres(ctx context.Context, dsn string) (*eachCommitted, error) {
	db, err := openPool("pgx", dsn, 64, 0)
	if err != nil {
		return nil, err
	}
	return newEachCommitted(ctx, db,
		"CREATE TABLE naive (id bigserial, key text NOT NULL, seq bigint NOT NULL, data bytea NOT NULL)",
		"INSERT INTO naive (key, seq, data) VALUES ($1, $2, $3)")
}

func (e *eachCommitted) append(ctx context.Context, key string, seq int64, data []byte) error {
	_, err := e.insert.ExecContext(ctx, key, seq, data)
	return err
}

func (e *eachCommitted) close() error { return errors.Join(e.insert.Close(), e.db.Close()) }

// startPostgres starts a server of its own; nil where there is no PostgreSQL,
// which with CI=true is an error.
func startPostgres(ctx context.Context) (*pgcluster.Cluster, error) {
	cluster, err := pgcluster.New(ctx, nil)
	if errors.Is(err, pgcluster.ErrAbsent) && os.Getenv("CI") != "true" {
		return nil, nil
	}
	return cluster, err
}

// noPostgres is the note of a table that has no rows of PostgreSQL.
const noPostgres = "PostgreSQL is not installed here."
