package calendar

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// An overlay behaves like a store that began as a copy of what is beneath it,
// and leaves that as it was.
func TestOverlayIsLikeACopy(t *testing.T) {
	t.Logf("-days.seed=%d", *daysSeed)
	rnd := rand.New(rand.NewPCG(*daysSeed, 1))
	ctx := t.Context()
	beneath, model := memstore.New(), memstore.New()
	for i := range 50 {
		row := subscribe.Row{Key: "k" + strconv.Itoa(i*3), Data: []byte("beneath")}
		_, err := beneath.Put(ctx, row)
		require.NoError(t, err)
		_, err = model.Put(ctx, row)
		require.NoError(t, err)
	}
	o := newOverlay(beneath)
	everything := func(r rows, limit int) map[string]string {
		all, after := map[string]string{}, ""
		for {
			page, err := r.List(ctx, after, limit)
			require.NoError(t, err)
			for _, row := range page {
				require.Greater(t, row.Key, after)
				all[row.Key], after = string(row.Data), row.Key
			}
			if len(page) < limit {
				return all
			}
		}
	}
	before := everything(beneath, 7)
	for i := range 2000 {
		key := "k" + strconv.Itoa(rnd.IntN(150))
		here, errHere := o.Get(ctx, key)
		there, errThere := model.Get(ctx, key)
		require.Equal(t, errThere == nil, errHere == nil, key)
		require.Equal(t, string(there.Data), string(here.Data), key)
		if rnd.IntN(3) == 0 {
			stale := here.Revision + 1
			_, err := o.Put(ctx, subscribe.Row{Key: key, Revision: stale})
			require.ErrorIs(t, err, subscribe.ErrConflict)
			require.ErrorIs(t, o.Delete(ctx, key, stale), subscribe.ErrConflict)
		}
		if rnd.IntN(2) == 0 {
			data := []byte(strconv.Itoa(i))
			revision, err := o.Put(ctx, subscribe.Row{Key: key, Revision: here.Revision, Data: data})
			require.NoError(t, err)
			require.Greater(t, revision, here.Revision)
			_, err = model.Put(ctx, subscribe.Row{Key: key, Revision: there.Revision, Data: data})
			require.NoError(t, err)
		} else if errHere == nil {
			require.NoError(t, o.Delete(ctx, key, here.Revision))
			require.NoError(t, model.Delete(ctx, key, there.Revision))
		}
		if i%50 == 0 {
			require.Equal(t, everything(model, 100), everything(o, 1+rnd.IntN(20)))
		}
	}
	require.Equal(t, before, everything(beneath, 7))
}
