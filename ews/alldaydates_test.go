package ews

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDates(t *testing.T) {
	tests := []struct{ name, start, end, zone, first, last string }{
		{"a day in winter", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z", "W. Europe Standard Time", "2026-11-23", "2026-11-23"},
		{"three days across the end of summer time", "2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z", "W. Europe Standard Time", "2026-10-24", "2026-10-26"},
		{"in the west", "2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z", "Pacific Standard Time", "2026-11-23", "2026-11-23"},
		{"in the far east", "2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z", "Line Islands Standard Time", "2026-11-23", "2026-11-23"},
		{"in UTC", "2026-11-23T00:00:00Z", "2026-11-25T00:00:00Z", "UTC", "2026-11-23", "2026-11-24"},
		{"across the year", "2026-12-31T00:00:00Z", "2027-01-02T00:00:00Z", "UTC", "2026-12-31", "2027-01-01"},
		{"no midnight on that day", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z", "E. South America Standard Time", "2018-11-04", "2018-11-04"},
		{"the clocks of today, the rules of yesterday", "2026-11-22T22:00:00Z", "2026-11-23T22:00:00Z", "W. Europe Standard Time", "2026-11-23", "2026-11-23"},
		{"no time at all", "2026-11-22T23:00:00Z", "2026-11-22T23:00:00Z", "W. Europe Standard Time", "2026-11-23", "2026-11-23"},
		{"no zone, Europe", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z", "", "2026-11-23", "2026-11-23"},
		{"no zone, end of summer time", "2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z", "", "2026-10-24", "2026-10-26"},
		{"no zone, New York", "2026-11-23T05:00:00Z", "2026-11-24T05:00:00Z", "", "2026-11-23", "2026-11-23"},
		{"no zone, Honolulu", "2026-11-23T10:00:00Z", "2026-11-24T10:00:00Z", "", "2026-11-23", "2026-11-23"},
		{"no zone, Auckland in summer", "2026-11-22T11:00:00Z", "2026-11-23T11:00:00Z", "", "2026-11-23", "2026-11-23"},
		{"no zone, Auckland in winter", "2026-06-22T12:00:00Z", "2026-06-23T12:00:00Z", "", "2026-06-23", "2026-06-23"},
		{"a zone that is not known", "2026-11-22T18:30:00Z", "2026-11-23T18:30:00Z", "Customized Time Zone", "2026-11-23", "2026-11-23"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			item := CalendarItem{IsAllDayEvent: true, Start: instant(tt.start), End: instant(tt.end)}
			if tt.zone != "" {
				item.StartTimeZone = &TimeZone{ID: tt.zone}
			}
			first, last, ok := item.Dates()
			require.True(t, ok)
			require.Equal(t, tt.first, first.String())
			require.Equal(t, tt.last, last.String())
		})
	}
	_, _, ok := (&CalendarItem{Start: hour(0), End: hour(24)}).Dates()
	require.False(t, ok, "no all-day event")
	_, _, ok = (&CalendarItem{IsAllDayEvent: true}).Dates()
	require.False(t, ok, "no Start")
}

// Days of a year anywhere, with their zone and, where the doc comment promises
// it, without.
func TestDatesEverywhere(t *testing.T) {
	for line := range strings.Lines(strings.TrimSpace(windowsZones)) {
		id, _, _ := strings.Cut(line, "\t")
		zone := &TimeZone{ID: id}
		loc, err := zone.Location()
		require.NoError(t, err)
		for day := 0; day < 366; day += 5 {
			want := DateOf(time.Date(2028, time.January, 1+day, 0, 0, 0, 0, time.UTC))
			next := DateOf(time.Date(2028, time.January, 2+day, 0, 0, 0, 0, time.UTC))
			item := CalendarItem{IsAllDayEvent: true, Start: want.In(loc), End: next.In(loc), StartTimeZone: zone}
			first, last, ok := item.Dates()
			require.True(t, ok)
			require.Equal(t, want, first, id)
			require.Equal(t, want, last, id)
			if !within(item.Start) || !within(item.End) {
				continue
			}
			item.StartTimeZone = nil
			first, last, _ = item.Dates()
			require.Equal(t, want, first, "%s, unknown", id)
			require.Equal(t, want, last, "%s, unknown", id)
		}
	}
}

// within reports whether the offset is one that can be guessed.
func within(t time.Time) bool {
	_, offset := t.Zone()
	return offset > -11*3600 && offset <= 13*3600
}
