package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// shown is a calendar item as the script describes it.
type shown struct {
	Subject, Start, End, Type, Response, Status string
}

// calendarSeen is what the script prints.
type calendarSeen struct {
	RoomLists     [][2]string `json:"room_lists"`
	Rooms         []string    `json:"rooms"`
	SyncEmpty     [][2]string `json:"sync_empty"`
	SyncBooked    [][2]string `json:"sync_booked"`
	SyncMoved     [][2]string `json:"sync_moved"`
	SyncCancelled [][2]string `json:"sync_cancelled"`
	Meeting       struct {
		ID         string      `json:"id"`
		ChangeKey  string      `json:"changekey"`
		SameUID    bool        `json:"same_uid"`
		Body       string      `json:"body"`
		Categories []string    `json:"categories"`
		Organizer  string      `json:"organizer"`
		RoomBody   *string     `json:"room_body"`
		Answers    [][2]string `json:"answers"`
		State      []string    `json:"state"`
		InRoom     shown       `json:"in_room"`
	} `json:"meeting"`
	Moved     []shown `json:"moved"`
	Cancelled []shown `json:"cancelled"`
	Series    struct {
		Same     bool        `json:"same"`
		Type     string      `json:"type"`
		Pattern  string      `json:"pattern"`
		First    string      `json:"first"`
		Last     string      `json:"last"`
		Modified [][2]string `json:"modified"`
		Deleted  []string    `json:"deleted"`
	} `json:"series"`
	Day  []any    `json:"day"`
	View []string `json:"view"`
	Left []string `json:"left"`
}

// TestExchangelibCalendar is a booking's life as python3-exchangelib leads it.
func TestExchangelibCalendar(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	needExchangelib(ctx, t)

	const organizer, room, user, password = "anna.berg@example.com", "room12@example.com", `EXAMPLE\svc-rooms`, "p@ss:wörd"
	server := ewstest.NewServer(nil)
	defer server.Close()
	server.AddAccount(user, password, ewstest.Impersonate())
	server.AddRoomList("rooms@example.com", "First floor", room)
	server.Mailbox(organizer).SetName("Anna Berg")
	server.Mailbox(room).MakeRoom(ewstest.RoomOptions{BookingWindow: -1})

	script := exec.CommandContext(ctx, python, "exchangelib_calendar.py", server.URL(), user, password, organizer, room, "rooms@example.com")
	script.Env = append(os.Environ(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var stdout, stderr bytes.Buffer
	script.Stdout, script.Stderr = &stdout, &stderr
	require.NoError(t, script.Run(), "%s", &stderr)
	var got calendarSeen
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &got), "%s", &stdout)

	require.Equal(t, [][2]string{{"First floor", "rooms@example.com"}}, got.RoomLists)
	require.Equal(t, []string{room}, got.Rooms)

	m := got.Meeting
	require.True(t, m.SameUID)
	require.Equal(t, "figures", m.Body)
	require.Equal(t, []string{"Red"}, m.Categories)
	require.Equal(t, organizer, m.Organizer)
	require.Nil(t, m.RoomBody, "the room drops it")
	require.Equal(t, [][2]string{{room, "Accept"}, {"bob@elsewhere.example", "Unknown"}}, m.Answers)
	require.Equal(t, shown{"Anna Berg", "2030-01-07T08:00:00Z", "2030-01-07T09:00:00Z", "Single", "Accept", "Busy"}, m.InRoom)
	require.Equal(t, []shown{{"Anna Berg", "2030-01-08T08:00:00Z", "2030-01-08T09:00:00Z", "Single", "Accept", "Busy"}}, got.Moved)
	require.Empty(t, got.Cancelled)

	require.Empty(t, got.SyncEmpty)
	require.Len(t, got.SyncBooked, 1)
	require.Equal(t, "create", got.SyncBooked[0][0])
	require.Equal(t, [][2]string{{"update", got.SyncBooked[0][1]}}, got.SyncMoved)
	require.Equal(t, [][2]string{{"delete", got.SyncBooked[0][1]}}, got.SyncCancelled)

	s := got.Series
	require.True(t, s.Same)
	require.Equal(t, "RecurringMaster", s.Type)
	require.Contains(t, s.Pattern, "Monday, Wednesday of every 1 week(s)")
	require.Contains(t, s.Pattern, "Starts on 2030-03-25 and occurs 6 time(s)")
	require.Equal(t, []string{"2030-03-25T08:00:00Z", "2030-04-10T07:00:00Z"}, []string{s.First, s.Last})
	require.Equal(t, [][2]string{{"2030-03-27T08:00:00Z", "2030-03-27T11:00:00Z"}}, s.Modified)
	require.Equal(t, []string{"2030-04-01T07:00:00Z"}, s.Deleted)

	require.Equal(t, []any{true, "2030-05-01", "2030-05-02"}, got.Day)
	require.Equal(t, []string{"Budget 2", "Series", "Moved", "Series", "Series", "Series", "Day"}, got.View)
	require.Equal(t, []string{"Series"}, got.Left)

	// The truth says the same.
	items := server.Mailbox(organizer).CalendarItems()
	require.Len(t, items, 1)
	require.Equal(t, ews.CalendarItemRecurringMaster, items[0].CalendarItemType)
	require.Empty(t, server.Mailbox(room).CalendarItems())
}
