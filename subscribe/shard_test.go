package subscribe

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Stores keep shards: the function must never change.
func TestShardOfIsFixed(t *testing.T) {
	require.Equal(t, 0x811c9dc5%NumShards, ShardOf(""))
	for key, want := range map[string]int{"room-12": 26, "a": 44, "räum": 56} {
		require.Equal(t, want, ShardOf(key), key)
	}
}
