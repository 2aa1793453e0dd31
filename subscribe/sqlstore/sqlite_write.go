package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ewspush/ewspush/subscribe"
)

// sqliteWrite is one change: it looks, and writes, and returns nil; or it
// writes nothing and returns one of the contract's errors. With any other error
// the transaction is given up.
type sqliteWrite func(tx *sqliteTx) error

// write has the change carried out in some transaction. It may outlive the
// call if ctx ends, and must not use what belongs to the caller.
func (s *sqlite) write(ctx context.Context, bytes int, change sqliteWrite) error {
	return s.writes.do(ctx, change, bytes)
}

// courtesy is how many batches in a row a change that can wait lets pass that
// others are in.
const courtesy = 3

// writeLater is write of a change that can wait: those who append at the same
// time need not wait for it, too, except in every fourth batch.
func (s *sqlite) writeLater(ctx context.Context, bytes int, change sqliteWrite) error {
	for passed := 0; ; passed++ {
		done := false
		err := s.write(ctx, bytes, func(t *sqliteTx) error {
			if !t.alone && passed < courtesy && t.unfolded() <= foldSoon {
				return nil
			}
			done = true
			return change(t)
		})
		if err != nil || done {
			return err
		}
	}
}

// sqliteTx is a transaction that has the write lock.
type sqliteTx struct {
	ctx   context.Context //nolint:containedctx // ends with the transaction, like that of a sql.Tx
	store *sqlite
	tx    *sql.Tx
	alone bool // the batch is one change
	dirty bool // something was written

	position position
	folded   bool           // everything, in this transaction: the memory is behind
	staged   []ref          // appended in this transaction, not folded
	log      []any          // columns of rows of the log that are to be written
	tails    map[string]ref // of staged
	puts     []put          // rows written
}

// newTx describes a transaction of so many changes, in memory that was used
// before.
func (s *sqlite) newTx(ctx context.Context, tx *sql.Tx, changes int) *sqliteTx {
	t := s.writer.tx
	if s.writer.tx = nil; t == nil {
		t = &sqliteTx{tails: make(map[string]ref)}
	}
	clear(t.tails)
	*t = sqliteTx{
		ctx: ctx, store: s, tx: tx, alone: changes == 1,
		staged: t.staged[:0], log: t.log[:0], tails: t.tails, puts: t.puts[:0],
	}
	return t
}

// free keeps the memory for the next transaction.
func (t *sqliteTx) free() {
	clear(t.log[:cap(t.log)])
	t.ctx, t.tx = nil, nil
	t.store.writer.tx = t
}

// stmt returns a statement for use in the transaction, with which it ends.
func (t *sqliteTx) stmt(stmt *sql.Stmt) *sql.Stmt { return t.tx.StmtContext(t.ctx, stmt) }

// keepsWaiting reports whether others wait for the end of the transaction. A
// change that can be continued in another one should do so then.
func (t *sqliteTx) keepsWaiting() bool { return !t.alone || t.store.writes.anyWaiting() }

// exec carries out a statement that writes, and returns how many rows it
// changed.
func (t *sqliteTx) exec(stmt *sql.Stmt, args ...any) (int64, error) {
	t.dirty = true
	result, err := t.stmt(stmt).ExecContext(t.ctx, args...) //nolint:sqlclosecheck // ends with the transaction
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// value asks for one number; NULL and no row are both not valid.
func (t *sqliteTx) value(stmt *sql.Stmt, args ...any) (n sql.NullInt64, err error) {
	err = t.stmt(stmt).QueryRowContext(t.ctx, args...).Scan(&n) //nolint:sqlclosecheck // ends with the transaction
	if errors.Is(err, sql.ErrNoRows) {
		return sql.NullInt64{}, nil
	}
	return n, err
}

// patience is how many changes of a failed batch may fail on their own, one
// after the other, before the others are not tried.
const patience = 3

// commit carries out a batch in one transaction. If a change fails otherwise
// than by the contract, nothing of the batch has happened, and each is tried
// again on its own, so that nobody suffers for another's fault. After a COMMIT
// that failed nobody knows what has happened, and all are told so.
func (s *sqlite) commit(ctx context.Context, batch []*call[sqliteWrite]) {
	ctx, cancel := s.background(ctx)
	defer cancel()
	err := s.transact(ctx, batch)
	if failures := 0; errors.Is(err, errChange) && len(batch) > 1 {
		for len(batch) > 0 && failures < patience {
			if err = s.transact(ctx, batch[:1]); err != nil {
				batch[0].err = err
				failures++
			} else {
				failures = 0
			}
			batch = batch[1:]
		}
	}
	if err != nil {
		for _, c := range batch {
			c.err = err
		}
	}
}

// errChange marks an error of a change, before COMMIT.
var errChange = errors.New("not written")

// transact carries out changes in a transaction. If it returns nil, each has
// its outcome; otherwise none.
func (s *sqlite) transact(ctx context.Context, batch []*call[sqliteWrite]) error {
	tx, err := s.writer.begin(ctx, s)
	if err != nil {
		return err
	}
	returned := false
	defer func() {
		if !returned {
			s.writer.abandon(tx)
		}
	}()
	usable, err := s.carryOut(context.WithoutCancel(ctx), tx, batch)
	returned = true
	s.writer.end(usable)
	return err
}

// carryOut is transact in a transaction that has begun, which it ends. It
// reports whether the connection can be used again.
func (s *sqlite) carryOut(ctx context.Context, tx *sql.Tx, batch []*call[sqliteWrite]) (usable bool, err error) {
	t := s.newTx(ctx, tx, len(batch))
	defer t.free()
	err = t.begin()
	if err == nil {
		err = t.run(batch)
	}
	if err != nil || !t.dirty {
		return tx.Rollback() == nil, err
	}
	if err := tx.Commit(); err != nil {
		// SQLite may leave the transaction open, to be committed again.
		_, rollback := s.writer.conn.ExecContext(ctx, "ROLLBACK")
		return rollback == nil, fmt.Errorf("commit: %w", err)
	}
	s.recent.add(t.position.folded, t.position.last, t.staged)
	s.quiet.carry(t.puts)
	return true, nil
}

// begin takes the write lock, and makes the memory as new as the database is
// for this transaction.
func (t *sqliteTx) begin() (err error) {
	s := t.store
	if _, err := t.stmt(s.sql.lock).ExecContext(t.ctx); err != nil { //nolint:sqlclosecheck // ends with the transaction
		return err
	}
	if t.position, err = s.position(t.ctx, t.stmt(s.sql.position)); err != nil {
		return err
	}
	if s.recent.known() > t.position.last {
		// Nobody can have written since. It is another database than before:
		// an older copy was put in its place.
		s.recent.forget()
	}
	if s.recent.knows(t.position) {
		return nil
	}
	t.position, err = s.loadRecent(t.ctx, t.stmt(s.sql.unfolded))
	return err
}

// run carries out the changes and sets their outcomes.
func (t *sqliteTx) run(batch []*call[sqliteWrite]) error {
	for _, c := range batch {
		c.err = c.op(t)
		if c.err != nil && !errors.Is(c.err, subscribe.ErrConflict) && !errors.Is(c.err, subscribe.ErrNotFound) {
			return t.changed(c.err)
		}
	}
	if t.dirty && t.unfolded() >= foldAt {
		return t.changed(t.fold())
	}
	return t.changed(t.flush())
}

// changed marks an error of a change.
func (t *sqliteTx) changed(err error) error {
	if err != nil {
		return fmt.Errorf("%w: %w", errChange, err)
	}
	return nil
}
