package calendar_test

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/push/calendar"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

func TestBookChangeMoveCancel(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.follow()
		o.hears()
		id, err := o.room.Book(ewstest.Appointment{Subject: "Budget", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00")
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Subject = "Budget 2027" }))
		o.hears("changed 2026-11-24 10:00 – 2026-11-24 11:00")
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Start, a.End = at(1, 12), at(1, 13) }))
		o.hears("moved from 2026-11-24 10:00 – 2026-11-24 11:00 to 2026-11-24 12:00 – 2026-11-24 13:00")
		o.agrees()
		_, err = o.room.DeleteItem(id, ewstest.MoveToDeletedItems)
		require.NoError(t, err)
		o.hears("cancelled 2026-11-24 12:00 – 2026-11-24 13:00")
		require.Empty(t, o.has)
	})
}

// What an application sees of a change: both versions, one key, an ID.
func TestChangeCarriesBothVersions(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.follow()
		id, err := o.room.Book(ewstest.Appointment{
			Subject: "Budget", Location: "here", Start: at(1, 10), End: at(1, 11), Sensitivity: ews.SensitivityPrivate, Categories: []string{"red"},
		})
		require.NoError(t, err)
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Location = "there" }))
		changes := o.told()
		require.Len(t, changes, 1, "one change within the quiet time")
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.End = at(1, 12) }))
		changes = append(changes, o.told()...)
		require.Len(t, changes, 2)
		booked, moved := changes[0], changes[1]
		require.Nil(t, booked.Before)
		require.Equal(t, booked.After, moved.Before)
		require.NotEqual(t, booked.ID, moved.ID)
		b := moved.After
		require.Equal(t, b.UID, b.Key)
		require.Equal(t, "Budget", b.Subject)
		require.Equal(t, calendar.SubjectOriginal, b.SubjectSource)
		require.Equal(t, "there", b.Location)
		require.True(t, b.Private)
		require.Equal(t, []string{"red"}, b.Categories)
		require.Equal(t, calendar.Confirmed, b.State)
		require.Equal(t, roomKey, moved.Key)
		require.Equal(t, roomAddress, moved.Mailbox)
		require.NotContains(t, moved.String()+b.String(), "Budget")
	})
}

func TestSeriesIsToldAsItsOccurrences(t *testing.T) {
	inOffice(t, func(c *calendar.Config) { c.Horizon = 30 * 24 * time.Hour }, func(t *testing.T, o *office) {
		o.follow()
		master, err := o.room.Book(ewstest.Appointment{
			Subject: "Weekly", Start: at(0, 9), End: at(0, 10), TimeZone: "W. Europe Standard Time",
			Recurrence: &ews.Recurrence{Pattern: ews.WeeklyRecurrence, Interval: 1, DaysOfWeek: []ews.DayOfWeek{ews.Monday}},
		})
		require.NoError(t, err)
		require.Len(t, o.told(), 5, "as far as the horizon")
		agrees := func() { requireAlike(t, o.room, slices.Collect(maps.Values(o.has)), 30*24*time.Hour) }
		agrees()

		require.NoError(t, o.room.ChangeOccurrence(master, at(7, 9), func(a *ewstest.Appointment) { a.Start, a.End = at(7, 14), at(7, 15) }))
		o.hears("moved from 2026-11-30 09:00 – 2026-11-30 10:00 to 2026-11-30 14:00 – 2026-11-30 15:00")
		require.NoError(t, o.room.ChangeOccurrence(master, at(14, 9), func(a *ewstest.Appointment) { a.Subject = "With cake" }))
		o.hears("changed 2026-12-07 09:00 – 2026-12-07 10:00")
		require.NoError(t, o.room.CancelOccurrence(master, at(21, 9)))
		o.hears("cancelled 2026-12-14 09:00 – 2026-12-14 10:00")
		agrees()

		// As time goes by, the horizon moves.
		time.Sleep(8 * 24 * time.Hour)
		o.hears("booked 2026-12-28 09:00 – 2026-12-28 10:00")
		agrees()

		require.NoError(t, o.room.Cancel(master))
		require.Len(t, o.told(), 4, "one of them of the last 24 hours")
		agrees()
	})
}

func TestAllDayEventsHaveDays(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.follow()
		kiritimati, err := (&ews.TimeZone{ID: "Line Islands Standard Time"}).Location()
		require.NoError(t, err)
		start := time.Date(2026, 12, 24, 0, 0, 0, 0, kiritimati)
		_, err = o.room.Book(ewstest.Appointment{
			Subject: "Closed", AllDay: true, TimeZone: "Line Islands Standard Time", Start: start, End: start.AddDate(0, 0, 3),
		})
		require.NoError(t, err)
		o.hears("booked 2026-12-24 – 2026-12-26")
		_, err = o.room.Book(ewstest.Appointment{
			Subject: "Cleaning", AllDay: true, TimeZone: "Line Islands Standard Time", Start: start, End: start.AddDate(0, 0, 1),
			Recurrence: &ews.Recurrence{Pattern: ews.WeeklyRecurrence, Interval: 1, DaysOfWeek: []ews.DayOfWeek{ews.Thursday}, NumberOfOccurrences: 2},
		})
		require.NoError(t, err)
		o.hears("booked 2026-12-24", "booked 2026-12-31")
		o.agrees()
	})
}

func TestRoomAnswers(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.room.MakeRoom(ewstest.RoomOptions{Delay: time.Second})
		o.follow()
		meeting := ewstest.Appointment{Subject: "Secret plan", Start: at(1, 10), End: at(1, 11), Resources: []string{roomAddress}}
		_, err := o.anna.Book(meeting)
		require.NoError(t, err)
		changes := o.told()
		require.Len(t, changes, 1, "tentative and accepted within the quiet time")
		b := changes[0].After
		require.Equal(t, calendar.Confirmed, b.State)
		require.Equal(t, calendar.SubjectOrganizer, b.SubjectSource)
		require.Equal(t, "anna@example.com", b.Organizer.Address)
		require.True(t, b.Meeting)

		// A conflict appears and vanishes.
		_, err = o.anna.Book(meeting)
		require.NoError(t, err)
		o.hears()

		// Nobody has decided yet.
		o.room.MakeRoom(ewstest.RoomOptions{Pending: true, KeepCancelled: true})
		meeting.Start, meeting.End = at(2, 10), at(2, 11)
		id, err := o.anna.Book(meeting)
		require.NoError(t, err)
		o.hears("booked 2026-11-25 10:00 – 2026-11-25 11:00 (pending)")
		for _, item := range o.room.Calendar(at(2, 0), at(3, 0)) {
			require.NoError(t, o.room.Approve(item.ItemID.ID))
		}
		o.hears("changed 2026-11-25 10:00 – 2026-11-25 11:00")
		// The cancelled meeting stays in the calendar, and is no booking.
		require.NoError(t, o.anna.Cancel(id))
		o.hears("cancelled 2026-11-25 10:00 – 2026-11-25 11:00")
		require.Len(t, o.room.Calendar(at(2, 0), at(3, 0)), 1)
		time.Sleep(2 * time.Hour)
		o.hears()
	})
}

func TestWhatWasThereBefore(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		for i := range 3 {
			_, err := o.room.Book(ewstest.Appointment{Subject: "Old", Start: at(-10, 10+i), End: at(-10, 11+i)})
			require.NoError(t, err)
		}
		_, err := o.room.Book(ewstest.Appointment{Subject: "New", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.follow()
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00 (initial)")
	})
}

func TestPreloadSilently(t *testing.T) {
	var progress []calendar.Progress
	inOffice(t, func(c *calendar.Config) { c.Progress = func(p calendar.Progress) { progress = append(progress, p) } }, func(t *testing.T, o *office) {
		for i := range 25 {
			_, err := o.room.Book(ewstest.Appointment{Subject: "There before", Start: at(1+i, 10), End: at(1+i, 11)})
			require.NoError(t, err)
		}
		require.NoError(t, o.svc.Preload(t.Context(), roomKey, roomAddress, true))
		require.Equal(t, calendar.Progress{Key: roomKey, Initial: true, Done: 25, Total: 25}, progress[len(progress)-1])
		o.hears()
		_, err := o.room.Book(ewstest.Appointment{Subject: "After", Start: at(1, 14), End: at(1, 15)})
		require.NoError(t, err)
		o.follow()
		o.hears("booked 2026-11-24 14:00 – 2026-11-24 15:00")
		n := 0
		for _, err := range o.svc.Bookings(t.Context(), roomKey, time.Time{}, time.Time{}) {
			require.NoError(t, err)
			n++
		}
		require.Equal(t, 26, n)
	})
}

// Whatever is lost, a comparison tells exactly what is different.
func TestEveryLossEndsInAComparison(t *testing.T) {
	for name, lose := range map[string]func(o *office){
		"history forgotten":   func(o *office) { o.room.ForgetEvents() },
		"mailbox moved":       func(o *office) { o.room.MoveDatabase() },
		"sync states invalid": func(o *office) { o.room.InvalidateSyncStates() },
		"Exchange restarted":  func(o *office) { o.exchange.Restart() },
		"notification lost":   func(o *office) { o.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultSkip}) },
		"notification damaged": func(o *office) {
			o.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultDamagedBody})
		},
		"busy": func(o *office) {
			o.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultServerBusy, BackOff: time.Minute, Times: 2})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inOffice(t, nil, func(t *testing.T, o *office) {
				var ids []string
				for i := range 30 {
					id, err := o.room.Book(ewstest.Appointment{Subject: "n" + strconv.Itoa(i), Start: at(1+i, 10), End: at(1+i, 11)})
					require.NoError(t, err)
					ids = append(ids, id)
				}
				o.follow()
				require.Len(t, o.told(), 30)
				lose(o)
				_, err := o.room.DeleteItem(ids[3], ewstest.HardDelete)
				require.NoError(t, err)
				require.NoError(t, o.room.Change(ids[5], func(a *ewstest.Appointment) { a.Subject = "other" }))
				_, err = o.room.Book(ewstest.Appointment{Subject: "another", Start: at(50, 10), End: at(50, 11)})
				require.NoError(t, err)
				time.Sleep(2 * time.Hour)
				o.hears(
					"cancelled 2026-11-27 10:00 – 2026-11-27 11:00",
					"changed 2026-11-29 10:00 – 2026-11-29 11:00",
					"booked 2027-01-12 10:00 – 2027-01-12 11:00",
				)
				o.agrees()
			})
		})
	}
}

// An item that is moved away and back has another id, and is the same booking.
func TestBookingOutlivesItsItem(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		id, err := o.room.Book(ewstest.Appointment{Subject: "Nomad", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.follow()
		booked := o.told()
		away, err := o.room.MoveItem(id, ews.FolderID{DistinguishedID: ews.DeletedItemsFolder})
		require.NoError(t, err)
		back, err := o.room.MoveItem(away, ews.FolderID{})
		require.NoError(t, err)
		require.NotEqual(t, id, back)
		o.hears()

		away, err = o.room.MoveItem(back, ews.FolderID{DistinguishedID: ews.DeletedItemsFolder})
		require.NoError(t, err)
		o.hears("cancelled 2026-11-24 10:00 – 2026-11-24 11:00")
		_, err = o.room.MoveItem(away, ews.FolderID{})
		require.NoError(t, err)
		again := o.told()
		require.Len(t, again, 1)
		require.Equal(t, booked[0].After.Key, again[0].After.Key)
	})
}

// Two items of one UID are two bookings, and the end of one is not that of the
// other.
func TestCopyIsABookingOfItsOwn(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		id, err := o.room.Book(ewstest.Appointment{Subject: "Twin", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.follow()
		o.told()
		_, err = o.room.CopyItem(id, ews.FolderID{})
		require.NoError(t, err)
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00")
		require.Len(t, o.has, 2)
		_, err = o.room.DeleteItem(id, ewstest.SoftDelete)
		require.NoError(t, err)
		o.hears("cancelled 2026-11-24 10:00 – 2026-11-24 11:00")
		o.agrees()
	})
}

func TestHandlerThatFailsHearsItAgain(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.follow()
		var ids []string
		o.respond = func(c calendar.Change) error {
			ids = append(ids, c.ID)
			if len(ids) < 4 {
				return errors.New("the database is away")
			}
			return nil
		}
		_, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00")
		require.Len(t, ids, 4)
		require.Len(t, slices.Compact(ids), 1, "the same ID each time")
	})
}

func TestApplicationRestarts(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		id, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.follow()
		o.told()
		o.stop()
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Subject = "b" }))
		time.Sleep(time.Minute)
		o.start(nil)
		time.Sleep(time.Minute)
		o.hears("changed 2026-11-24 10:00 – 2026-11-24 11:00")
		time.Sleep(3 * time.Hour)
		o.hears()
	})
}

func TestEchoOfOwnWritesIsNotTold(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		id, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.follow()
		key := o.told()[0].After.Key

		announce := func(e calendar.Echo) { require.NoError(t, o.svc.Announce(t.Context(), roomKey, e)) }
		announce(calendar.Echo{Key: key, Start: at(1, 12), End: at(1, 13)})
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Start, a.End = at(1, 12), at(1, 13) }))
		o.hears()
		// It is used up, and what was not told is known all the same.
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Start, a.End = at(1, 14), at(1, 15) }))
		o.hears("moved from 2026-11-24 12:00 – 2026-11-24 13:00 to 2026-11-24 14:00 – 2026-11-24 15:00")
		// Somebody else was faster.
		announce(calendar.Echo{Key: key, Start: at(1, 16), End: at(1, 17)})
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Start, a.End = at(1, 18), at(1, 19) }))
		o.hears("moved from 2026-11-24 14:00 – 2026-11-24 15:00 to 2026-11-24 18:00 – 2026-11-24 19:00")
		// By the version that Exchange has answered.
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Subject = "b" }))
		announce(calendar.Echo{ChangeKey: o.room.CalendarItems()[0].ItemID.ChangeKey})
		o.hears()
		announce(calendar.Echo{Key: key})
		require.NoError(t, o.room.Cancel(id))
		o.hears()
	})
}

func TestNoiseIsNotTold(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		id, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.follow()
		o.told()
		require.NoError(t, o.room.ModifyItem(id)) // nothing in it is different
		_, err = o.room.CreateFolder("Holidays", ews.FolderID{DistinguishedID: ews.CalendarFolder})
		require.NoError(t, err)
		short, err := o.room.Book(ewstest.Appointment{Subject: "gone at once", Start: at(2, 10), End: at(2, 11)})
		require.NoError(t, err)
		_, err = o.room.DeleteItem(short, ewstest.HardDelete)
		require.NoError(t, err)
		o.hears()
	})
}

func TestOnlyWhatIsWanted(t *testing.T) {
	configure := func(c *calendar.Config) {
		c.Filter = func(item *ews.CalendarItem) bool { return item.LegacyFreeBusyStatus != ews.FreeBusyFree }
		c.Same = func(before, after *calendar.Booking) bool { return before.Location == after.Location }
	}
	inOffice(t, configure, func(t *testing.T, o *office) {
		o.follow()
		id, err := o.room.Book(ewstest.Appointment{Subject: "a", FreeBusy: ews.FreeBusyFree, Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.hears()
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.FreeBusy = ews.FreeBusyBusy }))
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00")
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Subject = "b" }))
		o.hears()
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Location = "c" }))
		o.hears("changed 2026-11-24 10:00 – 2026-11-24 11:00")
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.FreeBusy = ews.FreeBusyFree }))
		o.hears("cancelled 2026-11-24 10:00 – 2026-11-24 11:00")
	})
}

// One item that cannot be read must not keep the others from being told.
func TestItemThatCannotBeRead(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.follow()
		bad, err := o.room.Book(ewstest.Appointment{Subject: "bad", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultItemCode, ItemID: bad, Code: "ErrorCorruptData", Times: 20})
		_, err = o.room.Book(ewstest.Appointment{Subject: "good", Start: at(2, 10), End: at(2, 11)})
		require.NoError(t, err)
		time.Sleep(5 * time.Minute)
		o.hears("booked 2026-11-25 10:00 – 2026-11-25 11:00")
		room, err := o.svc.Room(t.Context(), roomKey)
		require.NoError(t, err)
		require.Equal(t, 1, room.Problems)
		o.exchange.ClearFaults()
		time.Sleep(2 * time.Hour)
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00")
		o.agrees()
	})
}

func TestDryRunTellsAndStoresNothing(t *testing.T) {
	var would []string
	configure := func(c *calendar.Config) { c.DryRun = func(c calendar.Change) { would = append(would, c.String()) } }
	inOffice(t, configure, func(t *testing.T, o *office) {
		id, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.follow()
		require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Subject = "b" }))
		o.hears()
		require.Equal(t, []string{
			"room-1 booked 2026-11-24 10:00 – 2026-11-24 11:00", "room-1 changed 2026-11-24 10:00 – 2026-11-24 11:00",
		}, would)
		// The real work begins where nothing had been told.
		o.stop()
		o.start(nil)
		time.Sleep(2 * time.Hour)
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00 (initial)")
	})
}

func TestReport(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.follow()
		for i := range 4 {
			_, err := o.room.Book(ewstest.Appointment{Subject: "n" + strconv.Itoa(i), Start: at(1+i, 10), End: at(1+i, 11)})
			require.NoError(t, err)
		}
		_, err := o.room.Book(ewstest.Appointment{
			Subject: "daily", Start: at(1, 16), End: at(1, 17),
			Recurrence: &ews.Recurrence{Pattern: ews.DailyRecurrence, Interval: 1, NumberOfOccurrences: 30},
		})
		require.NoError(t, err)
		o.told()
		from, to := at(0, 0), at(10, 0)
		report, err := o.svc.Compare(t.Context(), roomKey, roomAddress, from, to, nil, (*calendar.Booking).Equal)
		require.NoError(t, err)
		require.True(t, report.InSync(), report)
		require.Equal(t, "room-1: 13 alike, 0 missing, 0 surplus, 0 different", report.String())

		has := slices.SortedFunc(maps.Values(o.has), func(a, b calendar.Booking) int { return a.Start.Compare(b.Start) })
		has[1].End = has[1].End.Add(time.Hour)
		has = append(has[1:], calendar.Booking{Key: "invented", Start: at(3, 8), End: at(3, 9)})
		report, err = o.svc.Compare(t.Context(), roomKey, roomAddress, from, to, sequence(has), nil)
		require.NoError(t, err)
		require.Equal(t, "room-1: 11 alike, 1 missing, 1 surplus, 1 different", report.String())
		o.hears()
	})
}

func sequence(all []calendar.Booking) iter.Seq2[calendar.Booking, error] {
	return func(yield func(calendar.Booking, error) bool) {
		for _, b := range all {
			if !yield(b, nil) {
				return
			}
		}
	}
}

// Bookings arrive also from a server that never pushes, and Status says why.
func TestServerThatNeverPushes(t *testing.T) {
	inOffice(t, func(c *calendar.Config) { c.Push.CallbackURL = "http://nowhere.test/ews" }, func(t *testing.T, o *office) {
		require.NoError(t, o.svc.Subscribe(t.Context(), subscribe.Spec{Key: roomKey, Mailbox: roomAddress}))
		time.Sleep(3 * time.Minute)
		_, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		time.Sleep(62 * time.Second)
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00")
		st, err := o.svc.Status(t.Context(), roomKey)
		require.NoError(t, err)
		require.Equal(t, subscribe.StateUnconfirmed, st.State)
	})
}

// What a change costs does not depend on how full the calendar is.
func TestRequestsFollowTheChanges(t *testing.T) {
	cost := func(items int) (requests map[string]int) {
		inOffice(t, nil, func(t *testing.T, o *office) {
			var id string
			for i := range items {
				start := at(1, 0).Add(time.Duration(i) * 2 * time.Hour)
				var err error
				id, err = o.room.Book(ewstest.Appointment{Subject: "n", Start: start, End: start.Add(time.Hour)})
				require.NoError(t, err)
			}
			master, err := o.room.Book(ewstest.Appointment{
				Subject: "series", Start: at(1, 9), End: at(1, 10), Recurrence: &ews.Recurrence{Pattern: ews.DailyRecurrence, Interval: 1},
			})
			require.NoError(t, err)
			require.NoError(t, o.svc.Preload(t.Context(), roomKey, roomAddress, true))
			o.follow()
			before := o.exchange.Stats().Operations
			require.NoError(t, o.room.Change(id, func(a *ewstest.Appointment) { a.Subject = "changed" }))
			o.settle()
			require.NoError(t, o.room.ChangeOccurrence(master, at(5, 9), func(a *ewstest.Appointment) { a.Subject = "changed" }))
			require.Len(t, o.told(), 2)
			requests = map[string]int{}
			for name, n := range o.exchange.Stats().Operations {
				if d := n - before[name]; d > 0 {
					requests[name] = d
				}
			}
		})
		return requests
	}
	small, large := cost(10), cost(10_000)
	require.Equal(t, small, large)
	require.Equal(t, map[string]int{"SyncFolderItems": 2, "GetItem": 3}, small)
}

func TestConfigNamesTheField(t *testing.T) {
	for want, cfg := range map[string]calendar.Config{
		"calendar: Config.Handler is required":                 {},
		"calendar: Config.Push.Handler: must be left empty":    {Handler: &office{}, Push: push.Config{Handler: &calendar.Syncer{}}},
		"calendar: SyncerConfig.Store is required":             {Handler: &office{}},
		"calendar: Options.Horizon: must not be negative":      {Handler: &office{}, Push: push.Config{Store: noStore{}}, Options: calendar.Options{Horizon: -1}},
		"push: Config.Client or Config.ClientFor is required":  {Handler: &office{}, Push: push.Config{Store: noStore{}}},
		"calendar: Options.BatchSize: must not be negative":    {Handler: &office{}, Push: push.Config{Store: noStore{}}, Options: calendar.Options{BatchSize: -1}},
		"calendar: Options.EchoLifetime: must not be negative": {Handler: &office{}, Push: push.Config{Store: noStore{}}, Options: calendar.Options{EchoLifetime: -1}},
		"calendar: Options.Past: must not be negative":         {Handler: &office{}, Push: push.Config{Store: noStore{}}, Options: calendar.Options{Past: -1}},
	} {
		_, err := calendar.New(cfg)
		require.EqualError(t, err, want)
	}
}

type noStore struct{ subscribe.Store }

var _ calendar.Handler = (*office)(nil)

// Delegates see the room's calendar, not their own.
func TestDelegate(t *testing.T) {
	inOffice(t, func(c *calendar.Config) { c.Push.Access = push.Delegate }, func(t *testing.T, o *office) {
		o.follow()
		_, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00")
	})
}

// A series in a time zone that nobody knows is asked for instead of computed.
func TestSeriesThatCannotBeComputed(t *testing.T) {
	configure := func(c *calendar.Config) {
		c.Horizon = 30 * 24 * time.Hour
		c.Push.Client = nil
	}
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.stop()
		o.start(func(c *calendar.Config) {
			configure(c)
			client, err := ews.NewClient(o.exchange.URL(), &ews.ClientOptions{HTTPClient: &http.Client{Transport: strangeZone{o.network.Transport()}}})
			require.NoError(t, err)
			c.Push.Client = client
		})
		o.follow()
		master, err := o.room.Book(ewstest.Appointment{
			Subject: "Weekly", Start: at(0, 9), End: at(0, 10), TimeZone: "W. Europe Standard Time",
			Recurrence: &ews.Recurrence{Pattern: ews.WeeklyRecurrence, Interval: 1, DaysOfWeek: []ews.DayOfWeek{ews.Monday}},
		})
		require.NoError(t, err)
		require.Len(t, o.told(), 5)
		require.NoError(t, o.room.ChangeOccurrence(master, at(7, 9), func(a *ewstest.Appointment) { a.Start, a.End = at(7, 14), at(7, 15) }))
		o.hears("moved from 2026-11-30 09:00 – 2026-11-30 10:00 to 2026-11-30 14:00 – 2026-11-30 15:00")
		require.NoError(t, o.room.CancelOccurrence(master, at(21, 9)))
		o.hears("cancelled 2026-12-14 09:00 – 2026-12-14 10:00")
		time.Sleep(8 * 24 * time.Hour)
		o.hears("booked 2026-12-28 09:00 – 2026-12-28 10:00")
		requireAlike(t, o.room, slices.Collect(maps.Values(o.has)), 30*24*time.Hour)
		_, err = o.room.DeleteItem(master, ewstest.HardDelete)
		require.NoError(t, err)
		require.Len(t, o.told(), 4)
	})
}

// strangeZone is an Exchange whose items come from a program with time zones of
// its own.
type strangeZone struct{ http.RoundTripper }

func (s strangeZone) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	body = bytes.ReplaceAll(body, []byte(`Id="W. Europe Standard Time"`), []byte(`Id="Customized Time Zone"`))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

func TestAnotherMailboxTakesTheRoomsPlace(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		_, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		_, err = o.anna.Book(ewstest.Appointment{Subject: "b", Start: at(2, 10), End: at(2, 11)})
		require.NoError(t, err)
		o.follow()
		o.told()
		require.NoError(t, o.svc.Subscribe(t.Context(), subscribe.Spec{Key: roomKey, Mailbox: o.anna.Address()}))
		o.hears("cancelled 2026-11-24 10:00 – 2026-11-24 11:00", "booked 2026-11-25 10:00 – 2026-11-25 11:00")

		require.NoError(t, o.svc.Unsubscribe(t.Context(), roomKey))
		o.hears()
		_, err = o.svc.Room(t.Context(), roomKey)
		require.ErrorIs(t, err, calendar.ErrUnknownRoom)
	})
}

// A failure that takes time to mend is not tried again every few seconds, and
// at once when somebody asks for it.
func TestFailuresAreNotHammered(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.follow()
		o.exchange.Fault(ewstest.Fault{
			Kind: ewstest.FaultResponseCode, Operation: "SyncFolderItems", Code: ews.ErrorAccessDenied, Times: 1000,
		})
		_, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1, 10), End: at(1, 11)})
		require.NoError(t, err)
		before := o.exchange.Stats().Operations["SyncFolderItems"]
		time.Sleep(2 * time.Hour)
		n := o.exchange.Stats().Operations["SyncFolderItems"] - before
		require.Greater(t, n, 5)
		require.Less(t, n, 12)
		require.ErrorIs(t, o.svc.Sync(t.Context(), roomKey, roomAddress), ews.ErrorAccessDenied)
		o.exchange.ClearFaults()
		require.NoError(t, o.svc.Sync(t.Context(), roomKey, roomAddress))
		o.hears("booked 2026-11-24 10:00 – 2026-11-24 11:00")
	})
}

// An old copy of the store, restored after a disaster, is brought up to date:
// everything that has changed since it was made is told, and nothing else.
func TestOldCopyOfTheStore(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		var ids []string
		for i := range 3 {
			id, err := o.room.Book(ewstest.Appointment{Subject: "a", Start: at(1+i, 10), End: at(1+i, 11)})
			require.NoError(t, err)
			ids = append(ids, id)
		}
		o.follow()
		require.Len(t, o.told(), 3)
		old := memstore.New()
		rows, err := o.store.List(t.Context(), "", 1000)
		require.NoError(t, err)
		for _, row := range rows {
			row.Revision = 0
			_, err := old.Put(t.Context(), row)
			require.NoError(t, err)
		}

		require.NoError(t, o.room.Change(ids[0], func(a *ewstest.Appointment) { a.Subject = "b" }))
		_, err = o.room.DeleteItem(ids[1], ewstest.HardDelete)
		require.NoError(t, err)
		_, err = o.room.Book(ewstest.Appointment{Subject: "c", Start: at(9, 10), End: at(9, 11)})
		require.NoError(t, err)
		require.Len(t, o.told(), 3)
		o.stop()

		o.store = old
		o.start(nil)
		time.Sleep(3 * time.Hour)
		o.hears(
			"cancelled 2026-11-25 10:00 – 2026-11-25 11:00",
			"changed 2026-11-24 10:00 – 2026-11-24 11:00",
			"booked 2026-12-02 10:00 – 2026-12-02 11:00",
		)
	})
}

// The horizon moves also in a comparison that reads everything, for series of
// which nothing is new.
func TestHorizonMovesWhenEverythingIsRead(t *testing.T) {
	inOffice(t, func(c *calendar.Config) { c.Horizon = 10 * 24 * time.Hour }, func(t *testing.T, o *office) {
		_, err := o.room.Book(ewstest.Appointment{
			Subject: "daily", Start: at(0, 9), End: at(0, 10), Recurrence: &ews.Recurrence{Pattern: ews.DailyRecurrence, Interval: 1},
		})
		require.NoError(t, err)
		o.follow()
		o.told()
		time.Sleep(time.Until(at(1, 0).Add(-time.Minute)))
		o.room.InvalidateSyncStates()
		time.Sleep(2 * time.Hour)
		o.hears("booked 2026-12-03 09:00 – 2026-12-03 10:00")
	})
}
