package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// sqliteWriter is what whoever leads in sqlite.writes hands to the next one: the
// connection, unless nobody waits, and memory.
type sqliteWriter struct {
	conn  *sql.Conn // nil, or checked and not used by anybody else since
	since int       // how many transactions ago it was taken from the pool
	tx    *sqliteTx // one that has ended
}

// keepsConn is for how many transactions a connection is kept. Meanwhile it need
// not be looked at again; others may be waiting for it, if it is the only one.
const keepsConn = 16

// begin begins a transaction on the connection that was kept, or on another one.
func (w *sqliteWriter) begin(ctx context.Context, s *sqlite) (*sql.Tx, error) {
	if w.conn == nil {
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		w.conn, w.since = conn, 0
		if err := s.checkWriter(context.WithoutCancel(ctx), conn); err != nil {
			w.rest()
			return nil, err
		}
	}
	// From here on only the disk and busy_timeout take time, and a context that
	// can end costs a goroutine for every statement.
	w.since++
	tx, err := w.conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		w.rest()
	}
	return tx, err
}

// end comes after a transaction, and whether the connection may be used again.
func (w *sqliteWriter) end(usable bool) {
	if !usable {
		w.discard()
	} else if w.since >= keepsConn {
		w.rest()
	}
}

// rest gives the connection back to the pool.
func (w *sqliteWriter) rest() {
	if w.conn != nil {
		_ = w.conn.Close() // only returns it to the pool
		w.conn = nil
	}
}

// discard closes a connection that may be inside a transaction, instead of
// giving it back to the pool.
func (w *sqliteWriter) discard() {
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
	w.rest()
}

// abandon lets go of a connection after a panic. If it was the driver that
// panicked, database/sql holds its locks for ever, and nothing here may wait for
// them.
func (w *sqliteWriter) abandon(tx *sql.Tx) {
	lost := *w
	w.conn = nil
	go func() {
		_ = tx.Rollback()
		lost.discard()
	}()
}

// checkWriter looks at the one setting that is a connection's own and decides
// whether a commit is on disk.
func (s *sqlite) checkWriter(ctx context.Context, conn *sql.Conn) error {
	if s.opts.NotDurable {
		return nil
	}
	var synchronous int64
	if err := conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous); err != nil {
		return err
	}
	if synchronous < synchronousFull {
		return notDurableSQLite(fmt.Sprintf("synchronous is %d on this connection, must be FULL (2) or EXTRA (3)", synchronous))
	}
	return nil
}
