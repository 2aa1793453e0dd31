package main

import (
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// office is the rooms and the people of a fake Exchange.
type office struct {
	exchange                 *ewstest.Server
	oslo, lima, cairo, quito *ewstest.Mailbox
	anna, ben, carla         *ewstest.Mailbox
	monday                   time.Time // next week's, a midnight here
	workshop                 string    // an item of Anna's
}

// roomNames are in the order in which the board shows them.
func roomNames() []string { return []string{"Oslo", "Lima", "Cairo", "Quito"} }

func newOffice(exchange *ewstest.Server, now time.Time) (*office, error) {
	o := &office{
		exchange: exchange,
		oslo:     exchange.Mailbox(address("Oslo")), lima: exchange.Mailbox(address("Lima")),
		cairo: exchange.Mailbox(address("Cairo")), quito: exchange.Mailbox(address("Quito")),
		anna: exchange.Mailbox(address("anna")), ben: exchange.Mailbox(address("ben")), carla: exchange.Mailbox(address("carla")),
	}
	o.anna.SetName("Anna Berg")
	o.ben.SetName("Ben Ito")
	o.carla.SetName("Carla Diaz")
	// Rooms are set up as differently as in life.
	o.oslo.MakeRoom(ewstest.RoomOptions{})
	o.lima.MakeRoom(ewstest.RoomOptions{KeepSubject: true, NoOrganizer: true, KeepPrivate: true, Delay: 3 * minute / 2})
	o.cairo.MakeRoom(ewstest.RoomOptions{KeepSubject: true, NoOrganizer: true, Pending: true})
	o.quito.MakeRoom(ewstest.RoomOptions{KeepSubject: true, NoOrganizer: true, KeepCancelled: true})

	y, m, d := now.Date()
	o.monday = time.Date(y, m, d+1+(7-int(now.Weekday()))%7, 0, 0, 0, 0, now.Location())
	if _, err := o.anna.Book(o.meeting("Interview", 0, 9, o.oslo)); err != nil {
		return nil, err
	}
	var err error
	o.workshop, err = o.anna.Book(o.meeting("Workshop", 3, 9, o.quito))
	return o, err
}

// address returns the mailbox of a room or a person.
func address(name string) string { return name + "@example.com" }

// at returns an hour of a day of next week; day 0 is Monday.
func (o *office) at(day, hour int) time.Time {
	y, m, d := o.monday.Date()
	return time.Date(y, m, d+day, hour, 0, 0, 0, o.monday.Location())
}

// meeting is an hour in a room.
func (o *office) meeting(subject string, day, hour int, room *ewstest.Mailbox) ewstest.Appointment {
	return ewstest.Appointment{
		Subject: subject, Start: o.at(day, hour), End: o.at(day, hour+1), Location: room.Name(), Resources: []string{room.Address()},
	}
}

// private is a meeting that is nobody else's business.
func (o *office) private(subject string, day, hour int, room *ewstest.Mailbox) ewstest.Appointment {
	a := o.meeting(subject, day, hour, room)
	a.Sensitivity = ews.SensitivityPrivate
	return a
}

// weekly is a meeting that takes place four times.
func (o *office) weekly(subject string, day, hour int, room *ewstest.Mailbox) ewstest.Appointment {
	a := o.meeting(subject, day, hour, room)
	a.Recurrence = &ews.Recurrence{
		Pattern: ews.WeeklyRecurrence, Interval: 1, NumberOfOccurrences: 4,
		// The days of a series are those of its time zone, which is UTC here.
		DaysOfWeek: []ews.DayOfWeek{ews.DayOfWeek(a.Start.UTC().Weekday().String())},
	}
	return a
}

// week returns when an occurrence of a weekly meeting begins.
func (o *office) week(n, day, hour int) time.Time {
	return o.at(day, hour).Add(time.Duration(n) * 7 * 24 * time.Hour)
}

// calendar returns what Exchange shows of a room.
func (o *office) calendar(room string, from, to time.Time) []ews.CalendarItem {
	return o.exchange.Mailbox(address(room)).Calendar(from, to)
}
