package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// Get implements subscribe.Store.
func (s *postgres) Get(ctx context.Context, key string) (subscribe.Row, error) {
	row, err := scanRow(s.db.QueryRowContext(ctx, s.sql.get, key))
	if errors.Is(err, sql.ErrNoRows) {
		err = subscribe.ErrNotFound
	}
	return row, err
}

// List implements subscribe.Store.
func (s *postgres) List(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
	rows, err := s.db.QueryContext(ctx, s.sql.list, after, limit)
	return collect(rows, err, scanRow)
}

// Due implements subscribe.Store.
func (s *postgres) Due(
	ctx context.Context, shards subscribe.Shards, now time.Time, limit int,
) ([]subscribe.Row, error) {
	rows, err := s.db.QueryContext(ctx, s.sql.due, int64(shards), micros(now), limit) //nolint:gosec // G115: a set of bits
	return collect(rows, err, scanRow)
}

// Put implements subscribe.Store.
func (s *postgres) Put(ctx context.Context, row subscribe.Row) (revision int64, err error) {
	query := s.sql.makeRow
	args := []any{row.Key, row.Shard, nullable(row.Due), blob(row.Data)}
	if row.Revision != 0 {
		query = s.sql.changeRow
		args = append(args, row.Revision)
	}
	err = s.retry(ctx, func() error { return s.db.QueryRowContext(ctx, query, args...).Scan(&revision) })
	if errors.Is(err, sql.ErrNoRows) {
		err = subscribe.ErrConflict
	}
	return revision, err
}

// Delete implements subscribe.Store.
func (s *postgres) Delete(ctx context.Context, key string, revision int64) error {
	var done bool
	err := s.retry(ctx, func() error {
		return s.db.QueryRowContext(ctx, s.sql.deleteKey, key, subscribe.ShardOf(key), revision).Scan(&done)
	})
	if err == nil && !done {
		err = subscribe.ErrConflict
	}
	return err
}

// Park implements subscribe.Store.
func (s *postgres) Park(ctx context.Context, p subscribe.Parked) error {
	return s.retry(ctx, func() error {
		_, err := s.db.ExecContext(ctx, s.sql.park,
			p.Key, p.Seq, p.Index, micros(p.At), p.Attempts, []byte(p.Reason), blob(p.Data))
		return err
	})
}

// Parked implements subscribe.Store.
func (s *postgres) Parked(
	ctx context.Context, after subscribe.ParkedID, limit int,
) ([]subscribe.Parked, error) {
	rows, err := s.db.QueryContext(ctx, s.sql.parked, after.Key, after.Seq, after.Index, limit)
	return collect(rows, err, scanParked)
}

// Unpark implements subscribe.Store.
func (s *postgres) Unpark(ctx context.Context, id subscribe.ParkedID) error {
	return s.retry(ctx, func() error {
		result, err := s.db.ExecContext(ctx, s.sql.unpark, id.Key, id.Seq, id.Index)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err == nil && n == 0 {
			err = subscribe.ErrNotFound
		}
		return err
	})
}
