package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// Get implements subscribe.Store.
func (s *sqlite) Get(ctx context.Context, key string) (subscribe.Row, error) {
	row, err := scanRow(s.sql.get.QueryRowContext(ctx, key))
	if errors.Is(err, sql.ErrNoRows) {
		err = subscribe.ErrNotFound
	}
	return row, err
}

// List implements subscribe.Store.
func (s *sqlite) List(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
	rows, err := s.sql.list.QueryContext(ctx, after, limit)
	return collect(rows, err, scanRow)
}

// Due implements subscribe.Store.
func (s *sqlite) Due(
	ctx context.Context, shards subscribe.Shards, now time.Time, limit int,
) ([]subscribe.Row, error) {
	if none, err := s.nothingDue(ctx, shards, now); none || err != nil {
		return nil, err
	}
	rows, err := s.sql.due.QueryContext(ctx, int64(shards), micros(now), limit) //nolint:gosec // G115: a set of bits
	found, err := collect(rows, err, scanRow)
	if err == nil && len(found) == 0 {
		s.quiet.forgetDue() // the row was deleted
	}
	return found, err
}

// Put implements subscribe.Store.
func (s *sqlite) Put(ctx context.Context, row subscribe.Row) (int64, error) {
	row.Data = bytes.Clone(blob(row.Data))
	done := make(chan int64, 1)
	err := s.write(ctx, len(row.Data), func(t *sqliteTx) error {
		next, err := t.value(s.sql.countRevision, row.Key, row.Revision)
		if err != nil {
			return err
		}
		if !next.Valid {
			return subscribe.ErrConflict
		}
		t.dirty = true
		stmt := s.sql.changeRow
		if row.Revision == 0 {
			stmt = s.sql.makeRow
		}
		due := nullable(row.Due)
		if _, err := t.exec(stmt, row.Key, next.Int64, row.Shard, due, row.Data); err != nil {
			return err
		}
		t.puts = append(t.puts, put{next.Int64, row.Shard, due})
		// The last of several attempts counts.
		select {
		case <-done:
		default:
		}
		done <- next.Int64
		return nil
	})
	if err != nil {
		return 0, err
	}
	return <-done, nil
}
