package ewstest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

const room2 = "room2@example.com"

// starts returns when things begin, as day and hour.
func starts(items []ews.CalendarItem) string {
	var all []string
	for i := range items {
		text := items[i].Start.Format("02.15")
		if items[i].IsCancelled {
			text += "c"
		}
		if items[i].CalendarItemType == ews.CalendarItemException {
			text += "x"
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// TestSeriesOfRooms follows a series whose occurrences move between rooms.
func TestSeriesOfRooms(t *testing.T) {
	t.Parallel()
	s, organizer, guest, first := office(t)
	second := s.Mailbox(room2)
	second.MakeRoom(open(ewstest.RoomOptions{KeepCancelled: true}))
	master := weekly(t, organizer, func(a *ewstest.Appointment) { a.Resources, a.Required = []string{room}, []string{"bob@example.com"} })
	require.Equal(t, "07.08 14.08 21.08 28.08", starts(january(first)))
	uid := january(organizer)[0].UID

	// One occurrence takes place in the other room.
	require.NoError(t, organizer.ChangeOccurrence(master, at(14, 8, 0), func(a *ewstest.Appointment) { a.Resources = []string{room2} }))
	require.Equal(t, "07.08 14.08x 21.08 28.08", starts(january(organizer)))
	require.Equal(t, "07.08 21.08 28.08", starts(january(first)))
	alone := one(t, january(second))
	require.Equal(t, uid, alone.UID)
	require.Equal(t, ews.CalendarItemException, alone.CalendarItemType)
	require.Equal(t, at(14, 8, 0), alone.RecurrenceID)
	require.Equal(t, at(14, 8, 0), alone.OriginalStart)
	require.Nil(t, alone.Recurrence)
	require.Equal(t, ews.ResponseAccept, alone.MyResponseType)

	// It moves there.
	require.NoError(t, organizer.ChangeOccurrence(master, at(14, 8, 0), func(a *ewstest.Appointment) { a.Start, a.End = at(15, 8, 0), at(15, 9, 0) }))
	require.Equal(t, at(15, 8, 0), one(t, january(second)).Start)
	require.Equal(t, at(14, 8, 0), one(t, january(second)).RecurrenceID)

	// A change of the series keeps what the occurrence has of its own.
	require.NoError(t, organizer.Change(master, func(a *ewstest.Appointment) { a.Subject, a.Location = "New", "L" }))
	require.Equal(t, "07.08 15.08x 21.08 28.08", starts(january(organizer)))
	require.Equal(t, "New", january(organizer)[1].Subject)
	require.Equal(t, "L", one(t, january(second)).Location)
	require.Equal(t, "07.08 21.08 28.08", starts(january(first)))

	// It comes back to the first room, where something else is by now.
	_, err := organizer.Book(ewstest.Appointment{Subject: "else", Start: at(15, 8, 0), End: at(15, 9, 0), Resources: []string{room}})
	require.NoError(t, err)
	require.NoError(t, organizer.ChangeOccurrence(master, at(14, 8, 0), func(a *ewstest.Appointment) { a.Resources = []string{room} }))
	require.Equal(t, "15.08cx", starts(january(second)))
	require.Equal(t, "07.08 15.08 21.08 28.08", starts(january(first)), "that is the other meeting")
	require.Equal(t, ews.FreeBusyFree, one(t, january(second)).LegacyFreeBusyStatus)

	// Cancelled for all: the room forgets it, a person sees it crossed out.
	require.NoError(t, organizer.CancelOccurrence(master, at(21, 8, 0)))
	require.Equal(t, "07.08 15.08 28.08", starts(january(first)))
	require.Equal(t, "07.08 15.08x 21.08cx 28.08", starts(january(guest)))
	require.NoError(t, guest.Decline(january(guest)[0].ItemID.ID))
	require.Equal(t, "15.08x 21.08cx 28.08", starts(january(guest)))
	require.NoError(t, guest.Approve(january(guest)[2].ItemID.ID))
	require.Equal(t, ews.ResponseAccept, january(guest)[2].MyResponseType)
	require.Equal(t, ews.ResponseNoResponseReceived, january(guest)[0].MyResponseType)

	// Another time for all: the exceptions are gone, on both sides.
	require.NoError(t, organizer.Change(master, func(a *ewstest.Appointment) { a.Start, a.End = at(7, 12, 0), at(7, 13, 0) }))
	require.Equal(t, "07.12 14.12 15.08 21.12 28.12", starts(january(organizer)))
	require.Equal(t, "07.12 14.12 15.08 21.12 28.12", starts(january(first)))
	require.Equal(t, "07.12 14.12 21.12 28.12", starts(january(guest)))

	require.NoError(t, organizer.Cancel(master))
	require.Equal(t, "15.08", starts(january(first)))
	require.Equal(t, "07.12c 14.12c 21.12c 28.12c", starts(january(guest)))
}

// A series that conflicts is declined as a whole, unless the room is told to
// tolerate some.
func TestSeriesConflicts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options ewstest.RoomOptions
		want    string
	}{
		"defaults":                {ewstest.RoomOptions{BookingWindow: -1}, "14.08"},
		"tolerant":                {open(ewstest.RoomOptions{MaxConflicts: 1, ConflictPercent: 25}), "07.08 14.08 21.08 28.08"},
		"few, but of many of all": {open(ewstest.RoomOptions{MaxConflicts: 1, ConflictPercent: 24}), "14.08"},
		"anything goes":           {open(ewstest.RoomOptions{AllowConflicts: true}), "07.08 14.08 14.08 21.08 28.08"},
	} {
		s := loopback(t, nil)
		s.Mailbox(room).MakeRoom(c.options)
		organizer := s.Mailbox(anna)
		_, err := organizer.Book(ewstest.Appointment{Subject: "else", Start: at(14, 8, 30), End: at(14, 9, 0), Resources: []string{room}})
		require.NoError(t, err)
		weekly(t, organizer, func(a *ewstest.Appointment) { a.Resources = []string{room} })
		require.Equal(t, c.want, starts(january(s.Mailbox(room))), name)
	}
	s := loopback(t, nil)
	s.Mailbox(room).MakeRoom(ewstest.RoomOptions{})
	weekly(t, s.Mailbox(anna), func(a *ewstest.Appointment) {
		a.Resources, a.Recurrence.NumberOfOccurrences = []string{room}, 0
		a.Start, a.End = time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
	})
	require.Empty(t, s.Mailbox(room).CalendarItems(), "a series without an end goes beyond the booking window")
}

// The local time of a series stays when the clocks change, and a whole day is
// one of its own zone.
func TestSeriesOverTheChangeOfClocks(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	m := s.Mailbox(anna)
	march := func(day, hour int) time.Time { return time.Date(2030, time.March, day, hour, 0, 0, 0, time.UTC) }
	daily := &ews.Recurrence{Pattern: ews.DailyRecurrence, Interval: 1, NumberOfOccurrences: 3}
	_, err := m.Book(ewstest.Appointment{Subject: "x", Start: march(30, 9), End: march(30, 10), TimeZone: "W. Europe Standard Time", Recurrence: daily})
	require.NoError(t, err)
	require.Equal(t, "30.09 31.08 01.08", starts(m.Calendar(march(29, 0), march(35, 0))))

	m = s.Mailbox("bob@example.com")
	_, err = m.Book(ewstest.Appointment{Subject: "x", Start: march(29, 23), End: march(30, 23), AllDay: true, TimeZone: "W. Europe Standard Time", Recurrence: daily})
	require.NoError(t, err)
	shown := m.Calendar(march(29, 0), march(35, 0))
	require.Equal(t, "29.23 30.23 31.22", starts(shown))
	require.Equal(t, 23*time.Hour, shown[1].End.Sub(shown[1].Start))
	require.True(t, shown[0].IsAllDayEvent)
}

// In the organizer's calendar the master of a series says that it is not
// recurring, as Exchange's documentation admits.
func TestIsRecurring(t *testing.T) {
	t.Parallel()
	_, organizer, _, r := office(t)
	weekly(t, organizer, func(a *ewstest.Appointment) { a.Resources = []string{room} })
	require.False(t, one(t, organizer.CalendarItems()).IsRecurring)
	require.True(t, one(t, r.CalendarItems()).IsRecurring)
	require.True(t, january(organizer)[0].IsRecurring)
}
