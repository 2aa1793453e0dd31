package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// pruneStep is how many entries are removed in one transaction.
const pruneStep = 256

// Prune implements subscribe.Store.
func (s *sqlite) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := s.foldAhead(ctx); err != nil {
		return 0, err
	}
	removed, old := 0, bound(before)
	for more := true; more && removed < limit; {
		var done int
		wanted := min(limit-removed, pruneStep)
		err := s.writeLater(ctx, 100*wanted, func(t *sqliteTx) (err error) {
			done, more, err = t.prune(old, wanted)
			return err
		})
		if err != nil {
			return removed, err
		}
		removed += done
	}
	return removed, nil
}

// prune removes up to limit entries that are older, and reports whether there
// may be more. (A key that was left when the limit was reached may turn out to
// have nothing more to remove.)
func (t *sqliteTx) prune(old int64, limit int) (removed int, more bool, err error) {
	if err := t.fold(); err != nil {
		return 0, false, err
	}
	rows, err := t.stmt(t.store.sql.prunable).QueryContext(t.ctx, old, limit) //nolint:sqlclosecheck // ends with the transaction
	keys, err := collect(rows, err, func(r scanner) (o subscribe.Offset, err error) {
		return o, r.Scan(&o.Key, &o.Seq)
	})
	if err != nil {
		return 0, false, err
	}
	for _, o := range keys {
		if removed == limit {
			break
		}
		n, err := t.pruneKey(o, old, limit-removed)
		if err != nil {
			return 0, false, err
		}
		removed += n
	}
	return removed, len(keys) == limit, nil
}

// pruneKey removes up to limit handled entries of a key that are older.
func (t *sqliteTx) pruneKey(handled subscribe.Offset, old int64, limit int) (int, error) {
	q := &t.store.sql
	tail, err := t.value(q.tailSeq, handled.Key)
	if err != nil {
		return 0, err
	}
	end := min(handled.Seq, tail.Int64-1) // the tail stays
	if _, err := t.exec(q.pruneLog, handled.Key, end, old, limit); err != nil {
		return 0, err
	}
	n, err := t.exec(q.pruneEntries, handled.Key, end, old, limit)
	if err != nil {
		return 0, err
	}
	if n < int64(limit) {
		_, err = t.exec(q.setPrune, handled.Key, end)
	}
	return int(n), err
}

// Delete implements subscribe.Store.
func (s *sqlite) Delete(ctx context.Context, key string, revision int64) error {
	return s.write(ctx, 1000, func(t *sqliteTx) error {
		current, err := t.value(s.sql.revision, key)
		if err != nil {
			return err
		}
		if current.Int64 != revision { // 0 where there is none
			return subscribe.ErrConflict
		}
		if err := t.fold(); err != nil {
			return err
		}
		for _, stmt := range []*sql.Stmt{s.sql.deleteRow, s.sql.deleteLog, s.sql.deleteEntries, s.sql.deleteOffset, s.sql.deleteParked} {
			if _, err := t.exec(stmt, key); err != nil {
				return err
			}
		}
		_, err = t.exec(s.sql.deleteBacklog, subscribe.ShardOf(key), key)
		return err
	})
}
