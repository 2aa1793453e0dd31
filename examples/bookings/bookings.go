package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/ewspush/ewspush/push/calendar"
)

// bookings is the application: a table of the bookings of each room. This is
// all that a booking system has to write.
type bookings struct {
	board   *board
	db      *sql.DB
	told    atomic.Int64 // changes that were new
	again   atomic.Int64 // changes that were known already
	stumble atomic.Bool  // the connection breaks after the next commit
}

func openBookings(ctx context.Context, db *sql.DB, b *board) (*bookings, error) {
	_, err := db.ExecContext(ctx, `
		CREATE TABLE IF NOT EXISTS booking (room TEXT, key TEXT, data TEXT, PRIMARY KEY (room, key));
		CREATE TABLE IF NOT EXISTS done (id TEXT PRIMARY KEY);`)
	return &bookings{board: b, db: db}, err
}

// HandleChange implements calendar.Handler. A change may be told again, with the
// same ID, so the ID is stored together with what the change did.
func (b *bookings) HandleChange(ctx context.Context, c calendar.Change) error {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // of nothing, after a commit
	result, err := tx.ExecContext(ctx, `INSERT INTO done (id) VALUES (?) ON CONFLICT DO NOTHING`, c.ID)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		b.again.Add(1)
		b.board.line(c.Key, "%s", "told again, and known by its ID: nothing to do")
		return err
	}
	if c.After == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM booking WHERE room = ? AND key = ?`, c.Key, c.Before.Key)
	} else if data, e := json.Marshal(c.After); e != nil {
		err = e
	} else {
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO booking (room, key, data) VALUES (?, ?, ?)`, c.Key, c.After.Key, data)
	}
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	b.told.Add(1)
	if !c.Initial {
		b.board.line(c.Key, "%s", changeWords(c))
	}
	if b.stumble.CompareAndSwap(true, false) {
		b.board.line(c.Key, "%s", "*** the connection to the database breaks after the commit ***")
		return errors.New("the connection to the database is broken")
	}
	return nil
}

// of returns the bookings of a room, in order of start.
func (b *bookings) of(ctx context.Context, room string) (all []calendar.Booking, err error) {
	rows, err := b.db.QueryContext(ctx, `SELECT data FROM booking WHERE room = ?`, room)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var data []byte
		var one calendar.Booking
		if err := rows.Scan(&data); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, &one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(x, y calendar.Booking) int { return x.Start.Compare(y.Start) })
	return all, rows.Err()
}

// count returns how many bookings there are in all rooms.
func (b *bookings) count(ctx context.Context) (n int, err error) {
	err = b.db.QueryRowContext(ctx, `SELECT count(*) FROM booking`).Scan(&n)
	return n, err
}

// keepOnly forgets all other rooms.
func (b *bookings) keepOnly(ctx context.Context, rooms []string) error {
	list, err := json.Marshal(rooms)
	if err != nil {
		return err
	}
	_, err = b.db.ExecContext(ctx, `DELETE FROM booking WHERE room NOT IN (SELECT value FROM json_each(?))`, string(list))
	return err
}
