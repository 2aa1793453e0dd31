package main

import (
	"context"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// minute is how long a minute lasts in the demo.
const minute = time.Second

// step is something that somebody does.
type step struct {
	after time.Duration // the step before
	who   string
	what  string
	do    func() error
}

// play is what happens in the office; it ends early with ctx.
func (o *office) play(ctx context.Context, b *board, app *bookings, wall *firewall) error {
	for _, s := range o.day(app, wall) {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(s.after):
		}
		b.line(s.who, "%s", s.what)
		if err := s.do(); err != nil {
			return err
		}
	}
	return nil
}

func (o *office) day(app *bookings, wall *firewall) []step {
	var budget, planning, cleaning string
	const people, exchange = "people", "Exchange"
	return []step{
		{minute, people, "Ben books Oslo to talk about the budget", func() (err error) {
			budget, err = o.ben.Book(o.meeting("Budget", 0, 11, o.oslo))
			return err
		}},
		{minute, people, "Anna books Lima, privately", func() error {
			_, err := o.anna.Book(o.private("Salary", 1, 14, o.lima))
			return err
		}},
		{minute, people, "Carla books Cairo, where the front desk has to agree", func() error {
			_, err := o.carla.Book(o.meeting("Training", 2, 10, o.cairo))
			return err
		}},
		{minute, people, "Ben moves the budget by an hour", func() error {
			return o.ben.Change(budget, byHours(1))
		}},
		{minute, people, "Carla books Quito four times, weekly", func() (err error) {
			planning, err = o.carla.Book(o.weekly("Planning", 1, 10, o.quito))
			return err
		}},
		{minute, people, "the front desk agrees to Carla's training in Cairo", func() error {
			return o.cairo.Approve(o.find(o.cairo, "Training"))
		}},
		{minute, people, "Ben wants Lima when Anna has it; Lima is about to decline", func() error {
			_, err := o.ben.Book(o.meeting("Review", 1, 14, o.lima))
			return err
		}},
		{2 * minute, people, "Carla moves one planning, the second, to the afternoon", func() error {
			return o.carla.ChangeOccurrence(planning, o.week(1, 1, 10), byHours(4))
		}},
		{minute, exchange, "*** restarts, and has forgotten all subscriptions ***", func() error {
			o.exchange.Restart()
			return nil
		}},
		{minute / 2, people, "Carla cancels the third planning", func() error {
			return o.carla.CancelOccurrence(planning, o.week(2, 1, 10))
		}},
		{minute / 2, people, "Ben takes Lima after Anna", func() error {
			_, err := o.ben.Book(o.meeting("Review", 1, 15, o.lima))
			return err
		}},
		{7 * minute / 2, people, "the front desk enters a cleaning in Quito's own calendar", func() (err error) {
			app.stumble.Store(true)
			cleaning, err = o.quito.Book(ewstest.Appointment{
				Subject: "Cleaning", AllDay: true, Start: o.at(4, 12), End: o.at(4, 13), FreeBusy: ews.FreeBusyOOF,
			})
			return err
		}},
		{2 * minute, exchange, "*** a firewall is in the way: Exchange cannot reach us ***", func() error {
			wall.closed.Store(true)
			return nil
		}},
		{minute, people, "Ben cancels the budget in Oslo", func() error { return o.ben.Cancel(budget) }},
		{5 * minute, people, "Anna books Cairo", func() error {
			_, err := o.anna.Book(o.meeting("Handover", 0, 15, o.cairo))
			return err
		}},
		{3 * minute, exchange, "*** the firewall lets Exchange through again ***", func() error {
			wall.closed.Store(false)
			return nil
		}},
		{minute, people, "the front desk drags the cleaning to the Deleted Items", func() (err error) {
			cleaning, err = o.quito.MoveItem(cleaning, ews.FolderID{DistinguishedID: ews.DeletedItemsFolder})
			return err
		}},
		{2 * minute, people, "and back to the calendar, where it has another id now", func() (err error) {
			cleaning, err = o.quito.MoveItem(cleaning, ews.FolderID{})
			return err
		}},
		{minute, people, "somebody deletes Anna's booking in Lima, and means it", func() error {
			_, err := o.lima.DeleteItem(o.find(o.lima, "Salary"), ewstest.HardDelete)
			return err
		}},
		{minute, people, "Anna cancels the workshop; Quito keeps it, as cancelled", func() error {
			return o.anna.Cancel(o.workshop)
		}},
		{minute, exchange, "*** forgets the sync state of Oslo: all of it is compared ***", func() error {
			o.oslo.InvalidateSyncStates()
			return nil
		}},
		{minute / 2, people, "Carla books Oslo", func() error {
			_, err := o.carla.Book(o.meeting("Retrospective", 2, 16, o.oslo))
			return err
		}},
	}
}

// byHours moves an appointment.
func byHours(n int) func(*ewstest.Appointment) {
	return func(a *ewstest.Appointment) {
		by := time.Duration(n) * time.Hour
		a.Start, a.End = a.Start.Add(by), a.End.Add(by)
	}
}

// find returns the item of a room's calendar that has a subject, or "".
func (o *office) find(room *ewstest.Mailbox, subject string) string {
	for _, item := range room.CalendarItems() {
		if item.Subject == subject {
			return item.ItemID.ID
		}
	}
	return ""
}
