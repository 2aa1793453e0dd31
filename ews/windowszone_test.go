package ews

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same database on every machine

	"github.com/stretchr/testify/require"
)

func TestWindowsZones(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(windowsZones), "\n")
	require.GreaterOrEqual(t, len(lines), 139)
	for i, line := range lines {
		id, name, found := strings.Cut(line, "\t")
		require.True(t, found, line)
		if i > 0 {
			before, _, _ := strings.Cut(lines[i-1], "\t")
			require.Less(t, strings.ToLower(before), strings.ToLower(id), "in order, none twice")
		}
		loc, err := (&TimeZone{ID: id}).Location()
		require.NoError(t, err)
		require.Equal(t, name, loc.String())
	}
}

func TestTimeZoneLocation(t *testing.T) {
	winter := time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)
	for id, want := range map[string]time.Duration{
		"W. Europe Standard Time":        time.Hour,
		"w. europe standard time":        time.Hour,
		"Pacific Standard Time":          -8 * time.Hour,
		"India Standard Time":            5*time.Hour + 30*time.Minute,
		"Nepal Standard Time":            5*time.Hour + 45*time.Minute,
		"E. South America Standard Time": -3 * time.Hour,
		"New Zealand Standard Time":      13 * time.Hour,
		"Dateline Standard Time":         -12 * time.Hour,
		"Line Islands Standard Time":     14 * time.Hour,
		"UTC":                            0,
		"UTC-09":                         -9 * time.Hour,
		"UTC+12":                         12 * time.Hour,
		"tzone://Microsoft/Utc":          0,
		"Europe/Zurich":                  time.Hour,
		"America/Argentina/Ushuaia":      -3 * time.Hour,
		"Etc/GMT+5":                      -5 * time.Hour,
	} {
		loc, err := (&TimeZone{ID: id}).Location()
		require.NoError(t, err)
		_, offset := winter.In(loc).Zone()
		require.Equal(t, want, time.Duration(offset)*time.Second, id)
	}
	for _, id := range []string{
		"", "Customized Time Zone", "tzone://Microsoft/Custom", "Local", "CET", "Europe/Atlantis", "../../etc/passwd", "/etc/passwd", "Europe/../Zurich",
		"W. Europe Standard Time\t", "\n", "Europe/Berlin\x00", strings.Repeat("x", 1000),
	} {
		loc, err := (&TimeZone{ID: id}).Location()
		require.Nil(t, loc)
		require.ErrorIs(t, err, ErrUnknownTimeZone, id)
		require.Less(t, len(err.Error()), 300)
	}
	_, err := (&TimeZone{ID: "Customized Time Zone"}).Location()
	require.EqualError(t, err, `ews: unknown time zone "Customized Time Zone"`)
}
