package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/ewspush/ewspush/subscribe"
)

// OpenPostgres returns a store in a PostgreSQL database, and makes its tables
// and functions if there are none. opts may be nil.
//
// Any number of processes may open it at a time. db needs a pool: with
// database/sql's defaults all but two connections are closed after each call,
// so set SetMaxOpenConns and SetMaxIdleConns to the same number, such as 16.
// Any driver will do that passes strings as text, such as
// github.com/jackc/pgx/v5/stdlib and github.com/lib/pq. Behind a pooler that
// gives each transaction another connection, the driver must not keep prepared
// statements (pgx: default_query_exec_mode=exec).
//
// synchronous_commit must not be off, for the user or the database as a whole,
// nor fsync: otherwise the error is ErrNotDurable. Transactions must be READ
// COMMITTED by default, and the database's encoding UTF8: otherwise it is
// ErrUnsuitable. The user needs the right to create tables and functions in the
// schema when the store is opened first, and after an update.
//
// db need not stay open longer than the store is used; there is nothing to
// close. PostgreSQL 13 or newer is needed.
func OpenPostgres(ctx context.Context, db *sql.DB, opts *Options) (*Store, error) {
	s := &postgres{db: db}
	if err := s.open(ctx, opts); err != nil {
		return nil, fmt.Errorf("sqlstore: OpenPostgres: %w", err)
	}
	return &Store{engine: s}, nil
}

// postgres is a store in a PostgreSQL database. It holds nothing in memory.
//
// Invariants, as of every commit:
//
//  1. The journal of a key has the Seqs from some first to its tail, without
//     holes beyond the offset.
//  2. A key is in backlog if and only if its tail is beyond its offset.
//  3. The time of the oldest entry of a key that may be pruned is the lesser of
//     offsets.prune and backlog.prune, or later.
//
// They involve several tables, and hold because whatever changes a journal, its
// offset or its place in the backlog does so with the key's lock (see
// postgresLock).
type postgres struct {
	db      *sql.DB
	opts    Options
	schema  string
	names   *strings.Replacer
	sql     postgresStatements
	appends group[postgresEntry]
	packer  *packer
}

var _ subscribe.Store = (*postgres)(nil)

// Bounds of a commit. Each key is a lock in the server's memory, which has room
// for some thousands.
const (
	postgresBatch      = 256
	postgresBatchBytes = 8 << 20
)

// oldestPostgres is the first version that the functions have been written for.
const oldestPostgres = 130000

func (s *postgres) open(ctx context.Context, opts *Options) (err error) {
	if s.opts, err = opts.withDefaults(); err != nil {
		return err
	}
	if err := s.check(ctx); err != nil {
		return err
	}
	s.names = postgresNames(s.schema, s.opts.Prefix)
	if err := s.retry(ctx, func() error { return s.migrate(ctx) }); err != nil {
		return err
	}
	s.sql = newPostgresStatements(s.names)
	s.packer = newPacker()
	s.appends = group[postgresEntry]{commit: s.commit, limit: postgresBatch, maxBytes: postgresBatchBytes, leaders: 2}
	return nil
}

// check looks at what the server says of itself.
func (s *postgres) check(ctx context.Context) error {
	var (
		version                                      int
		synchronous, fsync, isolation, encoding, own string
	)
	err := s.db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::integer,
		current_setting('synchronous_commit'), current_setting('fsync'),
		current_setting('default_transaction_isolation'), current_setting('server_encoding'),
		coalesce(current_schema(), '')`).Scan(&version, &synchronous, &fsync, &isolation, &encoding, &own)
	if err != nil {
		return err
	}
	var unsuitable, volatile []string
	if version < oldestPostgres {
		unsuitable = append(unsuitable, fmt.Sprintf("its version is %d, and %d is needed", version/10000, oldestPostgres/10000))
	}
	if isolation != "read committed" {
		unsuitable = append(unsuitable, fmt.Sprintf(
			"default_transaction_isolation is %s, must be read committed: ALTER ROLE … SET default_transaction_isolation", isolation))
	}
	if encoding != "UTF8" {
		unsuitable = append(unsuitable, fmt.Sprintf("its encoding is %s, must be UTF8: CREATE DATABASE … ENCODING UTF8", encoding))
	}
	if s.schema = s.opts.Schema; s.schema == "" {
		s.schema = own
	}
	if s.schema == "" {
		unsuitable = append(unsuitable, "search_path names no schema that there is: set Options.Schema")
	}
	if synchronous == "off" {
		volatile = append(volatile, "synchronous_commit is off, must be on or local: ALTER ROLE … SET synchronous_commit = on")
	}
	if fsync == "off" {
		volatile = append(volatile, "fsync is off, must be on: postgresql.conf")
	}
	if len(unsuitable) > 0 {
		err = fmt.Errorf("%w: %s", ErrUnsuitable, strings.Join(unsuitable, "; "))
	}
	if len(volatile) > 0 && !s.opts.NotDurable {
		err = errors.Join(err, fmt.Errorf("%w: %s", ErrNotDurable, strings.Join(volatile, "; ")))
	}
	return err
}

// maxAttempts is how often something is tried that the server has given up in
// favour of another transaction.
const maxAttempts = 8

// retry repeats what the server gave up and rolled back because of others: our
// own transactions take their locks in one order, but the database may have
// other users.
func (s *postgres) retry(ctx context.Context, attempt func() error) error {
	for n := 1; ; n++ {
		err := attempt()
		if err == nil || n == maxAttempts || ctx.Err() != nil {
			return err
		}
		switch sqlState(err) {
		case "40001", "40P01": // serialization failure, deadlock
		default:
			return err
		}
	}
}

// sqlState returns the server's code for the error, or "" if it is not the
// server's.
func sqlState(err error) string {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}
