package drivertest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// TestPostgresNoDeadlocks: two processes append to the same keys, move their
// offsets and prune them, each in an order of its own, and the server has never
// to give up one of them, which the store would not tell: locks are taken in one
// order.
func TestPostgresNoDeadlocks(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	cluster := pgcluster.Start(t, &pgcluster.Options{
		NoSync: true, Settings: map[string]string{"deadlock_timeout": "10ms"},
	})
	const keys, rounds = 20, 15
	var wg sync.WaitGroup
	for process := range uint64(2) {
		store, err := sqlstore.OpenPostgres(t.Context(), openPostgres(t, cluster.DSN()), &sqlstore.Options{NotDurable: true})
		require.NoError(t, err)
		random := rand.New(rand.NewPCG(seed, process))
		wg.Go(func() {
			for seq := int64(1); seq <= rounds; seq++ {
				errs := make([]error, keys+1)
				offsets := make([]subscribe.Offset, 0, keys)
				var round sync.WaitGroup
				for _, k := range random.Perm(keys) {
					key := fmt.Sprint("key ", k)
					offsets = append(offsets, subscribe.Offset{Key: key, Seq: seq})
					round.Go(func() {
						// The other process may have been faster.
						if err := store.Append(t.Context(), entry(key, seq)); !errors.Is(err, subscribe.ErrConflict) {
							errs[k] = err
						}
					})
				}
				round.Go(func() { errs[keys] = store.Advance(t.Context(), offsets) })
				round.Wait()
				_, err := store.Prune(t.Context(), time.Now().Add(time.Hour), keys)
				if err := errors.Join(append(errs, err)...); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	require.Zero(t, strings.Count(cluster.Log(), "deadlock detected"))
}
