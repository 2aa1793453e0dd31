package sqlstore

import (
	"context"
	"errors"
	"strings"
)

// sqliteMigrations bring the tables from one version to the next, the first
// from nothing to 1, statement by statement. What has been released is never
// changed: a further one is added. {p} is the prefix.
func sqliteMigrations() [][]string {
	return [][]string{{
		// How far log is folded, and the last revision of any row. One row.
		`CREATE TABLE {p}state (
			one INTEGER PRIMARY KEY CHECK (one = 1),
			folded INTEGER NOT NULL,
			revision INTEGER NOT NULL
		)`,
		`INSERT INTO {p}state (one, folded, revision) VALUES (1, 0, 0)`,
		`CREATE TABLE {p}rows (
			key TEXT NOT NULL PRIMARY KEY,
			revision INTEGER NOT NULL,
			shard INTEGER NOT NULL,
			due INTEGER,
			data BLOB NOT NULL
		)`,
		`CREATE INDEX {p}rows_due ON {p}rows (shard, due, key) WHERE due IS NOT NULL`,
		// What was appended, in the order of the appends. size: of the data when
		// unpacked; 0 for data that are not packed.
		`CREATE TABLE {p}log (
			id INTEGER PRIMARY KEY,
			key TEXT NOT NULL,
			seq INTEGER NOT NULL,
			at INTEGER NOT NULL,
			size INTEGER NOT NULL,
			data BLOB NOT NULL
		)`,
		// Where to find it.
		`CREATE TABLE {p}entries (
			key TEXT NOT NULL,
			seq INTEGER NOT NULL,
			id INTEGER NOT NULL,
			at INTEGER NOT NULL,
			PRIMARY KEY (key, seq)
		) WITHOUT ROWID`,
		// How far it was handled. prune: the time of the oldest entry that may go.
		`CREATE TABLE {p}offsets (
			key TEXT NOT NULL PRIMARY KEY,
			handled INTEGER NOT NULL,
			prune INTEGER
		) WITHOUT ROWID`,
		`CREATE INDEX {p}offsets_prune ON {p}offsets (prune, key) WHERE prune IS NOT NULL`,
		// The keys with entries that have not been handled.
		`CREATE TABLE {p}backlog (
			shard INTEGER NOT NULL,
			key TEXT NOT NULL,
			PRIMARY KEY (shard, key)
		) WITHOUT ROWID`,
		`CREATE TABLE {p}parked (
			key TEXT NOT NULL,
			seq INTEGER NOT NULL,
			event INTEGER NOT NULL,
			at INTEGER NOT NULL,
			attempts INTEGER NOT NULL,
			reason BLOB NOT NULL,
			data BLOB NOT NULL,
			PRIMARY KEY (key, seq, event)
		)`,
	}}
}

// migrate brings the tables up to date. Of several processes that do so at a
// time one does it, because it takes the write lock before it looks.
func (s *sqlite) migrate(ctx context.Context) (err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // only returns it to the pool
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, undo := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			err = errors.Join(err, undo)
		}
	}()
	var made bool
	err = conn.QueryRowContext(ctx, "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?1",
		s.opts.Prefix+"version").Scan(&made)
	if err != nil {
		return err
	}
	if err := migrate(ctx, conn, sqliteNames(s.opts.Prefix), made, sqliteMigrations()); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// sqliteNames fills in the names.
func sqliteNames(prefix string) *strings.Replacer { return strings.NewReplacer("{p}", prefix) }
