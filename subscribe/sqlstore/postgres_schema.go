package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"strings"
)

// postgresMigrations bring the tables from one version to the next, the first
// from nothing to 1, statement by statement. What has been released is never
// changed: a further one is added. Programs of the former version go on while
// it happens and after, so what they call stays callable.
//
// {p} is the prefix with the schema in front, {n} without, for the names of
// indexes, and {q} with, inside a string; {seed} sets the locks of this store apart from those of others.
func postgresMigrations() [][]string {
	return [][]string{{
		`CREATE SEQUENCE {p}revision`,
		`CREATE TABLE {p}rows (
			key text COLLATE "C" NOT NULL PRIMARY KEY,
			revision bigint NOT NULL,
			shard integer NOT NULL,
			due bigint,
			data bytea NOT NULL
		) WITH (fillfactor = 80)`,
		`CREATE INDEX {n}rows_due ON {p}rows (shard, due, key) WHERE due IS NOT NULL`,

		// size: of the data when unpacked; 0 for data that are not packed. What
		// is packed need not be compressed again, and stays in the row: out of
		// line each entry would cost twice as much.
		`CREATE TABLE {p}journal (
			key text COLLATE "C" NOT NULL,
			seq bigint NOT NULL,
			at bigint NOT NULL,
			size integer NOT NULL,
			data bytea NOT NULL,
			PRIMARY KEY (key, seq)
		) WITH (toast_tuple_target = 8160)`,
		// How far it was handled. prune: the time of the oldest entry that may
		// go, but for the one that backlog.prune tells of.
		`CREATE TABLE {p}offsets (
			key text COLLATE "C" NOT NULL PRIMARY KEY,
			shard integer NOT NULL,
			handled bigint NOT NULL,
			prune bigint
		) WITH (fillfactor = 80)`,
		`CREATE INDEX {n}offsets_prune ON {p}offsets (prune, key) WHERE prune IS NOT NULL`,
		// The keys with entries that have not been handled. prune: the time of
		// the entry that was the tail, and handled, when the backlog began; it
		// may go, and this is not noted in offsets because that would rewrite a
		// row for every notification.
		`CREATE TABLE {p}backlog (
			shard integer NOT NULL,
			key text COLLATE "C" NOT NULL,
			prune bigint,
			PRIMARY KEY (shard, key)
		) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`,
		`CREATE TABLE {p}parked (
			key text COLLATE "C" NOT NULL,
			seq bigint NOT NULL,
			event bigint NOT NULL,
			at bigint NOT NULL,
			attempts bigint NOT NULL,
			reason bytea NOT NULL,
			data bytea NOT NULL,
			PRIMARY KEY (key, seq, event)
		)`,
		postgresDue, postgresBacklog, postgresAppend, postgresAdvance, postgresPrune, postgresDelete,
	}}
}

// postgresNames fills in the names.
func postgresNames(schema, prefix string) *strings.Replacer {
	h := fnv.New64a()
	_, _ = h.Write([]byte(schema + "." + prefix))
	qualified := quoteIdentifier(schema) + "." + prefix
	return strings.NewReplacer(
		"{p}", qualified,
		"{q}", strings.ReplaceAll(qualified, "'", "''"),
		"{n}", prefix,
		"{seed}", fmt.Sprintf("(%d)::bigint", int64(h.Sum64())), //nolint:gosec // G115: any number will do
	)
}

func quoteIdentifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// migrate brings the tables up to date; of several processes that do so at a
// time the others wait.
func (s *postgres) migrate(ctx context.Context) (err error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, s.names.Replace("SELECT pg_advisory_xact_lock({seed})")); err != nil {
		return err
	}
	if s.opts.Schema != "" {
		// Not IF NOT EXISTS alone: that needs the right to make one.
		var exists bool
		err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", s.schema).Scan(&exists)
		if err != nil {
			return err
		}
		if !exists {
			if _, err := tx.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+quoteIdentifier(s.schema)); err != nil {
				return err
			}
		}
	}
	var made bool
	err = tx.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", s.names.Replace("{p}version")).Scan(&made)
	if err != nil {
		return err
	}
	if err := migrate(ctx, tx, s.names, made, postgresMigrations()); err != nil {
		return err
	}
	return tx.Commit()
}
