package sqlstore

import (
	"database/sql"

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

// scanEntry reads key, seq, at, data.
func scanEntry(r scanner) (e subscribe.Entry, err error) {
	var at int64
	err = r.Scan(&e.Key, &e.Seq, &at, &e.Data)
	e.At, e.Shard = instant(at), subscribe.ShardOf(e.Key)
	return e, err
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
