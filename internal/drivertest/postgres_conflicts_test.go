package drivertest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// TestPostgresConflicts: of entries that are committed together those are
// appended that follow their tails, and the others are conflicts: each learns
// its own outcome.
func TestPostgresConflicts(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	cluster := pgcluster.Start(t, &pgcluster.Options{NoSync: true})
	store, err := sqlstore.OpenPostgres(t.Context(), openPostgres(t, cluster.DSN()), &sqlstore.Options{NotDurable: true})
	require.NoError(t, err)
	const keys, rounds = 100, 20
	var tails, seqs [keys]int64
	for range rounds {
		errs := make([]error, keys)
		var wg sync.WaitGroup
		for k := range keys {
			// The one before, the tail, the next, the one after.
			seqs[k] = max(1, tails[k]+random.Int64N(4)-1)
			wg.Go(func() { errs[k] = store.Append(t.Context(), entry(fmt.Sprint("key ", k), seqs[k])) })
		}
		wg.Wait()
		for k, err := range errs {
			if seqs[k] != tails[k]+1 {
				require.ErrorIs(t, err, subscribe.ErrConflict, "key %d, tail %d, Seq %d", k, tails[k], seqs[k])
				continue
			}
			require.NoError(t, err, "key %d, Seq %d", k, seqs[k])
			tails[k]++
		}
	}
	for k, tail := range tails {
		require.Positive(t, tail)
		entries, err := store.Read(t.Context(), fmt.Sprint("key ", k), 0, rounds+1)
		require.NoError(t, err)
		require.Len(t, entries, int(tail))
		for i, e := range entries {
			require.Equal(t, entry(e.Key, int64(i+1)).Data, e.Data)
		}
	}
}
