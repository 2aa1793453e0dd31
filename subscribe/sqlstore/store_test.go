package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
)

// broken is an engine that answers every call with an error.
type broken struct {
	subscribe.Store
	err error
}

func (b broken) Append(context.Context, subscribe.Entry) error             { return b.err }
func (b broken) Tail(context.Context, string) (e subscribe.Entry, _ error) { return e, b.err }

func TestErrors(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	errDriver := errors.New("driver: bad connection")
	e := subscribe.Entry{Key: "a", Seq: 1, Shard: subscribe.ShardOf("a")}

	store := &Store{engine: broken{err: errDriver}}
	err := store.Append(t.Context(), e)
	require.ErrorIs(t, err, errDriver)
	require.EqualError(t, err, "sqlstore: Append: driver: bad connection")
	require.Equal(t, context.Canceled, store.Append(ended, e), "nothing is asked any more")

	for _, contract := range []error{subscribe.ErrConflict, subscribe.ErrNotFound} {
		store = &Store{engine: broken{err: fmt.Errorf("more: %w", contract)}}
		require.Equal(t, contract, store.Append(t.Context(), e))
	}
	// A driver that tells of the end of the context in its own words.
	require.ErrorIs(t, wrap(ended, "Get", errDriver), context.Canceled)
	require.ErrorIs(t, wrap(ended, "Get", errDriver), errDriver)
	require.NoError(t, wrap(ended, "Get", nil))
}

// TestArguments: what cannot be is refused before the database is asked; there
// is none here.
func TestArguments(t *testing.T) {
	store := &Store{}
	for _, key := range []string{"", strings.Repeat("k", 256), "a\x00b", "\xff"} {
		_, err := store.Put(t.Context(), subscribe.Row{Key: key})
		require.ErrorContains(t, err, "sqlstore: Put: key ")
		require.ErrorContains(t, store.Append(t.Context(), subscribe.Entry{Key: key, Seq: 1, Shard: subscribe.ShardOf(key)}),
			"sqlstore: Append: key ")
		require.ErrorContains(t, store.Park(t.Context(), subscribe.Parked{ParkedID: subscribe.ParkedID{Key: key}}), "sqlstore: Park: key ")
		require.ErrorContains(t, store.Delete(t.Context(), key, 0), "sqlstore: Delete: key ")
		_, err = store.Get(t.Context(), key)
		require.Equal(t, subscribe.ErrNotFound, err)
		_, err = store.Tail(t.Context(), key)
		require.Equal(t, subscribe.ErrNotFound, err)
		require.Equal(t, subscribe.ErrNotFound, store.Unpark(t.Context(), subscribe.ParkedID{Key: key}))
		entries, err := store.Read(t.Context(), key, 0, 1)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
	for _, shard := range []int{-1, subscribe.NumShards} {
		_, err := store.Put(t.Context(), subscribe.Row{Key: "a", Shard: shard})
		require.ErrorContains(t, err, "sqlstore: Put: shard ")
	}
	require.ErrorContains(t, store.Append(t.Context(), subscribe.Entry{Key: "a", Seq: 1, Shard: subscribe.ShardOf("a") + 1}),
		"is not ShardOf(key)")
	require.Equal(t, subscribe.ErrConflict, store.Append(t.Context(), subscribe.Entry{Key: "a", Shard: subscribe.ShardOf("a")}))
}

func TestInstants(t *testing.T) {
	at := time.Date(2026, 3, 29, 1, 59, 59, 123456789, time.FixedZone("", 3600))
	require.Equal(t, at.Truncate(time.Microsecond).UTC(), instant(micros(at)))
	require.True(t, instant(micros(time.Time{})).IsZero())
	require.True(t, dueOf(nullable(time.Time{})).IsZero())
	require.False(t, nullable(time.Time{}).Valid)

	// What is stored is before the bound if and only if it is before the time.
	early := time.Date(1960, 1, 1, 0, 0, 0, 1500, time.UTC)
	for _, before := range []time.Time{at, early, early.Add(-500)} {
		m := before.Truncate(time.Microsecond)
		for _, stored := range []time.Time{m.Add(-time.Microsecond), m, m.Add(time.Microsecond)} {
			require.Equal(t, stored.Before(before), micros(stored) < bound(before), "%v and %v", stored, before)
		}
	}
}
