package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
)

func TestCoverage(t *testing.T) {
	now := time.Now()
	c := coverage{seq: 7, at: now}
	require.True(t, c.has(&subscribe.Event{Seq: 7, ReceivedAt: now}))
	require.True(t, c.has(&subscribe.Event{Seq: 6, ReceivedAt: now.Add(-time.Second)}))
	require.False(t, c.has(&subscribe.Event{Seq: 8, ReceivedAt: now.Add(-time.Second)}))
	require.False(t, c.has(&subscribe.Event{Seq: 3, ReceivedAt: now.Add(time.Hour)}), "of a journal that was begun anew")
	require.False(t, c.has(&subscribe.Event{ReceivedAt: now}), "without a number")
	require.False(t, coverage{}.has(&subscribe.Event{Seq: 1, ReceivedAt: now}))
}
