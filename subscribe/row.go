package subscribe

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// conflictLimit bounds how often a compare-and-swap is tried. Each conflict
// means that somebody else has made progress.
const conflictLimit = 8

// rowOf returns the row that keeps s.
func rowOf(s *state, revision int64, due time.Time) Row {
	return Row{
		Key:      s.Spec.Key,
		Revision: revision,
		Shard:    ShardOf(s.Spec.Key),
		Due:      due,
		Data:     s.encode(),
	}
}

// loadRow reads the row of key and its state, or ErrNotFound.
func loadRow(ctx context.Context, store Store, key string) (Row, *state, error) {
	row, err := store.Get(ctx, key)
	if err != nil {
		return Row{}, nil, err
	}
	s, err := decodeState(row)
	return row, s, err
}

// loadTail reads the last record of a key's journal and its sequence number;
// of an empty journal an empty record and 0.
func loadTail(ctx context.Context, store Store, key string) (*record, int64, error) {
	entry, err := store.Tail(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return &record{}, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	r, err := decodeRecord(entry.Data)
	if err != nil {
		return nil, 0, fmt.Errorf("%w (key %q, entry %d)", err, key, entry.Seq)
	}
	return r, entry.Seq, nil
}

// rowsAfter lists all rows whose keys come after the given one, page by page:
// it is no snapshot. After an error it ends.
func rowsAfter(ctx context.Context, store Store, after string) iter.Seq2[Row, error] {
	return rowsInPages(ctx, store, after, sweepLimit)
}

// rowsInPages is rowsAfter for a caller that knows how many rows it needs.
func rowsInPages(ctx context.Context, store Store, after string, page int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			rows, err := store.List(ctx, after, page)
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, row := range rows {
				after = row.Key
				if !yield(row, nil) {
					return
				}
			}
			if len(rows) < page {
				return
			}
		}
	}
}

// updateRow changes the row of key by compare-and-swap: change is called with
// the state as it is, as often as somebody else was faster, and returns when
// the row is due next and whether there is anything to write.
func updateRow(ctx context.Context, store Store, key string, change func(*state) (due time.Time, write bool)) error {
	for range conflictLimit {
		row, s, err := loadRow(ctx, store, key)
		if err != nil {
			return err
		}
		due, write := change(s)
		if !write {
			return nil
		}
		_, err = store.Put(ctx, rowOf(s, row.Revision, due))
		if err == nil || !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("subscribe: row of %q: %w, %d times in a row", key, ErrConflict, conflictLimit)
}

// appendRecord adds what next returns to the journal of key. next is called
// with the last record, and the place of the new one, as often as somebody
// else was faster; nil means that there is nothing to add. It returns the entry
// that was added, or nil.
func appendRecord(ctx context.Context, store Store, key string, at time.Time, next func(tail *record, seq int64) *record) (*Entry, error) {
	for range conflictLimit {
		tail, last, err := loadTail(ctx, store, key)
		if err != nil {
			return nil, err
		}
		r := next(tail, last+1)
		if r == nil {
			return nil, nil
		}
		e := Entry{Key: key, Seq: last + 1, Shard: ShardOf(key), At: at, Data: r.encode()}
		err = store.Append(ctx, e)
		if err == nil {
			return &e, nil
		}
		if !errors.Is(err, ErrConflict) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("subscribe: journal of %q: %w, %d times in a row", key, ErrConflict, conflictLimit)
}
