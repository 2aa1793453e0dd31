package main

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/ewspush/ewspush/push/calendar"
)

// changeWords says in one line what has happened to a booking.
func changeWords(c calendar.Change) string {
	b := c.Booking()
	words := string(c.Kind) + " " + when(b)
	if c.Kind == calendar.Moved {
		words = "moved " + when(c.Before) + " to " + whenAfter(c.After, c.Before)
	}
	words += ", " + title(b)
	if by := b.Organizer.Name; b.Meeting && by != "" && by != title(b) {
		words += ", " + by
	}
	var notes []string
	switch {
	case c.Before != nil && c.After != nil:
		for _, f := range unlike(fieldsOf(c.Before), fieldsOf(c.After)) {
			switch f.name {
			case "start", "end", "days", "shown as", "exception": // told above, or follows from it
			case "state":
				notes = append(notes, f.value)
			case "location":
				notes = append(notes, "now in "+f.value)
			case "subject":
				notes = append(notes, "renamed")
			default:
				notes = append(notes, f.name)
			}
		}
	case c.After != nil && c.After.State == calendar.Pending:
		notes = append(notes, "pending")
	}
	if len(notes) > 0 {
		words += " (" + strings.Join(notes, ", ") + ")"
	}
	return words
}

// title is what may be shown to everybody in front of the room.
func title(b *calendar.Booking) string {
	text := b.Subject
	switch {
	case b.Private:
		return "(private)"
	case b.SubjectSource == calendar.SubjectOrganizer, text == "":
		text = b.Organizer.Name
	}
	if text == "" {
		return "(no subject)"
	}
	return printable(text)
}

// printable takes out of a text what a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

const (
	dayLayout  = "Mon _2 Jan"
	timeLayout = "15:04"
)

// when says when a booking is, in local time.
func when(b *calendar.Booking) string {
	start, end := b.Start.Local(), b.End.Local()
	switch {
	case b.AllDay && !b.FirstDay.IsZero():
		first, last := b.FirstDay.In(time.UTC).Format(dayLayout), b.LastDay.In(time.UTC).Format(dayLayout)
		if first == last {
			return first + " all day"
		}
		return first + " – " + last
	case sameDay(start, end):
		return start.Format(dayLayout+" "+timeLayout) + "–" + end.Format(timeLayout)
	}
	return start.Format(dayLayout+" "+timeLayout) + " – " + end.Format(dayLayout+" "+timeLayout)
}

// whenAfter leaves the day out if it is still the same one.
func whenAfter(b, before *calendar.Booking) string {
	if sameDay(b.Start.Local(), before.Start.Local()) && sameDay(b.Start.Local(), b.End.Local()) && !b.AllDay {
		return b.Start.Local().Format(timeLayout) + "–" + b.End.Local().Format(timeLayout)
	}
	return when(b)
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// plural counts things.
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}
