package memstore

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
)

func appendAll(t *testing.T, s *Store, key string, n int, at func(i int) time.Time) {
	t.Helper()
	for i := range n {
		require.NoError(t, s.Append(t.Context(), subscribe.Entry{
			Key: key, Seq: int64(i + 1), Shard: subscribe.ShardOf(key), At: at(i), Data: []byte("data"),
		}))
	}
}

// A key that is in step leaves nothing behind but its journal's tail.
func TestIndexesAreEmptyWhenAllIsHandledAndPruned(t *testing.T) {
	s, start := New(), time.Unix(1_000_000, 0)
	for i := range 50 {
		key := fmt.Sprint("key ", i)
		appendAll(t, s, key, 20, func(i int) time.Time { return start.Add(time.Duration(i*7%20) * time.Second) })
		require.NoError(t, s.Advance(t.Context(), []subscribe.Offset{{Key: key, Seq: 20}}))
	}
	total := 0
	for {
		n, err := s.Prune(t.Context(), start.Add(time.Hour), 33)
		require.NoError(t, err)
		if total += n; n == 0 {
			break
		}
	}
	require.Equal(t, 50*19, total)
	require.Empty(t, s.settled.chunks)
	for shard := range s.backlog {
		require.Empty(t, s.backlog[shard].chunks)
	}
	for _, j := range s.journals {
		require.Len(t, j.entries, 1)
		require.False(t, j.settled)
		require.True(t, j.chronological, "with one entry times are in order again")
	}
	for key := range s.journals {
		require.NoError(t, s.Delete(t.Context(), key, 0))
	}
	require.Empty(t, s.journals)
}

// The memory of a long journal comes back when it has become short.
func TestPrunedJournalGivesMemoryBack(t *testing.T) {
	s, start := New(), time.Unix(1_000_000, 0)
	appendAll(t, s, "a", 10_000, func(i int) time.Time { return start.Add(time.Duration(i) * time.Second) })
	require.NoError(t, s.Advance(t.Context(), []subscribe.Offset{{Key: "a", Seq: 9_990}}))
	n, err := s.Prune(t.Context(), start.Add(24*time.Hour), 100_000)
	require.NoError(t, err)
	require.Equal(t, 9_990, n)
	require.LessOrEqual(t, cap(s.journals["a"].entries), 64)
}

func TestShardThatDoesNotExist(t *testing.T) {
	s := New()
	_, err := s.Put(t.Context(), subscribe.Row{Key: "a", Shard: subscribe.NumShards})
	require.EqualError(t, err, "memstore: Put: shard 64 is not in 0 to 63")
	err = s.Append(t.Context(), subscribe.Entry{Key: "a", Seq: 1, Shard: -1})
	require.EqualError(t, err, "memstore: Append: shard -1 is not in 0 to 63")
}
