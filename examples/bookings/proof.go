package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push/calendar"
)

// proof is the bookings of a room, according to both sides.
type proof struct {
	room           string
	exchange, here int // how many bookings each has
	comparedFields int
	differences    []string
}

// compare holds what the application has of a room against what Exchange has.
// What is over is nobody's concern.
func compare(room string, items []ews.CalendarItem, has []calendar.Booking, from time.Time) proof {
	p := proof{room: room}
	there, here := make(map[string][]field), make(map[string][]field)
	for i := range items {
		if item := &items[i]; takesPlace(item) && item.End.After(from) {
			there[identity(item.UID, item.RecurrenceID)] = fieldsIn(item)
		}
	}
	for i := range has {
		if b := &has[i]; b.End.After(from) {
			here[identity(b.UID, b.RecurrenceID)] = fieldsOf(b)
		}
	}
	p.exchange, p.here = len(there), len(here)
	for _, id := range slices.Sorted(maps.Keys(there)) {
		own, ok := here[id]
		if !ok {
			p.differences = append(p.differences, there[id][0].value+" is missing in the application")
			continue
		}
		p.comparedFields += len(own)
		for _, f := range unlike(own, there[id]) {
			p.differences = append(p.differences, there[id][0].value+": "+f.name+" is not "+cmp.Or(f.value, "empty")+" in the application")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(here)) {
		if _, ok := there[id]; !ok {
			p.differences = append(p.differences, here[id][0].value+" is not in Exchange")
		}
	}
	return p
}

// takesPlace reports whether what a calendar shows is a booking.
func takesPlace(item *ews.CalendarItem) bool {
	return !item.IsCancelled && item.MyResponseType != ews.ResponseDecline
}

// identity is the same in the application and in Exchange.
func identity(uid string, recurrence time.Time) string {
	if recurrence.IsZero() {
		return uid
	}
	return uid + " " + recurrence.UTC().Format(time.RFC3339)
}

// prove compares all rooms now.
func (o *office) prove(ctx context.Context, app *bookings) ([]proof, error) {
	now := time.Now()
	var all []proof
	for _, room := range roomNames() {
		has, err := app.of(ctx, room)
		if err != nil {
			return nil, err
		}
		all = append(all, compare(room, o.calendar(room, now, now.Add(horizon)), has, now))
	}
	return all, nil
}

// summary tells what came of it, and is an error if the two sides differ.
func summary(b *board, all []proof) error {
	var total proof
	b.text("\n%-8s %8s   %11s", "bookings", "Exchange", "application")
	for _, p := range all {
		verdict := "alike"
		if len(p.differences) > 0 {
			verdict = "DIFFERENT"
		}
		b.text("%-8s %8d   %11d   %s", p.room, p.exchange, p.here, verdict)
		for _, d := range p.differences {
			b.text("         %s", d)
		}
		total.exchange, total.here = total.exchange+p.exchange, total.here+p.here
		total.differences = append(total.differences, p.differences...)
		total.comparedFields += p.comparedFields
	}
	if len(total.differences) > 0 {
		return fmt.Errorf("the application differs from Exchange: %s", strings.Join(total.differences, "; "))
	}
	b.text("\n%d bookings according to Exchange = %d bookings according to the application.\n"+
		"%d fields were compared, and are alike.", total.exchange, total.here, total.comparedFields)
	return nil
}

// equal reports whether there is no difference at all.
func equal(all []proof) bool {
	return !slices.ContainsFunc(all, func(p proof) bool { return len(p.differences) > 0 })
}
