package main

import (
	"strings"
	"testing"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push/calendar"
	"github.com/stretchr/testify/require"
)

// The proof must be able to fail.
func TestCompareFindsEveryDifference(t *testing.T) {
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	item := func() ews.CalendarItem {
		return ews.CalendarItem{UID: "uid", Start: now.Add(time.Hour), End: now.Add(2 * time.Hour), Subject: "Budget"}
	}
	booking := func() calendar.Booking {
		return calendar.Booking{UID: "uid", Start: now.Add(time.Hour), End: now.Add(2 * time.Hour), Subject: "Budget", State: calendar.Confirmed}
	}
	tests := []struct {
		name   string
		change func(*ews.CalendarItem, *calendar.Booking)
		want   string
	}{
		{"nothing", func(*ews.CalendarItem, *calendar.Booking) {}, ""},
		{"subject", func(_ *ews.CalendarItem, b *calendar.Booking) { b.Subject = "" }, "2026-12-01T09:00:00Z: subject is not Budget in the application"},
		{"location", func(_ *ews.CalendarItem, b *calendar.Booking) { b.Location = "here" }, "2026-12-01T09:00:00Z: location is not empty in the application"},
		{"time", func(_ *ews.CalendarItem, b *calendar.Booking) { b.End = b.End.Add(time.Minute) }, "2026-12-01T09:00:00Z: end is not 2026-12-01T10:00:00Z in the application"},
		{"another one", func(_ *ews.CalendarItem, b *calendar.Booking) { b.UID = "other" }, "2026-12-01T09:00:00Z is missing in the application\n2026-12-01T09:00:00Z is not in Exchange"},
		{"an occurrence", func(i *ews.CalendarItem, _ *calendar.Booking) { i.RecurrenceID = now }, "2026-12-01T09:00:00Z is missing in the application\n2026-12-01T09:00:00Z is not in Exchange"},
		{"cancelled", func(i *ews.CalendarItem, _ *calendar.Booking) { i.IsCancelled = true }, "2026-12-01T09:00:00Z is not in Exchange"},
		{"pending", func(i *ews.CalendarItem, _ *calendar.Booking) { i.MyResponseType = ews.ResponseTentative }, "2026-12-01T09:00:00Z: state is not pending in the application"},
		{"attendees", func(i *ews.CalendarItem, _ *calendar.Booking) {
			i.OptionalAttendees = []ews.Attendee{{Mailbox: ews.Mailbox{Name: "Anna", EmailAddress: "anna@example.com"}}}
		}, "2026-12-01T09:00:00Z: attendees is not Anna <anna@example.com> in the application"},
		{"over", func(i *ews.CalendarItem, b *calendar.Booking) {
			i.End, b.End, b.Subject = now, now, "whatever"
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			i, b := item(), booking()
			test.change(&i, &b)
			p := compare("Oslo", []ews.CalendarItem{i}, []calendar.Booking{b}, now)
			require.Equal(t, test.want, strings.Join(p.differences, "\n"))
			var out strings.Builder
			err := summary(newBoard(&out, false), []proof{p})
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			require.Contains(t, out.String(), "DIFFERENT\n")
		})
	}
}
