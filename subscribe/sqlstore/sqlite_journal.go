package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/ewspush/ewspush/subscribe"
)

// Append implements subscribe.Store.
func (s *sqlite) Append(ctx context.Context, entry subscribe.Entry) error {
	key, seq, at := entry.Key, entry.Seq, micros(entry.At)
	p := s.packer.pack(entry.Data)
	err := s.write(ctx, len(p.data), func(t *sqliteTx) error {
		tail, err := t.tailSeq(key)
		if err != nil {
			return err
		}
		if seq != tail+1 {
			return subscribe.ErrConflict
		}
		f := ref{id: t.next(), seq: seq, at: at, key: key}
		t.stage(f)
		t.log = append(t.log, f.id, key, seq, at, p.size, p.data)
		return nil
	})
	if err == nil { // else the commit may yet come
		s.packer.free(p)
	}
	return err
}

// next returns the id of the next row of the log.
func (t *sqliteTx) next() int64 {
	if n := len(t.staged); n > 0 {
		return t.staged[n-1].id + 1
	}
	return t.position.last + 1
}

// stage notes what was appended; it is known to others after the commit.
func (t *sqliteTx) stage(f ref) {
	t.dirty = true
	t.staged = append(t.staged, f)
	t.tails[f.key] = f
}

// flush writes the rows of the log that are to be written. It belongs in front
// of everything that reads them in the transaction, and of its end.
func (t *sqliteTx) flush() error {
	err := t.execMany(&t.store.sql.log, t.log)
	t.log = t.log[:0]
	return err
}

// tailSeq returns the Seq of the key's last entry, 0 for none.
func (t *sqliteTx) tailSeq(key string) (int64, error) {
	if f, ok := t.tails[key]; ok {
		return f.seq, nil
	}
	if f, ok, _ := t.store.recent.tail(key); ok && !t.folded {
		return f.seq, nil
	}
	seq, err := t.value(t.store.sql.tailSeq, key)
	return seq.Int64, err
}

// Tail implements subscribe.Store. One statement tells both the entry and
// whether the memory that chose it was up to date.
func (s *sqlite) Tail(ctx context.Context, key string) (subscribe.Entry, error) {
	current := int64(-1) // the end of the log at some moment since the call began
	for range maxReads {
		var (
			f, ok, known        = s.recent.tail(key)
			id                  = sql.NullInt64{Int64: f.id, Valid: ok}
			folded              int64
			last, seq, at, size sql.NullInt64
			data                []byte
			p                   position
			upToDate, deleted   bool
		)
		err := s.sql.tail.QueryRowContext(ctx, id, key).Scan(&folded, &last, &seq, &at, &size, &data)
		if err != nil {
			return subscribe.Entry{}, err
		}
		p = newPosition(folded, last)
		upToDate = known >= p.last || current >= 0 && known >= current
		deleted = ok && !seq.Valid
		switch {
		case upToDate && seq.Valid:
			return newEntry(key, seq.Int64, at.Int64, int(size.Int64), data)
		case upToDate && !deleted:
			return subscribe.Entry{}, subscribe.ErrNotFound
		}
		current = p.last
		if err := s.catchUpTo(ctx, p); err != nil {
			return subscribe.Entry{}, err
		}
	}
	return subscribe.Entry{}, errUnsteady
}

// maxReads is how often a key is read again that is being deleted meanwhile.
const maxReads = 100

// errUnsteady: somebody deletes the key and makes it again all the time, or an
// older copy was put in the place of the database, which the next call that
// writes will notice.
var errUnsteady = errors.New("the journal changes while it is being read")

// Read implements subscribe.Store.
func (s *sqlite) Read(
	ctx context.Context, key string, after int64, limit int,
) ([]subscribe.Entry, error) {
	for range maxReads {
		if _, err := s.catchUp(ctx); err != nil {
			return nil, err
		}
		// The memory first: what is folded meanwhile comes twice, and not never.
		refs := s.recent.after(key, after, limit)
		entries, err := s.readFolded(ctx, key, after, limit)
		if err != nil {
			return nil, err
		}
		entries, err = s.readRecent(ctx, entries, refs, limit)
		if !errors.Is(err, errDeleted) {
			return entries, err
		}
	}
	return nil, errUnsteady
}

// errDeleted: the key was deleted while it was being read.
var errDeleted = errors.New("deleted meanwhile")

func (s *sqlite) readFolded(
	ctx context.Context, key string, after int64, limit int,
) ([]subscribe.Entry, error) {
	rows, err := s.sql.read.QueryContext(ctx, key, after, limit)
	return collect(rows, err, scanEntry)
}

// readRecent adds the entries that follow and are not folded.
func (s *sqlite) readRecent(
	ctx context.Context, entries []subscribe.Entry, refs []ref, limit int,
) ([]subscribe.Entry, error) {
	for _, f := range refs {
		if len(entries) == limit {
			break
		}
		if n := len(entries); n > 0 {
			last := entries[n-1].Seq
			if f.seq <= last {
				continue
			}
			if f.seq > last+1 {
				return nil, errDeleted
			}
		}
		entry, err := scanEntry(s.sql.entry.QueryRowContext(ctx, f.id))
		if errors.Is(err, sql.ErrNoRows) {
			return nil, errDeleted
		}
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// Offset implements subscribe.Store.
func (s *sqlite) Offset(ctx context.Context, key string) (int64, error) {
	var handled int64
	err := s.sql.offset.QueryRowContext(ctx, key).Scan(&handled)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return handled, err
}
