package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ewspush/ewspush/subscribe"
)

// Store is a subscribe.Store in an SQL database. Its methods may be called from
// many goroutines. ErrNotFound and ErrConflict come back as they are, without
// further text; so does the error of a context that has ended. Everything else
// is wrapped with the name of the method, and the next call tries again: a
// database that was gone and is back needs no attention.
type Store struct {
	engine subscribe.Store // without checks of arguments, without wrapped errors
}

var _ subscribe.Store = (*Store)(nil)

// maxKey is the length of the longest key, in bytes.
const maxKey = 255

// validKey reports whether there can be such a key. What cannot be is not
// asked for: PostgreSQL would refuse the question.
func validKey(key string) bool {
	return key != "" && len(key) <= maxKey && utf8.ValidString(key) && !strings.ContainsRune(key, 0)
}

func checkKey(key string) error {
	if !validKey(key) {
		return fmt.Errorf("key %q is not 1 to %d bytes of UTF-8 without NUL", key, maxKey)
	}
	return nil
}

func checkShard(shard int) error {
	if shard < 0 || shard >= subscribe.NumShards {
		return fmt.Errorf("shard %d is not in 0 to %d", shard, subscribe.NumShards-1)
	}
	return nil
}

// wrap adds the method to an error that is not one of the contract's.
func wrap(ctx context.Context, method string, err error) error {
	if err == nil {
		return nil
	}
	for _, plain := range []error{subscribe.ErrConflict, subscribe.ErrNotFound} {
		if errors.Is(err, plain) {
			return plain
		}
	}
	// Drivers tell of an ended context each in their own words.
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("sqlstore: %s: %w (%w)", method, ctx.Err(), err)
	}
	if errors.Is(err, ctx.Err()) {
		return err
	}
	return fmt.Errorf("sqlstore: %s: %w", method, err)
}

// Get implements subscribe.Store.
func (s *Store) Get(ctx context.Context, key string) (subscribe.Row, error) {
	if err := ctx.Err(); err != nil {
		return subscribe.Row{}, err
	}
	if !validKey(key) {
		return subscribe.Row{}, subscribe.ErrNotFound
	}
	row, err := s.engine.Get(ctx, key)
	return row, wrap(ctx, "Get", err)
}

// List implements subscribe.Store.
func (s *Store) List(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
	if err := ctx.Err(); err != nil || limit <= 0 {
		return nil, err
	}
	rows, err := s.engine.List(ctx, after, limit)
	return rows, wrap(ctx, "List", err)
}

// Due implements subscribe.Store.
func (s *Store) Due(
	ctx context.Context, shards subscribe.Shards, now time.Time, limit int,
) ([]subscribe.Row, error) {
	if err := ctx.Err(); err != nil || limit <= 0 || shards == 0 {
		return nil, err
	}
	rows, err := s.engine.Due(ctx, shards, now, limit)
	return rows, wrap(ctx, "Due", err)
}

// Put implements subscribe.Store. A key or shard that cannot be is an error.
func (s *Store) Put(ctx context.Context, row subscribe.Row) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	err := errors.Join(checkKey(row.Key), checkShard(row.Shard))
	if err != nil {
		return 0, wrap(ctx, "Put", err)
	}
	if row.Revision < 0 {
		return 0, subscribe.ErrConflict // there is none
	}
	revision, err := s.engine.Put(ctx, row)
	return revision, wrap(ctx, "Put", err)
}

// Delete implements subscribe.Store.
func (s *Store) Delete(ctx context.Context, key string, revision int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkKey(key); err != nil {
		return wrap(ctx, "Delete", err)
	}
	return wrap(ctx, "Delete", s.engine.Delete(ctx, key, revision))
}

// Append implements subscribe.Store. A Shard that is not ShardOf(Key) is an
// error.
func (s *Store) Append(ctx context.Context, entry subscribe.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := checkKey(entry.Key)
	if want := subscribe.ShardOf(entry.Key); err == nil && entry.Shard != want {
		err = fmt.Errorf("shard %d of key %q is not ShardOf(key), %d", entry.Shard, entry.Key, want)
	}
	if err != nil {
		return wrap(ctx, "Append", err)
	}
	if entry.Seq <= 0 {
		return subscribe.ErrConflict
	}
	return wrap(ctx, "Append", s.engine.Append(ctx, entry))
}

// Tail implements subscribe.Store.
func (s *Store) Tail(ctx context.Context, key string) (subscribe.Entry, error) {
	if err := ctx.Err(); err != nil {
		return subscribe.Entry{}, err
	}
	if !validKey(key) {
		return subscribe.Entry{}, subscribe.ErrNotFound
	}
	entry, err := s.engine.Tail(ctx, key)
	return entry, wrap(ctx, "Tail", err)
}

// Read implements subscribe.Store.
func (s *Store) Read(
	ctx context.Context, key string, after int64, limit int,
) ([]subscribe.Entry, error) {
	if err := ctx.Err(); err != nil || limit <= 0 || !validKey(key) {
		return nil, err
	}
	entries, err := s.engine.Read(ctx, key, after, limit)
	return entries, wrap(ctx, "Read", err)
}

// Backlog implements subscribe.Store.
func (s *Store) Backlog(
	ctx context.Context, shards subscribe.Shards, after string, limit int,
) ([]subscribe.Backlog, error) {
	if err := ctx.Err(); err != nil || limit <= 0 || shards == 0 {
		return nil, err
	}
	backlog, err := s.engine.Backlog(ctx, shards, after, limit)
	return backlog, wrap(ctx, "Backlog", err)
}

// Offset implements subscribe.Store.
func (s *Store) Offset(ctx context.Context, key string) (int64, error) {
	if err := ctx.Err(); err != nil || !validKey(key) {
		return 0, err
	}
	offset, err := s.engine.Offset(ctx, key)
	return offset, wrap(ctx, "Offset", err)
}

// Advance implements subscribe.Store. Many offsets are stored in several
// steps: after an error some may have been moved.
func (s *Store) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	possible := make([]subscribe.Offset, 0, len(offsets))
	for _, o := range offsets {
		if o.Seq > 0 && validKey(o.Key) {
			possible = append(possible, o)
		}
	}
	return wrap(ctx, "Advance", s.engine.Advance(ctx, possible))
}

// Prune implements subscribe.Store. It works in several steps, so that nobody
// waits long for it: after an error the number is that of what was removed
// until then.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := ctx.Err(); err != nil || limit <= 0 {
		return 0, err
	}
	n, err := s.engine.Prune(ctx, before, limit)
	return n, wrap(ctx, "Prune", err)
}

// Park implements subscribe.Store.
func (s *Store) Park(ctx context.Context, parked subscribe.Parked) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkKey(parked.Key); err != nil {
		return wrap(ctx, "Park", err)
	}
	return wrap(ctx, "Park", s.engine.Park(ctx, parked))
}

// Parked implements subscribe.Store.
func (s *Store) Parked(
	ctx context.Context, after subscribe.ParkedID, limit int,
) ([]subscribe.Parked, error) {
	if err := ctx.Err(); err != nil || limit <= 0 {
		return nil, err
	}
	parked, err := s.engine.Parked(ctx, after, limit)
	return parked, wrap(ctx, "Parked", err)
}

// Unpark implements subscribe.Store.
func (s *Store) Unpark(ctx context.Context, id subscribe.ParkedID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !validKey(id.Key) {
		return subscribe.ErrNotFound
	}
	return wrap(ctx, "Unpark", s.engine.Unpark(ctx, id))
}
