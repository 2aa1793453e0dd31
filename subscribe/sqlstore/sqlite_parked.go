package sqlstore

import (
	"bytes"
	"context"

	"github.com/ewspush/ewspush/subscribe"
)

// Park implements subscribe.Store.
func (s *sqlite) Park(ctx context.Context, p subscribe.Parked) error {
	p.Data = bytes.Clone(blob(p.Data))
	return s.write(ctx, len(p.Data)+len(p.Reason), func(t *sqliteTx) error {
		_, err := t.exec(s.sql.park, p.Key, p.Seq, p.Index, micros(p.At), p.Attempts, []byte(p.Reason), p.Data)
		return err
	})
}

// Parked implements subscribe.Store.
func (s *sqlite) Parked(
	ctx context.Context, after subscribe.ParkedID, limit int,
) ([]subscribe.Parked, error) {
	rows, err := s.sql.parked.QueryContext(ctx, after.Key, after.Seq, after.Index, limit)
	return collect(rows, err, scanParked)
}

// Unpark implements subscribe.Store.
func (s *sqlite) Unpark(ctx context.Context, id subscribe.ParkedID) error {
	return s.write(ctx, 100, func(t *sqliteTx) error {
		before := t.dirty
		n, err := t.exec(s.sql.unpark, id.Key, id.Seq, id.Index)
		if err == nil && n == 0 {
			t.dirty = before
			err = subscribe.ErrNotFound
		}
		return err
	})
}
