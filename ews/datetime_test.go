package ews

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseDateTime(t *testing.T) {
	at := time.Date(2026, time.March, 4, 23, 30, 15, 0, time.UTC)
	for s, want := range map[string]time.Time{
		"2026-03-04T23:30:15Z":           at,
		"2026-03-04T23:30:15":            at,
		"2026-03-05T01:30:15+02:00":      at,
		"2026-03-04T09:30:15-14:00":      at,
		"2026-03-04T23:30:15.25Z":        at.Add(250 * time.Millisecond),
		"2026-03-04T23:30:15.000000001":  at.Add(1),
		"2026-03-04T23:30:15.0000000019": at.Add(1),
		"2024-02-29T24:00:00Z":           time.Date(2024, time.March, 1, 0, 0, 0, 0, time.UTC),
		"2024-02-29T24:00:00.00+01:00":   time.Date(2024, time.February, 29, 23, 0, 0, 0, time.UTC),
	} {
		got, ok := parseDateTime(s)
		require.True(t, ok, s)
		require.True(t, want.Equal(got), "%s: %v", s, got)
		require.Equal(t, time.UTC, got.Location(), s)
	}
	for _, s := range []string{
		"", "now", "2026-03-04", "2026-03-04 23:30:15Z", "2026-03-04T23:30Z", "2026-3-4T23:30:15Z", "2026-02-29T23:30:15Z",
		"2026-03-04T9:30:15Z.", "2026-03-04T25:00:00Z", "2026-03-04T24:00:01Z", "2026-03-04T24:00:00.1Z", "2026-03-04T23:60:00Z",
		"2026-03-04T23:30:15,5Z", "2026-03-04T23:30:15.Z", "2026-03-04T23:30:15z", "2026-03-04T23:30:15+1:00", "2026-03-04T23:30:15+15:00",
		"2026-03-04T23:30:15+01:60", "2026-03-04T23:30:15ZZ", "20260304T233015Z....", "2026-03-04T23:30:15+0100",
	} {
		_, ok := parseDateTime(s)
		require.False(t, ok, s)
	}
}
