package drivertest

import (
	"database/sql/driver"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/stretchr/testify/require"
)

// TestSQLiteQuiet: while nothing happens, nobody looks into the shards; and
// what another process writes is seen by the next call.
func TestSQLiteQuiet(t *testing.T) {
	file := "file:" + filepath.Join(t.TempDir(), "store.db") + durable
	db, h := openHooked(t, "sqlite", file)
	store, err := sqlstore.OpenSQLite(t.Context(), db, nil)
	require.NoError(t, err)
	other, err := sqlstore.OpenSQLite(t.Context(), openSQLite(t, strings.TrimSuffix(strings.TrimPrefix(file, "file:"), durable), durable), nil)
	require.NoError(t, err)

	looks := 0
	h.onStatement(func(query string, _ []driver.NamedValue) error {
		if strings.Contains(query, "shards") {
			looks++
		}
		return nil
	})
	now := time.Now()
	key := func(shard int) string {
		for i := 0; ; i++ {
			if key := strings.Repeat("k", i+1); subscribe.ShardOf(key) == shard {
				return key
			}
		}
	}
	due := func(shards subscribe.Shards, now time.Time) (keys []string) {
		rows, err := store.Due(t.Context(), shards, now, 10)
		require.NoError(t, err)
		for _, row := range rows {
			keys = append(keys, row.Key)
		}
		return keys
	}
	backlog := func(shards subscribe.Shards) (keys []string) {
		found, err := store.Backlog(t.Context(), shards, "", 10)
		require.NoError(t, err)
		for _, b := range found {
			keys = append(keys, b.Key)
		}
		return keys
	}
	quiet := func(shards subscribe.Shards, now time.Time) {
		t.Helper()
		for range 2 {
			require.Empty(t, due(shards, now))
			require.Empty(t, backlog(shards))
		}
		before := looks
		for range 5 {
			require.Empty(t, due(shards, now))
			require.Empty(t, backlog(shards))
		}
		require.Equal(t, before, looks, "it looks although nothing has happened")
	}
	const one, two = subscribe.Shards(1 << 1), subscribe.Shards(1 << 2)
	quiet(one, now)

	// A row that is due soon, another process's, and what it is due for.
	row := subscribe.Row{Key: key(1), Shard: 1, Due: now.Add(time.Minute)}
	row.Revision, err = other.Put(t.Context(), row)
	require.NoError(t, err)
	quiet(one, now)
	require.Equal(t, []string{row.Key}, due(one, now.Add(time.Minute)))
	quiet(two, now.Add(time.Minute))
	require.Equal(t, []string{row.Key}, due(one|two, now.Add(time.Minute)), "of other shards nothing was known")
	row.Due = now
	row.Revision, err = other.Put(t.Context(), row)
	require.NoError(t, err)
	require.Equal(t, []string{row.Key}, due(one, now))
	require.NoError(t, other.Delete(t.Context(), row.Key, row.Revision))
	quiet(one, now.Add(time.Hour))

	// What this process writes is carried along.
	before := looks
	mine := subscribe.Row{Key: key(1) + "mine", Due: now.Add(time.Minute)}
	mine.Shard = 1
	for range 3 {
		mine.Revision, err = store.Put(t.Context(), mine)
		require.NoError(t, err)
		require.Empty(t, due(one, now))
	}
	require.Equal(t, before, looks)
	require.Equal(t, []string{mine.Key}, due(one, now.Add(time.Minute)))
	mine.Due = time.Time{}
	mine.Revision, err = store.Put(t.Context(), mine)
	require.NoError(t, err)
	quiet(one, now.Add(time.Hour))
	_, err = other.Put(t.Context(), subscribe.Row{Key: "theirs", Shard: 1, Due: now})
	require.NoError(t, err)
	mine.Revision, err = store.Put(t.Context(), mine)
	require.NoError(t, err)
	require.Equal(t, []string{"theirs"}, due(one, now), "another process has written in between")
	require.NoError(t, other.Delete(t.Context(), "theirs", mine.Revision-1))

	// Entries: not folded, folded and not handled, handled.
	for _, key := range []string{key(1), key(2)} {
		for seq := range int64(3) {
			require.NoError(t, other.Append(t.Context(), entry(key, seq+1)))
		}
	}
	require.Equal(t, []string{key(1)}, backlog(one))
	require.NoError(t, other.Advance(t.Context(), []subscribe.Offset{{Key: key(1), Seq: 2}})) // folds
	require.Equal(t, []string{key(1)}, backlog(one))
	require.NoError(t, other.Advance(t.Context(), []subscribe.Offset{{Key: key(1), Seq: 3}}))
	quiet(one, now)
	require.Equal(t, []string{key(2)}, backlog(one|two), "of other shards nothing was known")
	require.NoError(t, store.Append(t.Context(), entry(key(1), 4)))
	require.Equal(t, []string{key(1)}, backlog(one))
	require.NoError(t, other.Append(t.Context(), entry("elsewhere", 1)))
	require.NoError(t, other.Advance(t.Context(), []subscribe.Offset{{Key: "elsewhere", Seq: 1}})) // folds
	require.Equal(t, []string{key(1)}, backlog(one))
	require.NoError(t, store.Advance(t.Context(), []subscribe.Offset{{Key: key(1), Seq: 4}, {Key: key(2), Seq: 3}}))
	quiet(one|two, now)
}
