package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"

	"github.com/ewspush/ewspush/subscribe"
)

// OpenSQLite returns a store in an SQLite database, and makes its tables if
// there are none. opts may be nil.
//
// db may have any number of connections, one included, and may be used for
// other things as well. With database/sql's defaults all but two of them are
// closed after each call, and to open one costs as much as many calls, so set
// SetMaxOpenConns and SetMaxIdleConns to the same number, such as 8. Each
// connection must be durable, which is why the settings belong into the data
// source name, where every new connection gets them; a PRAGMA sent once through
// db would reach one of them:
//
//	modernc.org/sqlite:        file:NAME?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)
//	github.com/mattn/go-sqlite3: file:NAME?_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL
//
// Otherwise the error is ErrNotDurable. Several connections are looked at when
// the store is opened, and whichever connection is taken from the pool to write
// is looked at again. A page size of 8192 or 16384, set likewise when the
// database is first made, writes less per notification: entries of two
// kilobytes fill such pages better.
//
// db need not stay open longer than the store is used; there is nothing to
// close. Do not set _txlock.
//
// The database needs SQLite 3.35 or newer.
func OpenSQLite(ctx context.Context, db *sql.DB, opts *Options) (*Store, error) {
	s := &sqlite{db: db}
	if err := s.open(ctx, opts); err != nil {
		return nil, fmt.Errorf("sqlstore: OpenSQLite: %w", err)
	}
	return &Store{engine: s}, nil
}

// sqlite is a store in an SQLite database.
//
// What is appended goes to the end of one table, log, and nothing else is
// written for it: neighbouring rows fill their pages, and a commit writes few
// of them. The index by key, and what follows from it, would cost a page or
// two for each entry of a batch. It is brought up to date in one go, called
// folding, sorted by key, by whoever needs it, and otherwise by the append that
// finds it far behind. Until then the place of what is not folded is known from
// memory (type recent), where every process that reads or writes keeps it.
//
// Invariants, as of every commit:
//
//  1. Ids of log rise, from 1, and are never used again: the next one follows
//     the greater of the last one there is and state.folded.
//  2. The tables entries, offsets and backlog tell exactly of the log up to
//     state.folded: entries has one row for each of its rows; offsets has a row
//     for each key that has a handled entry, and says where the oldest one lies
//     that may be pruned; backlog has the keys with entries beyond their offset.
//  3. Rows of log beyond state.folded have not been handled, pruned or deleted:
//     what handles, prunes or deletes folds first, in the same transaction.
//  4. Every transaction that writes takes the write lock before it reads, so it
//     decides on what is current, whoever wrote it.
//
// What recent says is the log's rows beyond some folded id up to some last id.
// Both are compared with the database's own, in the write transaction by
// writers, and after the beginning of the call by readers, before the memory is
// believed. Another process's rows are loaded then.
type sqlite struct {
	db     *sql.DB
	opts   Options
	sql    sqliteStatements
	writes group[sqliteWrite]
	writer sqliteWriter
	recent recent
	quiet  quiet
	packer *packer
	load   sync.Mutex // one at a time loads into recent
}

var _ subscribe.Store = (*sqlite)(nil)

// Bounds of a commit.
const (
	sqliteBatch      = 512
	sqliteBatchBytes = 8 << 20
)

func (s *sqlite) open(ctx context.Context, opts *Options) (err error) {
	if s.opts, err = opts.withDefaults(); err != nil {
		return err
	}
	if s.opts.Schema != "" {
		return fmt.Errorf("Options.Schema: %q: SQLite has none", s.opts.Schema)
	}
	if err := checkSQLite(ctx, s.db, s.opts); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.sql.prepare(ctx, s.db, s.opts.Prefix); err != nil {
		return err
	}
	s.writes = group[sqliteWrite]{commit: s.commit, limit: sqliteBatch, maxBytes: sqliteBatchBytes, rest: s.writer.rest}
	s.recent.forget()
	s.packer = newPacker()
	_, err = s.catchUp(ctx)
	return err
}

// sqliteProbes is how many connections are looked at when the store is opened.
const sqliteProbes = 3

// checkSQLite looks at several connections of the pool at once: a setting that
// was made through db instead of the data source name is on one of them only.
func checkSQLite(ctx context.Context, db *sql.DB, opts Options) error {
	probes := sqliteProbes
	if most := db.Stats().MaxOpenConnections; most > 0 {
		probes = min(probes, most-db.Stats().InUse)
	}
	for range max(1, probes) {
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close() //nolint:errcheck // only returns it to the pool
		if err := checkSQLiteConn(ctx, conn, opts); err != nil {
			return err
		}
	}
	return nil
}

func checkSQLiteConn(ctx context.Context, conn *sql.Conn, opts Options) error {
	var (
		journal           string
		synchronous, busy int64
		version           string
	)
	for pragma, value := range map[string]any{
		"PRAGMA journal_mode": &journal, "PRAGMA synchronous": &synchronous,
		"PRAGMA busy_timeout": &busy, "SELECT sqlite_version()": &version,
	} {
		if err := conn.QueryRowContext(ctx, pragma).Scan(value); err != nil {
			return fmt.Errorf("%s: %w", pragma, err)
		}
	}
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return fmt.Errorf("%w: SQLite calls itself %q", ErrUnsuitable, version)
	}
	if major < 3 || major == 3 && minor < 35 {
		return fmt.Errorf("%w: SQLite %s is older than 3.35", ErrUnsuitable, version)
	}
	if opts.NotDurable {
		return nil
	}
	var wrong []string
	if !strings.EqualFold(journal, "wal") {
		wrong = append(wrong, fmt.Sprintf("journal_mode is %s, must be WAL", journal))
	}
	if synchronous < synchronousFull {
		wrong = append(wrong, fmt.Sprintf("synchronous is %d, must be FULL (2) or EXTRA (3)", synchronous))
	}
	if busy <= 0 {
		wrong = append(wrong, "busy_timeout is 0, must be some seconds, such as 10000 (milliseconds)")
	}
	if len(wrong) > 0 {
		return notDurableSQLite(strings.Join(wrong, "; "))
	}
	return nil
}

// synchronousFull is the value of PRAGMA synchronous from which on a commit in
// WAL mode waits for the disk.
const synchronousFull = 2

func notDurableSQLite(what string) error {
	return fmt.Errorf("%w: %s, on every connection of the pool: set it in the data source name, "+
		"for modernc.org/sqlite ?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL), "+
		"for github.com/mattn/go-sqlite3 ?_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL", ErrNotDurable, what)
}

// background is the context of statements that others depend on: they go on
// when the call that happened to begin them has ended.
func (s *sqlite) background(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), s.opts.CommitTimeout)
}
