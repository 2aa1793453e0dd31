package ewstest_test

import (
	"fmt"
	"log"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// A meeting is booked, and the room accepts it. Its calendar shows the
// organizer's name in place of the subject, as rooms do.
func ExampleMailbox_Book() {
	s := ewstest.NewServer(nil)
	defer s.Close()
	anna, room := s.Mailbox("anna@example.com"), s.Mailbox("room1@example.com")
	anna.SetName("Anna Berg")
	room.MakeRoom(ewstest.RoomOptions{BookingWindow: -1})

	start := time.Date(2030, time.March, 4, 9, 0, 0, 0, time.UTC)
	_, err := anna.Book(ewstest.Appointment{
		Subject: "Budget", Start: start, End: start.Add(time.Hour), Resources: []string{"room1@example.com"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range []*ewstest.Mailbox{anna, room} {
		for _, item := range m.Calendar(start.AddDate(0, 0, -1), start.AddDate(0, 0, 1)) {
			fmt.Printf("%s: %q, %s, %s\n", m.Address(), item.Subject, item.LegacyFreeBusyStatus, item.MyResponseType)
		}
	}
	// Output:
	// anna@example.com: "Budget", Busy, Organizer
	// room1@example.com: "Anna Berg", Busy, Accept
}

// One occurrence of a series moves, another one is cancelled. The local time
// stays when the clocks change.
func ExampleMailbox_ChangeOccurrence() {
	s := ewstest.NewServer(nil)
	defer s.Close()
	m := s.Mailbox("anna@example.com")
	start := time.Date(2030, time.March, 18, 8, 0, 0, 0, time.UTC) // 9:00 in Berlin
	series, err := m.Book(ewstest.Appointment{
		Subject: "Weekly", Start: start, End: start.Add(time.Hour), TimeZone: "W. Europe Standard Time",
		Recurrence: &ews.Recurrence{Pattern: ews.WeeklyRecurrence, Interval: 1, DaysOfWeek: []ews.DayOfWeek{ews.Monday}, NumberOfOccurrences: 4},
	})
	if err != nil {
		log.Fatal(err)
	}
	err = m.ChangeOccurrence(series, start.AddDate(0, 0, 7), func(a *ewstest.Appointment) {
		a.Start, a.End = a.Start.Add(24*time.Hour), a.End.Add(24*time.Hour)
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := m.CancelOccurrence(series, start); err != nil {
		log.Fatal(err)
	}
	for _, item := range m.Calendar(start, start.AddDate(0, 1, 0)) {
		fmt.Println(item.Start.Format(time.RFC3339), item.CalendarItemType)
	}
	// Output:
	// 2030-03-26T08:00:00Z Exception
	// 2030-04-01T07:00:00Z Occurrence
	// 2030-04-08T07:00:00Z Occurrence
}
