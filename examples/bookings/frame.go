package main

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ewspush/ewspush/push/calendar"
	"github.com/ewspush/ewspush/subscribe"
)

// The picture is for a terminal of 80 columns and 24 lines.
const (
	width       = 80
	column      = width/2 + 1 // where the second room of a row begins
	cellWidth   = width/2 - 2
	roomsHeight = 14
	maxBookings = 6 // in a room's cell
	maxLatest   = 7
)

// roomView is a room as it is shown.
type roomView struct {
	name     string
	state    subscribe.State // empty as long as it is not known
	read     bool            // the calendar has been read
	bookings []calendar.Booking
	fresh    map[string]bool // keys of what has just changed
}

// frame is what there is to see.
type frame struct {
	style  style
	rooms  []roomView
	latest []string
}

// lines draws it.
func (f *frame) lines(elapsed time.Duration) []string {
	f.latest = f.latest[max(0, len(f.latest)-maxLatest):]
	lines := []string{f.rule(fmt.Sprintf("bookings, %.0f s; ? is pending", elapsed.Seconds()))}
	rows := (len(f.rooms) + 1) / 2
	shown := min(rows, roomsHeight)
	for row := range shown {
		height := min(1+maxBookings, roomsHeight/shown)
		left := f.cell(&f.rooms[2*row], height)
		right := make([]string, height)
		if 2*row+1 < len(f.rooms) {
			right = f.cell(&f.rooms[2*row+1], height)
		}
		for i := range height {
			// An absolute column, since nobody knows how wide a name is.
			lines = append(lines, fmt.Sprintf("%s\x1b[K\x1b[%dG%s", left[i], column, right[i]))
		}
	}
	label := "latest"
	if shown < rows {
		label = fmt.Sprintf("%d more rooms; latest", len(f.rooms)-2*shown)
	}
	lines = append(lines, f.rule(label))
	for i := range maxLatest {
		line := ""
		if i < len(f.latest) {
			line = clip(f.latest[i], width)
		}
		lines = append(lines, line)
	}
	return lines
}

func (f *frame) rule(label string) string {
	label = "── " + label + " "
	return f.style.dim(label + strings.Repeat("─", width-utf8.RuneCountInString(label)))
}

// cell draws a room, height lines.
func (f *frame) cell(r *roomView, height int) []string {
	cell := make([]string, height)
	name := clip(printable(r.name), cellWidth-20)
	cell[0] = f.style.bold(name) + "  " + f.state(r)
	for i := range r.bookings {
		line := i + 1
		if line >= height {
			break
		}
		if left := len(r.bookings) - i; line == height-1 && left > 1 {
			cell[line] = f.style.dim(fmt.Sprintf("  … and %d more", left))
			break
		}
		b := &r.bookings[i]
		text := when(b) + " " + title(b)
		if b.State == calendar.Pending {
			text = when(b) + " ? " + title(b)
		}
		switch text = clip(text, cellWidth-2); {
		case r.fresh[b.Key]:
			cell[line] = "  " + f.style.bold(text)
		case b.State == calendar.Pending:
			cell[line] = "  " + f.style.yellow(text)
		default:
			cell[line] = "  " + text
		}
	}
	return cell
}

// state says whether push works.
func (f *frame) state(r *roomView) string {
	switch {
	case r.state == "":
		return ""
	case r.state == subscribe.StateActive && r.read:
		return f.style.green("push works")
	case r.state == subscribe.StateActive:
		return f.style.yellow("reading")
	case r.state == subscribe.StateSubscribing:
		return f.style.yellow(string(r.state))
	case r.state == subscribe.StateUnconfirmed:
		return f.style.red("unreachable: polling")
	}
	return f.style.red(string(r.state))
}

// clip shortens a text to so many characters.
func clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// style colours text.
type style struct{ plain bool }

func (s style) with(code, text string) string {
	if s.plain || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string   { return s.with("1", text) }
func (s style) dim(text string) string    { return s.with("2", text) }
func (s style) red(text string) string    { return s.with("31", text) }
func (s style) green(text string) string  { return s.with("32", text) }
func (s style) yellow(text string) string { return s.with("33", text) }
