package sqlstore

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// quiet remembers that there was nothing to do, and by what one sees that this
// is still so, whoever has written meanwhile. Managers ask every second, and to
// look into 64 shards takes twenty times as long as to look at one number.
type quiet struct {
	mu sync.Mutex

	// As long as state.revision is this, no row has been written: the first row
	// of these shards is due at that time.
	due struct {
		shards   subscribe.Shards
		revision int64
		first    sql.NullInt64
		since    time.Time
	}
	// As long as the log is folded up to there, no key has been added to the table
	// backlog, where none of these shards' was.
	backlog struct {
		shards subscribe.Shards
		folded int64
		since  time.Time
	}
}

// quietFor is how long that is believed. An older copy of the database, put in
// its place, might have the same numbers.
const quietFor = time.Minute

// nothingDue reports whether no row of the shards is due.
func (s *sqlite) nothingDue(ctx context.Context, shards subscribe.Shards, now time.Time) (bool, error) {
	// The revision first: what is written after this is not in what is
	// remembered, or is known to be newer.
	var revision int64
	if err := s.sql.lastRevision.QueryRowContext(ctx).Scan(&revision); err != nil {
		return false, err
	}
	q := &s.quiet
	q.mu.Lock()
	known := q.due
	q.mu.Unlock()
	if shards&^known.shards != 0 || known.revision != revision || time.Since(known.since) >= quietFor {
		known.shards, known.revision, known.since = shards, revision, time.Now()
		err := s.sql.firstDue.QueryRowContext(ctx, int64(shards)).Scan(&known.first) //nolint:gosec // G115: a set of bits
		if err != nil {
			return false, err
		}
		q.mu.Lock()
		q.due = known
		q.mu.Unlock()
	}
	return !known.first.Valid || known.first.Int64 > micros(now), nil
}

// put is what is of interest of a row that was written.
type put struct {
	revision int64
	shard    int
	due      sql.NullInt64
}

// carry brings up to date what is known with rows that this process has written
// and committed: its leases alone would spoil it every few seconds. A row that
// is due later than it was leaves the time as it is; that it is not due then
// will be seen.
func (q *quiet) carry(puts []put) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, p := range puts {
		if p.revision != q.due.revision+1 {
			continue // somebody else has written as well
		}
		q.due.revision = p.revision
		if p.due.Valid && q.due.shards.Has(p.shard) && (!q.due.first.Valid || p.due.Int64 < q.due.first.Int64) {
			q.due.first = p.due
		}
	}
}

// forgetDue: the row that was due first is not there any more.
func (q *quiet) forgetDue() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.due.shards = 0
}

// noBacklog reports whether the table backlog is known to have none of the
// shards' keys.
func (q *quiet) noBacklog(shards subscribe.Shards, folded int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return shards&^q.backlog.shards == 0 && q.backlog.folded == folded && time.Since(q.backlog.since) < quietFor
}

// noteNoBacklog: that was so when, or after, the log was folded up to there.
func (q *quiet) noteNoBacklog(shards subscribe.Shards, folded int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.backlog.shards, q.backlog.folded, q.backlog.since = shards, folded, time.Now()
}
