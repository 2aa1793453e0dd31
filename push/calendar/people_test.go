package calendar_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// live is the people who use a room: they book it from their own calendars, and
// somebody at the front desk changes the room's calendar itself.
func (w *world) live(ctx context.Context, room string, rnd *rand.Rand) {
	m := w.exchange.Mailbox(room)
	people := []*ewstest.Mailbox{w.exchange.Mailbox("anna." + room), w.exchange.Mailbox("ben." + room)}
	for {
		pause := time.Duration(rnd.ExpFloat64() * float64(75*time.Minute))
		if rnd.IntN(4) == 0 { // in a hurry
			pause = time.Duration(rnd.IntN(3000)) * time.Millisecond
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		owner := people[rnd.IntN(len(people))]
		if rnd.IntN(3) == 0 {
			owner = m
		}
		if err := act(owner, m, rnd); err != nil && !expected(err) {
			w.t.Errorf("%s: %v", owner.Address(), err)
		}
	}
}

// expected reports whether it is what Exchange says to people who are too slow,
// or want too much.
func expected(err error) bool {
	code, ok := errors.AsType[ews.ResponseCode](err)
	return ok && code != ews.ErrorInternalServerError
}

func act(owner, room *ewstest.Mailbox, rnd *rand.Rand) error {
	items := owner.CalendarItems()
	if len(items) < 3 || len(items) < 60 && rnd.IntN(5) < 2 {
		_, err := owner.Book(appointment(owner, room, rnd))
		return err
	}
	item := items[rnd.IntN(len(items))]
	if item.CalendarItemType == ews.CalendarItemRecurringMaster && rnd.IntN(3) > 0 {
		return actOnOccurrence(owner, item, rnd)
	}
	id := item.ItemID.ID
	switch rnd.IntN(12) {
	case 0, 1:
		return owner.Change(id, func(a *ewstest.Appointment) { a.Subject = fmt.Sprintf("subject %d", rnd.IntN(1000)) })
	case 2, 3, 4:
		by := time.Duration(rnd.IntN(96)-48) * time.Hour / 2
		return owner.Change(id, func(a *ewstest.Appointment) { a.Start, a.End = a.Start.Add(by), a.End.Add(by) })
	case 5:
		return owner.Change(id, func(a *ewstest.Appointment) { a.End = a.End.Add(30 * time.Minute) })
	case 6:
		return owner.Cancel(id)
	case 7:
		how := []ewstest.DeleteType{ewstest.MoveToDeletedItems, ewstest.SoftDelete, ewstest.HardDelete}[rnd.IntN(3)]
		_, err := owner.DeleteItem(id, how)
		return err
	case 8:
		away, err := owner.MoveItem(id, ews.FolderID{DistinguishedID: ews.DeletedItemsFolder})
		if err != nil || rnd.IntN(2) == 0 {
			return err
		}
		_, err = owner.MoveItem(away, ews.FolderID{})
		return err
	case 9:
		_, err := owner.CopyItem(id, ews.FolderID{})
		return err
	case 10:
		if owner != room {
			return nil
		}
		if rnd.IntN(2) == 0 {
			return owner.Approve(id)
		}
		return owner.Decline(id)
	default:
		return owner.ModifyItem(id)
	}
}

func actOnOccurrence(owner *ewstest.Mailbox, master ews.CalendarItem, rnd *rand.Rand) error {
	now := time.Now()
	var some []ews.CalendarItem
	for _, item := range owner.Calendar(now, now.Add(simHorizon+20*24*time.Hour)) {
		if item.UID == master.UID && !item.RecurrenceID.IsZero() {
			some = append(some, item)
		}
	}
	if len(some) == 0 {
		return owner.Cancel(master.ItemID.ID)
	}
	original := some[rnd.IntN(len(some))].RecurrenceID
	switch rnd.IntN(4) {
	case 0:
		return owner.CancelOccurrence(master.ItemID.ID, original)
	case 1:
		return owner.ChangeOccurrence(master.ItemID.ID, original, func(a *ewstest.Appointment) { a.Location = fmt.Sprintf("elsewhere %d", rnd.IntN(100)) })
	default:
		by := time.Duration(rnd.IntN(10)-5) * time.Hour
		return owner.ChangeOccurrence(master.ItemID.ID, original, func(a *ewstest.Appointment) { a.Start, a.End = a.Start.Add(by), a.End.Add(by) })
	}
}

// appointment makes up what somebody wants to book.
func appointment(owner, room *ewstest.Mailbox, rnd *rand.Rand) ewstest.Appointment {
	zones := []string{"", "W. Europe Standard Time", "Pacific Standard Time", "India Standard Time", "Lord Howe Standard Time"}
	a := ewstest.Appointment{
		Subject:  fmt.Sprintf("subject %d", rnd.IntN(1000)),
		Start:    time.Now().UTC().Truncate(24 * time.Hour).Add(time.Duration(rnd.IntN(30*48)) * 30 * time.Minute),
		TimeZone: zones[rnd.IntN(len(zones))],
	}
	a.End = a.Start.Add(time.Duration(1+rnd.IntN(6)) * 30 * time.Minute)
	if rnd.IntN(10) == 0 {
		loc, err := (&ews.TimeZone{ID: a.TimeZone}).Location()
		if a.TimeZone == "" || err != nil {
			loc = time.UTC
		}
		y, m, d := a.Start.In(loc).Date()
		a.AllDay, a.Start = true, time.Date(y, m, d, 0, 0, 0, 0, loc)
		a.End = a.Start.AddDate(0, 0, 1+rnd.IntN(2))
	}
	if rnd.IntN(4) == 0 {
		a.Recurrence = recurrence(a.Start, rnd)
	}
	if owner != room {
		a.Resources = []string{room.Address()}
		if rnd.IntN(5) == 0 {
			a.Sensitivity = ews.SensitivityPrivate
		}
	}
	return a
}

func recurrence(start time.Time, rnd *rand.Rand) *ews.Recurrence {
	week := []ews.DayOfWeek{ews.Sunday, ews.Monday, ews.Tuesday, ews.Wednesday, ews.Thursday, ews.Friday, ews.Saturday}
	r := &ews.Recurrence{Interval: 1 + rnd.IntN(3)}
	switch rnd.IntN(5) {
	case 0:
		r.Pattern, r.Interval = ews.DailyRecurrence, 3+rnd.IntN(4)
	case 1, 2:
		r.Pattern, r.FirstDayOfWeek = ews.WeeklyRecurrence, week[rnd.IntN(7)]
		i := rnd.IntN(5)
		r.DaysOfWeek = []ews.DayOfWeek{week[i], week[i+2]}
	case 3:
		r.Pattern, r.DayOfMonth = ews.AbsoluteMonthlyRecurrence, 1+rnd.IntN(31)
	default:
		r.Pattern, r.DaysOfWeek = ews.RelativeMonthlyRecurrence, []ews.DayOfWeek{week[rnd.IntN(7)]}
		r.DayOfWeekIndex = []ews.DayOfWeekIndex{ews.First, ews.Third, ews.Last}[rnd.IntN(3)]
	}
	switch rnd.IntN(3) {
	case 0:
		r.NumberOfOccurrences = 2 + rnd.IntN(15)
	case 1:
		r.EndDate = ews.DateOf(start.AddDate(0, 0, 10+rnd.IntN(100)))
	}
	return r
}
