package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ewspush/ewspush/push/calendar"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/stretchr/testify/require"
)

// However many rooms and bookings there are, the picture fits.
func TestFrameFitsTheTerminal(t *testing.T) {
	for _, rooms := range []int{0, 1, 2, 3, 4, 5, 12, 28, 29, 500} {
		for _, count := range []int{0, 1, 6, 7, 100} {
			f := frame{latest: []string{strings.Repeat("long ", 40)}}
			for i := range rooms {
				f.rooms = append(f.rooms, viewOf(fmt.Sprintf("room-with-a-long-name-%d@example.com", i), count))
			}
			lines := f.lines(time.Second)
			require.LessOrEqual(t, len(lines), 23, "%d rooms", rooms)
			for i, line := range newTerminal().write(strings.Join(lines, "\n")) {
				require.LessOrEqual(t, len([]rune(line)), width, "%d rooms, line %d", rooms, i)
			}
		}
	}
}

func TestFrame(t *testing.T) {
	f := frame{
		rooms:  []roomView{viewOf("Oslo", 8), viewOf("Lima", 1), viewOf("Cairo", 0)},
		latest: strings.Split(strings.Repeat("something\n", 20)+"the end", "\n"),
	}
	f.rooms[1].state, f.rooms[1].bookings[0].State = subscribe.StateUnconfirmed, calendar.Pending
	screen := newTerminal().write(strings.Join(f.lines(2*time.Second), "\n"))
	require.Equal(t, []string{
		"── bookings, 2 s; ? is pending ─────────────────────────────────────────────────",
		"Oslo  push works                        Lima  unreachable: polling",
		"  Tue  1 Dec all day Budget 0             Tue  1 Dec all day ? Budget 0",
		"  Tue  1 Dec all day Budget 1",
		"  Tue  1 Dec all day Budget 2",
		"  Tue  1 Dec all day Budget 3",
		"  Tue  1 Dec all day Budget 4",
		"  … and 3 more",
		"Cairo  push works",
		"", "", "", "", "", "",
		"── latest ──────────────────────────────────────────────────────────────────────",
		"something", "something", "something", "something", "something", "something", "the end",
	}, screen)
}

// What is redrawn takes the place of what was there, also if it is shorter.
func TestBoardIsRedrawnInPlace(t *testing.T) {
	var out strings.Builder
	b := newBoard(&out, true)
	b.text("before")
	b.begin()
	b.show([]roomView{viewOf("Oslo", 3), viewOf("Lima", 3), viewOf("Cairo", 3)})
	b.line("Oslo", "booked %s", strings.Repeat("x", 100))
	b.show([]roomView{viewOf("Quito", 1)})
	b.end()
	b.line("Quito", "%s", "after")
	screen := newTerminal().write(out.String())
	text := strings.Join(screen, "\n")
	require.Equal(t, "before", screen[0])
	require.Equal(t, 1, strings.Count(text, "── bookings"), text)
	require.NotContains(t, text, "Lima")
	require.Contains(t, text, "\nQuito  push works\n  Tue  1 Dec all day Budget 0\n")
	require.Regexp(t, `xxx…\n\n\n\n\n\n\n 0\.\ds Quito    after\n$`, text)
	require.Less(t, len(screen), 28)
}

func viewOf(name string, count int) roomView {
	v := roomView{name: name, state: subscribe.StateActive, read: true, fresh: map[string]bool{"0": true}}
	day := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for i := range count {
		b := calendar.Booking{Key: strconv.Itoa(i), Subject: fmt.Sprintf("Budget %d", i), SubjectSource: calendar.SubjectOriginal, AllDay: true}
		b.Start, b.End = day, day.Add(24*time.Hour)
		b.FirstDay.Year, b.FirstDay.Month, b.FirstDay.Day = day.Date()
		b.LastDay = b.FirstDay
		v.bookings = append(v.bookings, b)
	}
	return v
}

// terminal does what a terminal does with the few sequences that are used.
type terminal struct {
	lines    [][]rune
	row, col int
}

func newTerminal() *terminal { return &terminal{lines: [][]rune{nil}} }

// write returns what is on the screen then, without spaces at the ends.
func (s *terminal) write(text string) []string {
	token := regexp.MustCompile(`^\x1b\[\??(\d*)([A-Za-z])`)
	for len(text) > 0 {
		if m := token.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1]) // 0 without a number
			s.obey(m[2], n)
			text = text[len(m[0]):]
			continue
		}
		r := []rune(text)[0]
		text = text[len(string(r)):]
		s.put(r)
	}
	var screen []string
	for _, line := range s.lines {
		screen = append(screen, strings.TrimRight(string(line), " "))
	}
	return screen
}

func (s *terminal) obey(command string, n int) {
	line := &s.lines[s.row]
	switch command {
	case "A":
		s.row = max(0, s.row-n)
	case "G":
		s.col = n - 1
	case "K":
		*line = (*line)[:min(len(*line), s.col)]
	case "J":
		*line = (*line)[:min(len(*line), s.col)]
		s.lines = s.lines[:s.row+1]
	}
}

func (s *terminal) put(r rune) {
	switch r {
	case '\r':
		s.col = 0
		return
	case '\n':
		s.row, s.col = s.row+1, 0
		if s.row == len(s.lines) {
			s.lines = append(s.lines, nil)
		}
		return
	}
	line := &s.lines[s.row]
	for len(*line) <= s.col {
		*line = append(*line, ' ')
	}
	(*line)[s.col] = r
	s.col++
}
