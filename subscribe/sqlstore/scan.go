package sqlstore

import (
	"database/sql"
	"fmt"

	"github.com/ewspush/ewspush/subscribe"
)

// scanner is a *sql.Row or the present one of *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// collect reads all rows of a query.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// scanRow reads key, revision, shard, due, data.
func scanRow(r scanner) (row subscribe.Row, err error) {
	var due sql.NullInt64
	err = r.Scan(&row.Key, &row.Revision, &row.Shard, &due, &row.Data)
	row.Due = dueOf(due)
	return row, err
}

// scanEntry reads key, seq, at, size, data.
func scanEntry(r scanner) (subscribe.Entry, error) {
	var (
		key     string
		seq, at int64
		size    int
		data    []byte
	)
	if err := r.Scan(&key, &seq, &at, &size, &data); err != nil {
		return subscribe.Entry{}, err
	}
	return newEntry(key, seq, at, size, data)
}

// newEntry is an entry as it was appended.
func newEntry(key string, seq, at int64, size int, packed []byte) (subscribe.Entry, error) {
	data, err := unpack(packed, size)
	if err != nil {
		return subscribe.Entry{}, fmt.Errorf("key %q, entry %d: %w", key, seq, err)
	}
	return subscribe.Entry{Key: key, Seq: seq, Shard: subscribe.ShardOf(key), At: instant(at), Data: data}, nil
}

// scanParked reads key, seq, event, at, attempts, reason, data.
func scanParked(r scanner) (p subscribe.Parked, err error) {
	var (
		at     int64
		reason []byte
	)
	err = r.Scan(&p.Key, &p.Seq, &p.Index, &at, &p.Attempts, &reason, &p.Data)
	p.At, p.Reason = instant(at), string(reason)
	return p, err
}
