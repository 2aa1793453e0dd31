package ewstest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// bookings returns what a calendar has for a room, as text: which meeting, which
// occurrence of it, and when.
func bookings(items []ews.CalendarItem, room string) []string {
	var all []string
	for i := range items {
		item := &items[i]
		invited := slices.ContainsFunc(item.Resources, func(a ews.Attendee) bool { return a.Mailbox.EmailAddress == room })
		if invited && !item.IsCancelled {
			all = append(all, fmt.Sprintf("%s of %s: %s, %s", item.RecurrenceID.Format(time.RFC3339), item.UID[80:], line(item.Start, item.End, item.OriginalStart), item.Location))
		}
	}
	slices.Sort(all)
	return all
}

// TestMeetingsProperty lets people book, move and cancel at random, whole series
// and single occurrences, in rooms that take everything: after each step every
// room has exactly what the organizers' calendars say.
func TestMeetingsProperty(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	rooms := []string{room, room2, "room3@example.com"}
	for round := range 6 {
		s := loopback(t, nil)
		for i, smtp := range rooms {
			s.Mailbox(smtp).MakeRoom(open(ewstest.RoomOptions{AllowConflicts: true, KeepCancelled: i == 1}))
		}
		people := []*ewstest.Mailbox{s.Mailbox(anna), s.Mailbox("bob@example.com")}
		some := func() []string {
			var chosen []string
			for _, smtp := range rooms {
				if r.IntN(3) == 0 {
					chosen = append(chosen, smtp)
				}
			}
			return chosen
		}
		for step := range 60 {
			m := pick(r, people...)
			items := m.CalendarItems()
			edit := func(a *ewstest.Appointment) {
				switch r.IntN(3) {
				case 0:
					a.Resources = some()
				case 1:
					by := time.Duration(r.IntN(12)-6) * time.Hour
					a.Start, a.End = a.Start.Add(by), a.End.Add(by)
				default:
					a.Location = fmt.Sprint("L", step)
				}
			}
			var err error
			op := r.IntN(10)
			switch {
			case op < 3 || len(items) == 0:
				a := ewstest.Appointment{Subject: "s", Start: at(1+r.IntN(20), 6+r.IntN(10), 0), Resources: some(), TimeZone: pick(r, "UTC", "W. Europe Standard Time")}
				a.End = a.Start.Add(time.Hour)
				if r.IntN(2) == 0 {
					a.Recurrence = &ews.Recurrence{Pattern: ews.DailyRecurrence, Interval: 2, NumberOfOccurrences: 1 + r.IntN(6)}
				}
				_, err = m.Book(a)
			case op == 3:
				err = m.Cancel(pick(r, items...).ItemID.ID)
			case op < 6:
				err = m.Change(pick(r, items...).ItemID.ID, edit)
			default:
				occurrences := slices.DeleteFunc(m.Calendar(at(1, 0, 0), at(60, 0, 0)), func(i ews.CalendarItem) bool { return i.OriginalStart.IsZero() })
				if len(occurrences) == 0 {
					continue
				}
				o := pick(r, occurrences...)
				if op == 9 {
					err = m.Cancel(o.ItemID.ID)
				} else {
					err = m.Change(o.ItemID.ID, edit)
				}
			}
			if err != nil {
				require.ErrorIs(t, err, ews.ResponseCode("ErrorOccurrenceCrossingBoundary"))
			}
			for _, smtp := range rooms {
				var wanted []string
				for _, p := range people {
					wanted = append(wanted, bookings(p.Calendar(at(1, 0, 0), at(60, 0, 0)), smtp)...)
				}
				slices.Sort(wanted)
				require.Equal(t, wanted, bookings(s.Mailbox(smtp).Calendar(at(1, 0, 0), at(60, 0, 0)), smtp), "seed %d, round %d, step %d, %s", seed, round, step, smtp)
			}
		}
	}
}
