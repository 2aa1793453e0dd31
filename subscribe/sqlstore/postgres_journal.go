package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// Append implements subscribe.Store.
func (s *postgres) Append(ctx context.Context, entry subscribe.Entry) error {
	p := s.packer.pack(entry.Data)
	e := postgresEntry{
		key: entry.Key, seq: entry.Seq, at: micros(entry.At), shard: entry.Shard,
		size: p.size, data: p.data,
	}
	err := s.appends.do(ctx, e, len(e.data))
	if err == nil { // else the commit may yet come
		s.packer.free(p)
	}
	return err
}

// postgresEntry is an entry as it is stored.
type postgresEntry struct {
	key     string
	seq, at int64
	shard   int
	size    int // of the data when unpacked; 0 for data that are not packed
	data    []byte
}

// commit appends a batch, as a rule in one transaction.
func (s *postgres) commit(ctx context.Context, batch []*call[postgresEntry]) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opts.CommitTimeout)
	defer cancel()
	// The functions lock keys in the order in which they come; of one key what
	// came first stays first.
	slices.SortStableFunc(batch, func(a, b *call[postgresEntry]) int { return strings.Compare(a.op.key, b.op.key) })
	for len(batch) > 0 {
		// Two of one key are two transactions; hardly anybody does that.
		now := make([]*call[postgresEntry], 0, len(batch))
		var later []*call[postgresEntry]
		for i, c := range batch {
			if i > 0 && c.op.key == batch[i-1].op.key {
				later = append(later, c)
			} else {
				now = append(now, c)
			}
		}
		s.commitKeys(ctx, now)
		batch = later
	}
}

// commitKeys appends entries of different keys, sorted by these.
func (s *postgres) commitKeys(ctx context.Context, batch []*call[postgresEntry]) {
	err := s.appendAll(ctx, batch)
	if failures := 0; len(batch) > 1 && isOwnFault(err) {
		// Nobody suffers for another's fault.
		for len(batch) > 0 && failures < patience {
			if err = s.appendAll(ctx, batch[:1]); err != nil {
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

// isOwnFault reports whether the server has refused what was sent, and would
// take something else: classes 22 and 23 are about data.
func isOwnFault(err error) bool {
	state := sqlState(err)
	return len(state) == 5 && (state[:2] == "22" || state[:2] == "23")
}

// appendAll appends entries of different keys, sorted by these, in one
// transaction. If it returns nil, each has its outcome; otherwise none.
func (s *postgres) appendAll(ctx context.Context, batch []*call[postgresEntry]) error {
	keyBytes, dataBytes := 0, 0
	for _, c := range batch {
		keyBytes += len(c.op.key)
		dataBytes += len(c.op.data)
	}
	// Of the numbers of an entry the time has 16 digits, the others have few.
	keys, numbers := newArrayLiteral(keyBytes+3*len(batch)), newArrayLiteral(48*len(batch))
	data := make([]byte, 0, dataBytes)
	for _, c := range batch {
		e := &c.op
		keys.text(e.key)
		for _, n := range [...]int64{e.seq, e.at, int64(e.shard), int64(e.size), int64(len(data) + 1), int64(len(e.data))} {
			numbers.number(n)
		}
		data = append(data, e.data...)
	}
	var done sql.NullString
	err := s.retry(ctx, func() error {
		return s.db.QueryRowContext(ctx, s.sql.append, keys.String(), numbers.String(), data).Scan(&done)
	})
	if err != nil {
		return err
	}
	return setOutcomes(batch, done)
}

// setOutcomes sets the outcomes of entries, of which those with these positions
// were appended; NULL for all of them.
func setOutcomes(batch []*call[postgresEntry], done sql.NullString) error {
	for _, c := range batch {
		c.err = nil
		if done.Valid {
			c.err = subscribe.ErrConflict
		}
	}
	for position := range strings.FieldsSeq(done.String) {
		n, err := strconv.Atoi(position)
		if err != nil || n < 1 || n > len(batch) {
			return fmt.Errorf("append: %q is not a position of %d entries", position, len(batch))
		}
		batch[n-1].err = nil
	}
	return nil
}

// Tail implements subscribe.Store.
func (s *postgres) Tail(ctx context.Context, key string) (subscribe.Entry, error) {
	entry, err := scanEntry(s.db.QueryRowContext(ctx, s.sql.tail, key))
	if errors.Is(err, sql.ErrNoRows) {
		err = subscribe.ErrNotFound
	}
	return entry, err
}

// Read implements subscribe.Store.
func (s *postgres) Read(
	ctx context.Context, key string, after int64, limit int,
) ([]subscribe.Entry, error) {
	rows, err := s.db.QueryContext(ctx, s.sql.read, key, after, limit)
	return collect(rows, err, scanEntry)
}

// Offset implements subscribe.Store.
func (s *postgres) Offset(ctx context.Context, key string) (int64, error) {
	var handled int64
	err := s.db.QueryRowContext(ctx, s.sql.offset, key).Scan(&handled)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return handled, err
}

// Backlog implements subscribe.Store.
func (s *postgres) Backlog(
	ctx context.Context, shards subscribe.Shards, after string, limit int,
) ([]subscribe.Backlog, error) {
	rows, err := s.db.QueryContext(ctx, s.sql.backlog, int64(shards), after, limit) //nolint:gosec // G115: a set of bits
	return collect(rows, err, scanBacklog)
}

// Advance implements subscribe.Store.
func (s *postgres) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	for step := range slices.Chunk(groupOffsets(offsets), postgresBatch) {
		var keys, seqs, shards arrayLiteral
		for _, o := range step { // sorted, as the function wants them
			for _, seq := range o.seqs {
				keys.text(o.key)
				seqs.number(seq)
				shards.number(int64(subscribe.ShardOf(o.key)))
			}
		}
		err := s.retry(ctx, func() error {
			_, err := s.db.ExecContext(ctx, s.sql.advance, keys.String(), seqs.String(), shards.String())
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Prune implements subscribe.Store.
func (s *postgres) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	removed := 0
	for more := true; more && removed < limit; {
		var n int
		err := s.retry(ctx, func() error {
			row := s.db.QueryRowContext(ctx, s.sql.prune, bound(before), min(limit-removed, pruneStep))
			return row.Scan(&n, &more)
		})
		if err != nil {
			return removed, err
		}
		removed += n
	}
	return removed, nil
}
