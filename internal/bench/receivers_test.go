package main

import (
	"encoding/json"
	"testing"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/stretchr/testify/require"
)

// TestNoGaps: what the load posts is an unbroken chain, each link of which is
// recorded: it is the common case that is measured.
func TestNoGaps(t *testing.T) {
	var s serveRole
	args, err := json.Marshal(serveArgs{Kind: onMemory, Keys: 1})
	require.NoError(t, err)
	at, err := s.Start(t.Context(), args)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	body, err := packetOf(2)
	require.NoError(t, err)
	crowd, err := gather(t.Context(), at.(address), body, 1)
	require.NoError(t, err)
	defer func() { require.NoError(t, crowd.close()) }()
	for range 3 {
		require.NoError(t, crowd[0].post())
	}
	entries, err := s.memory.Read(t.Context(), keyOf(0), 0, 10)
	require.NoError(t, err)
	require.Len(t, entries, 4)
	for i, e := range entries {
		if i == 0 { // the first of a subscription
			require.Contains(t, string(e.Data), subscribe.CauseFirstStart)
		} else {
			require.NotContains(t, string(e.Data), `"gap"`)
		}
	}

	// As if a manager had dealt with them.
	_, err = s.Do(t.Context(), commandTidy, nil)
	require.NoError(t, err)
	entries, err = s.memory.Read(t.Context(), keyOf(0), 0, 10)
	require.NoError(t, err)
	require.Len(t, entries, 1, "only the tail is left")
}
