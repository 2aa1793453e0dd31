package drivertest

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/ewspush/ewspush/subscribe/storetest"
	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// spread makes each call to one of several stores in the same database, as if
// several processes did what one caller does: whatever a store holds in memory
// must not be believed.
type spread []subscribe.Store

var _ subscribe.Store = spread(nil)

func (s spread) any() subscribe.Store { return s[rand.IntN(len(s))] }

func (s spread) Get(ctx context.Context, key string) (subscribe.Row, error) {
	return s.any().Get(ctx, key)
}

func (s spread) List(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
	return s.any().List(ctx, after, limit)
}

func (s spread) Due(ctx context.Context, shards subscribe.Shards, now time.Time, limit int) ([]subscribe.Row, error) {
	return s.any().Due(ctx, shards, now, limit)
}

func (s spread) Put(ctx context.Context, row subscribe.Row) (int64, error) {
	return s.any().Put(ctx, row)
}

func (s spread) Delete(ctx context.Context, key string, revision int64) error {
	return s.any().Delete(ctx, key, revision)
}

func (s spread) Append(ctx context.Context, entry subscribe.Entry) error {
	return s.any().Append(ctx, entry)
}

func (s spread) Tail(ctx context.Context, key string) (subscribe.Entry, error) {
	return s.any().Tail(ctx, key)
}

func (s spread) Read(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error) {
	return s.any().Read(ctx, key, after, limit)
}

func (s spread) Backlog(ctx context.Context, shards subscribe.Shards, after string, limit int) ([]subscribe.Backlog, error) {
	return s.any().Backlog(ctx, shards, after, limit)
}

func (s spread) Offset(ctx context.Context, key string) (int64, error) {
	return s.any().Offset(ctx, key)
}

func (s spread) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	return s.any().Advance(ctx, offsets)
}

func (s spread) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.any().Prune(ctx, before, limit)
}

func (s spread) Park(ctx context.Context, parked subscribe.Parked) error {
	return s.any().Park(ctx, parked)
}

func (s spread) Parked(ctx context.Context, after subscribe.ParkedID, limit int) ([]subscribe.Parked, error) {
	return s.any().Parked(ctx, after, limit)
}

func (s spread) Unpark(ctx context.Context, id subscribe.ParkedID) error {
	return s.any().Unpark(ctx, id)
}

func TestSQLiteSpread(t *testing.T) {
	storetest.Run(t, func(t *testing.T) func() subscribe.Store {
		file := filepath.Join(t.TempDir(), "store.db")
		return func() subscribe.Store {
			var stores spread
			for range 3 {
				store, err := sqlstore.OpenSQLite(t.Context(), openSQLite(t, file, durable), nil)
				require.NoError(t, err)
				stores = append(stores, store)
			}
			return stores
		}
	}, nil)
}

func TestPostgresSpread(t *testing.T) {
	cluster := pgcluster.Start(t, &pgcluster.Options{NoSync: true})
	db, other := openPostgres(t, cluster.DSN()), openPostgres(t, cluster.DSN())
	var schemas atomic.Int64
	storetest.Run(t, func(t *testing.T) func() subscribe.Store {
		opts := &sqlstore.Options{Schema: schema(schemas.Add(1)), NotDurable: true}
		return func() subscribe.Store {
			a, err := sqlstore.OpenPostgres(t.Context(), db, opts)
			require.NoError(t, err)
			b, err := sqlstore.OpenPostgres(t.Context(), other, opts)
			require.NoError(t, err)
			return spread{a, b}
		}
	}, nil)
}
