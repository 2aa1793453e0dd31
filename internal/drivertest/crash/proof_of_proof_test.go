package crash

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/stretchr/testify/require"
)

// The proof must find what it is there to find.
func TestProofFinds(t *testing.T) {
	exchange := ewstest.NewServer(&ewstest.Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(exchange.Close)
	r := room{Key: "room", Mailbox: "room@example.com"}
	m := exchange.Mailbox(r.Mailbox)
	for range 3 {
		m.CreateItem() // two events each that the subscription is told of
	}
	folder, err := m.Folder(ews.FolderID{DistinguishedID: ews.CalendarFolder})
	require.NoError(t, err)
	var events []string
	for _, c := range m.Changes() {
		for _, e := range c.Events {
			if concerns(&e, folder.ID) {
				events = append(events, eventName(&e))
			}
		}
	}
	require.Len(t, events, 6)

	begin := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	at := func(seconds float64) time.Time { return begin.Add(time.Duration(seconds * float64(time.Second))) }
	starts := func(life string, call int64, seconds float64) line {
		return line{At: at(seconds), Life: life, Kind: lineBegin, Key: r.Key, Call: call}
	}
	handles := func(life string, call int64, seconds float64, event string) line {
		return line{At: at(seconds), Life: life, Kind: lineEvent, Key: r.Key, Call: call, Event: event, ID: "id of " + event}
	}
	// all handles the events in the given order, in one life.
	all := func(order ...int) (lines []line) {
		for i, n := range order {
			call := int64(i + 1)
			lines = append(lines, starts("a/1", call, float64(i)), handles("a/1", call, float64(i)+0.5, events[n]))
		}
		return lines
	}
	gap := func(cause string, covered int) []line {
		return []line{
			starts("a/1", 100, 100),
			{At: at(101), Life: "a/1", Kind: lineGap, Key: r.Key, Call: 100, Cause: cause, Covered: covered},
		}
	}
	// takeover: b begins a call while one of a's is open, which ends late.
	takeover := func() []line {
		return append(all(0, 1, 2, 3, 4, 5),
			starts("a/1", 7, 10), starts("b/1", 1, 15), handles("b/1", 1, 16, events[5]), handles("a/1", 7, 17, events[5]))
	}
	wrongID := all(0, 1, 2, 3, 4, 5)
	wrongID[3].ID = wrongID[1].ID

	for _, c := range []struct {
		name  string
		lines []line
		fates func(*fates)
		want  string // the beginning of the first violation; empty for none
	}{
		{name: "all is well", lines: all(0, 1, 2, 3, 4, 5)},
		{name: "again from the middle", lines: all(0, 1, 2, 1, 2, 3, 4, 5)},
		{name: "one is missing", lines: all(0, 1, 2, 4, 5), want: "LOST: room: ModifiedEvent of change 1"},
		{name: "the last is missing", lines: all(0, 1, 2, 3, 4), want: "LOST: room: ModifiedEvent of change 2"},
		{name: "covered by the first start", lines: append(gap("firstStart", 2), all(4, 5)...)},
		{name: "not covered by the first start", lines: append(gap("firstStart", 1), all(4, 5)...), want: "LOST: room: CreatedEvent of change 1"},
		{name: "another gap does not stand for an event", lines: append(gap("silence", 2), all(4, 5)...), want: "LOST: room: CreatedEvent of change 0"},
		{name: "out of order", lines: all(0, 2, 1, 3, 4, 5), want: "room: " + events[1]},
		{name: "one ID for two", lines: wrongID, want: "room: one ID for two events"},
		{
			name: "never happened", lines: append(all(0, 1, 2, 3, 4, 5), starts("a/1", 7, 7), handles("a/1", 7, 8, "CreatedEvent x")),
			want: "room: CreatedEvent x was handled and never happened",
		},
		{name: "two at once", lines: takeover(), want: "room: a call in a/1"},
		{name: "two at once, the first in a pause", lines: takeover(), fates: func(f *fates) {
			f.stops["a/1"] = []stop{{at(11), at(16.5)}}
		}},
		{name: "two at once, a pause before its time", lines: takeover(), fates: func(f *fates) {
			f.stops["a/1"] = []stop{{at(2), at(8)}}
		}, want: "room: a call in a/1"},
		{name: "two at once in one process", lines: append(all(0, 1, 2, 3, 4, 5), starts("a/1", 7, 10), starts("a/1", 8, 11)), fates: func(f *fates) {
			f.stops["a/1"] = []stop{{at(10), at(12)}}
		}, want: "room: a call in a/1"},
		{name: "the first was killed before", lines: append(all(0, 1, 2, 3, 4, 5), starts("a/1", 7, 10), starts("b/1", 1, 15)), fates: func(f *fates) {
			f.killed["a/1"] = at(14)
		}},
		{name: "the first was killed later", lines: append(all(0, 1, 2, 3, 4, 5), starts("a/1", 7, 10), starts("b/1", 1, 15)), fates: func(f *fates) {
			f.killed["a/1"] = at(15.1)
		}, want: "room: a call in a/1"},
		{name: "the machine stood still", lines: append(takeover(), line{At: at(16.5), Life: "a/1", Kind: lineStall, For: 4 * time.Second})},
		{name: "an end without a beginning", lines: append(all(0, 1, 2, 3, 4, 5), handles("a/1", 7, 10, events[5])), want: "room: a/1 7 ends"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFates()
			if c.fates != nil {
				c.fates(f)
			}
			p := newProof([]room{r})
			for _, l := range c.lines {
				p.add(l, f)
			}
			p.verify(r, m.Changes(), folder.ID)
			p.judgeOverlaps(f)
			if c.want == "" {
				require.Empty(t, p.violations)
				return
			}
			require.NotEmpty(t, p.violations)
			require.Contains(t, p.violations[0], c.want)
		})
	}
}

// What a killed process has left of a line spoils no other.
func TestDiarySurvivesTornLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "diary")
	first, err := openDiary(path, "a/1")
	require.NoError(t, err)
	require.NoError(t, first.write(line{Kind: lineBegin, Key: "room", Call: 1}))
	_, err = first.file.WriteString("\n{\"at\":\"2026-01-01T")
	require.NoError(t, err)
	require.NoError(t, first.file.Close())

	r, err := openReader(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.file.Close()) })
	lines, err := r.next()
	require.NoError(t, err)
	require.Len(t, lines, 1)

	second, err := openDiary(path, "a/2")
	require.NoError(t, err)
	require.NoError(t, second.write(line{Kind: lineEvent, Key: "room", Call: 1, Event: "x", ID: "y"}))
	lines, err = r.next()
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.Equal(t, "a/2", lines[0].Life)
	require.Equal(t, "x", lines[0].Event)
	require.Equal(t, 1, r.torn)
	require.NoError(t, second.file.Close())
	require.NoError(t, os.Remove(path))
}
