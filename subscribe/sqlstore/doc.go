// Package sqlstore keeps subscriptions in an SQL database that the program
// already has: SQLite on one machine, PostgreSQL for several.
//
// The program brings the driver and the *sql.DB; this package imports only
// database/sql. Tables are made and brought up to date when the store is
// opened, under names with a prefix of their own, so that they can live beside
// the program's other tables:
//
//	db, err := sql.Open("sqlite", "file:bookings.db"+
//		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
//	db.SetMaxOpenConns(8)
//	db.SetMaxIdleConns(8) // the default of 2 makes a new connection for most calls
//	store, err := sqlstore.OpenSQLite(ctx, db, nil)
//
//	db, err := sql.Open("pgx", "postgres://bookings@db.example.com/bookings")
//	db.SetMaxOpenConns(16)
//	db.SetMaxIdleConns(16)
//	store, err := sqlstore.OpenPostgres(ctx, db, nil)
//
// # Durability
//
// A call that returned nil is on disk. A database that would answer before it
// has written (SQLite with synchronous below FULL or without WAL, PostgreSQL
// with synchronous_commit off) is refused, with ErrNotDurable and a text that
// says what to set; Options.NotDurable accepts it.
//
// Calls that change something and arrive at the same time are committed
// together: while one commit is waiting for the disk, those that arrive form
// the next batch by themselves, so acknowledgements scale with concurrency and
// not with the number of fsyncs. Each caller gets its own outcome. A
// caller that is alone does the work itself; a goroutine does it for those that
// come meanwhile, and ends when nobody waits: there is nothing to close.
//
// If a commit fails, or its outcome is not known because the connection was
// lost, every call of that batch returns an error. It may have taken effect
// even so, as may a call whose context ended while it was being committed, then
// or a moment later; whoever appends again finds out, because Append of a Seq
// that is there already is subscribe.ErrConflict.
//
// # Several processes
//
// Any number of processes may use the same PostgreSQL database at a time, and
// the same SQLite file on one machine: who is first is decided by the database,
// and nothing that is held in memory is trusted without asking it.
package sqlstore
