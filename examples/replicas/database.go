package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ewspush/ewspush/subscribe/sqlstore"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver is the program's choice
)

// schema holds the tables of this demonstration, and nothing else.
const schema = "ewspush_replicas_demo"

// database is where the processes meet.
type database struct {
	dsn     string
	stop    func() error // ends the server; nil if it is not ours
	removed string       // what close does, for people
}

// openDatabase takes the database at dsn, or starts a server of its own.
func openDatabase(ctx context.Context, b *board, dsn string) (*database, error) {
	if dsn == "" {
		return startServer(ctx, b)
	}
	d := &database{dsn: dsn, removed: "the schema " + schema + " was removed"}
	// What a run that was killed has left is of no use to this one: its
	// Exchange is gone.
	if err := d.dropSchema(ctx); err != nil {
		return nil, fmt.Errorf("the database of -postgres: %w", err)
	}
	b.line("start", "the schema %s in your database", schema)
	return d, nil
}

func (d *database) close(ctx context.Context) error {
	if d.stop != nil {
		return d.stop()
	}
	return d.dropSchema(ctx)
}

func (d *database) dropSchema(ctx context.Context) error {
	db, err := sql.Open("pgx", d.dsn)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE")
	return errors.Join(err, db.Close())
}

// openStore is what each process does.
func openStore(ctx context.Context, dsn string) (*sql.DB, *sqlstore.Store, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, nil, err
	}
	// The default of two idle connections makes a new one for most calls.
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	store, err := sqlstore.OpenPostgres(ctx, db, &sqlstore.Options{Schema: schema})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, store, nil
}
