package sqlstore

import (
	"context"
	"database/sql"
)

// position asks the database.
func (s *sqlite) position(ctx context.Context, stmt *sql.Stmt) (position, error) {
	var (
		folded int64
		last   sql.NullInt64
	)
	err := stmt.QueryRowContext(ctx).Scan(&folded, &last)
	return newPosition(folded, last), err
}

// newPosition: the last row of the log may have been deleted since it was
// folded.
func newPosition(folded int64, last sql.NullInt64) position {
	return position{folded: folded, last: max(folded, last.Int64)}
}

// catchUp makes the memory at least as new as the database is now, and returns
// how far that is.
func (s *sqlite) catchUp(ctx context.Context) (position, error) {
	p, err := s.position(ctx, s.sql.position)
	if err != nil {
		return p, err
	}
	return p, s.catchUpTo(ctx, p)
}

// catchUpTo makes the memory at least as new as the position.
func (s *sqlite) catchUpTo(ctx context.Context, p position) error {
	if s.recent.knows(p) {
		return nil
	}
	// Of several calls that miss the same rows one loads them.
	s.load.Lock()
	defer s.load.Unlock()
	if s.recent.knows(p) {
		return nil
	}
	_, err := s.loadRecent(ctx, s.sql.unfolded)
	return err
}

// loadRecent takes over from the database what the memory does not know, as of
// one moment, and returns how far that is.
func (s *sqlite) loadRecent(ctx context.Context, stmt *sql.Stmt) (p position, err error) {
	known := s.recent.known()
	rows, err := stmt.QueryContext(ctx, known)
	if err != nil {
		return p, err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var refs []ref
	for rows.Next() {
		var (
			key         sql.NullString
			id, seq, at sql.NullInt64
		)
		if err := rows.Scan(&p.folded, &id, &key, &seq, &at); err != nil {
			return p, err
		}
		if id.Valid {
			refs = append(refs, ref{id: id.Int64, seq: seq.Int64, at: at.Int64, key: key.String})
		}
	}
	if err := rows.Err(); err != nil {
		return p, err
	}
	p.last = max(known, p.folded)
	s.recent.add(p.folded, p.last, refs)
	if len(refs) > 0 {
		p.last = refs[len(refs)-1].id
	}
	return p, nil
}
