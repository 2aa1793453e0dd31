package ewstest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

const anna = "anna.berg@example.com"

// at returns a time in the week of the bookings, in the year 2030.
func at(day, hour, minute int) time.Time {
	return time.Date(2030, time.January, day, hour, minute, 0, 0, time.UTC)
}

// open is a room that takes bookings for any time.
func open(o ewstest.RoomOptions) ewstest.RoomOptions {
	o.BookingWindow = -1
	return o
}

func january(m *ewstest.Mailbox) []ews.CalendarItem { return m.Calendar(at(1, 0, 0), at(32, 0, 0)) }

func one(t *testing.T, items []ews.CalendarItem) ews.CalendarItem {
	t.Helper()
	require.Len(t, items, 1)
	return items[0]
}

// TestBook follows a meeting through the calendars of those who are in it.
func TestBook(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	organizer, guest, r := s.Mailbox(anna), s.Mailbox("bob@example.com"), s.Mailbox(room)
	organizer.SetName("Anna Berg")
	r.MakeRoom(open(ewstest.RoomOptions{}))

	id, err := organizer.Book(ewstest.Appointment{
		Subject: "Budget", Body: "Bring figures.", Location: "Room 1", Start: at(7, 9, 0), End: at(7, 10, 0),
		Required: []string{"bob@example.com", "carol@elsewhere.example"}, Resources: []string{"ROOM1@example.com"},
		Sensitivity: ews.SensitivityPrivate, Categories: []string{"Red"},
	})
	require.NoError(t, err)

	mine, his, its := one(t, january(organizer)), one(t, january(guest)), one(t, january(r))
	require.Equal(t, id, mine.ItemID.ID)
	require.Equal(t, mine.UID, his.UID)
	require.Equal(t, mine.UID, its.UID)
	require.Equal(t, mine, one(t, organizer.CalendarItems()))

	require.Equal(t, "Budget", mine.Subject)
	require.Equal(t, []string{"Red"}, mine.Categories)
	require.Equal(t, ews.ResponseOrganizer, mine.MyResponseType)
	require.Equal(t, ews.AppointmentMeeting, mine.AppointmentState)
	require.Equal(t, ews.FreeBusyBusy, mine.LegacyFreeBusyStatus)
	require.Equal(t, ews.ResponseUnknown, mine.RequiredAttendees[0].ResponseType)
	require.Equal(t, ews.ResponseAccept, mine.Resources[0].ResponseType)
	require.Equal(t, "Anna Berg", mine.Organizer.Name)

	require.Equal(t, "Budget", his.Subject)
	require.Equal(t, ews.SensitivityPrivate, his.Sensitivity)
	require.Equal(t, ews.ResponseNoResponseReceived, his.MyResponseType)
	require.Equal(t, ews.FreeBusyTentative, his.LegacyFreeBusyStatus)
	require.Empty(t, his.Categories)
	require.Equal(t, ews.ResponseUnknown, his.Resources[0].ResponseType, "only the organizer knows")

	require.Equal(t, "Anna Berg", its.Subject)
	require.Equal(t, ews.SensitivityNormal, its.Sensitivity)
	require.Empty(t, its.Body.Text)
	require.Equal(t, "Room 1", its.Location)
	require.Equal(t, ews.ResponseAccept, its.MyResponseType)
	require.Equal(t, ews.FreeBusyBusy, its.LegacyFreeBusyStatus)
	require.Equal(t, ews.AppointmentMeeting|ews.AppointmentReceived, its.AppointmentState)

	// Tentative first, accepted after that; the request does not stay.
	verbs := []ewstest.Verb{}
	for _, c := range r.Changes() {
		verbs = append(verbs, c.Verb)
	}
	require.Equal(t, []ewstest.Verb{ewstest.VerbCreate, ewstest.VerbHardDelete, ewstest.VerbCreate, ewstest.VerbModify}, verbs)

	require.NoError(t, organizer.Change(id, func(a *ewstest.Appointment) { a.Start, a.End = at(8, 9, 0), at(8, 11, 0) }))
	moved := one(t, january(r))
	require.Equal(t, its.ItemID.ID, moved.ItemID.ID)
	require.NotEqual(t, its.ItemID.ChangeKey, moved.ItemID.ChangeKey)
	require.Equal(t, at(8, 9, 0), moved.Start)
	require.Equal(t, 1, moved.AppointmentSequenceNumber)
	require.Equal(t, "Anna Berg", moved.Subject)

	require.NoError(t, guest.Approve(his.ItemID.ID))
	require.Equal(t, ews.ResponseAccept, one(t, january(organizer)).RequiredAttendees[0].ResponseType)
	require.NoError(t, organizer.Change(id, func(a *ewstest.Appointment) { a.Location = "Room 2" }))
	require.Equal(t, ews.ResponseAccept, one(t, january(guest)).MyResponseType, "an update that moves nothing")

	require.NoError(t, organizer.Cancel(id))
	require.Empty(t, january(organizer))
	require.Empty(t, january(r))
	gone := one(t, january(guest))
	require.True(t, gone.IsCancelled)
	require.Equal(t, "Canceled: Budget", gone.Subject)
	require.Equal(t, ews.FreeBusyFree, gone.LegacyFreeBusyStatus)
	require.Equal(t, ews.AppointmentState(7), gone.AppointmentState)
}

func TestRoomOptions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options ewstest.RoomOptions
		want    func(t *testing.T, shown []ews.CalendarItem)
	}{
		"defaults": {ewstest.RoomOptions{BookingWindow: -1}, func(t *testing.T, shown []ews.CalendarItem) {
			require.Equal(t, "Anna", one(t, shown).Subject)
		}},
		"booking window": {ewstest.RoomOptions{BookingWindow: time.Hour}, func(t *testing.T, shown []ews.CalendarItem) { require.Empty(t, shown) }},
		"keeps all": {open(ewstest.RoomOptions{KeepSubject: true, NoOrganizer: true, KeepBody: true, KeepPrivate: true}), func(t *testing.T, shown []ews.CalendarItem) {
			require.Equal(t, "Budget", one(t, shown).Subject)
			require.Equal(t, "figures", shown[0].Body.Text)
			require.Equal(t, ews.SensitivityPrivate, shown[0].Sensitivity)
		}},
		"subject and organizer": {open(ewstest.RoomOptions{KeepSubject: true}), func(t *testing.T, shown []ews.CalendarItem) {
			require.Equal(t, "Anna Budget", one(t, shown).Subject)
		}},
		"pending": {open(ewstest.RoomOptions{Pending: true}), func(t *testing.T, shown []ews.CalendarItem) {
			require.Equal(t, ews.ResponseTentative, one(t, shown).MyResponseType)
			require.Equal(t, ews.FreeBusyTentative, shown[0].LegacyFreeBusyStatus)
			require.Equal(t, "Anna", shown[0].Subject)
		}},
		"manual": {open(ewstest.RoomOptions{Manual: true}), func(t *testing.T, shown []ews.CalendarItem) {
			require.Equal(t, ews.ResponseNoResponseReceived, one(t, shown).MyResponseType)
			require.Equal(t, "Budget", shown[0].Subject)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := loopback(t, nil)
			s.Mailbox(anna).SetName("Anna")
			s.Mailbox(room).MakeRoom(c.options)
			_, err := s.Mailbox(anna).Book(ewstest.Appointment{
				Subject: "Budget", Body: "figures", Start: at(7, 9, 0), End: at(7, 10, 0), Resources: []string{room}, Sensitivity: ews.SensitivityPrivate,
			})
			require.NoError(t, err)
			c.want(t, january(s.Mailbox(room)))
		})
	}
}

// A conflict is seen for a moment, and then in the Deleted Items.
func TestConflict(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	organizer, r := s.Mailbox(anna), s.Mailbox(room)
	r.MakeRoom(open(ewstest.RoomOptions{}))
	book := func(from, to time.Time) string {
		id, err := organizer.Book(ewstest.Appointment{Subject: "x", Start: from, End: to, Resources: []string{room}})
		require.NoError(t, err)
		return id
	}
	first := book(at(7, 9, 0), at(7, 10, 0))
	book(at(7, 10, 0), at(7, 11, 0))
	declined := book(at(7, 9, 30), at(7, 9, 45))
	require.Len(t, january(r), 2)
	require.Len(t, january(organizer), 3)
	items, err := r.Items(ews.FolderID{DistinguishedID: ews.DeletedItemsFolder})
	require.NoError(t, err)
	require.Len(t, items, 1)

	// The place is free after a cancellation; moving there is a new request.
	require.NoError(t, organizer.Cancel(first))
	require.NoError(t, organizer.Change(declined, func(a *ewstest.Appointment) { a.Start = at(7, 9, 15) }))
	require.Len(t, january(r), 2)
	// Moving into a conflict costs the room.
	require.NoError(t, organizer.Change(declined, func(a *ewstest.Appointment) { a.End = at(7, 10, 15) }))
	require.Equal(t, at(7, 10, 0), one(t, january(r)).Start)
	for _, mine := range january(organizer) {
		if mine.ItemID.ID == declined {
			require.Equal(t, ews.ResponseDecline, mine.Resources[0].ResponseType)
		}
	}
}
