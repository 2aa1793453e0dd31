package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
)

func TestKeys(t *testing.T) {
	original := time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("", 3600))
	single := &ews.CalendarItem{UID: "u", ItemID: ews.ItemID{ID: "1"}}
	require.Equal(t, "u", baseOf(single))
	require.Equal(t, "u/20261123T090000Z", occurrenceKey("u", original))
	alone := &ews.CalendarItem{UID: "u", RecurrenceID: original, CalendarItemType: ews.CalendarItemSingle}
	require.Equal(t, "u/20261123T090000Z*", baseOf(alone), "not that of the same occurrence in the series")
	master := &ews.CalendarItem{UID: "u", RecurrenceID: original, CalendarItemType: ews.CalendarItemRecurringMaster}
	require.Equal(t, "u", baseOf(master))
	nameless := &ews.CalendarItem{ItemID: ews.ItemID{ID: "1"}}
	require.Regexp(t, "^item-.{22}$", baseOf(nameless))
	require.NotEqual(t, digest("a", "bc"), digest("ab", "c"))
}
