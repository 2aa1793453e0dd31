package main

import (
	"context"
	"net"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/stretchr/testify/require"
)

// The demo must end by itself, and the application must have what Exchange has.
func TestDemo(t *testing.T) {
	t.Parallel()
	text := runUntil(t, filepath.Join(t.TempDir(), "new.db"), func(string) bool { return false })
	require.Contains(t, text, "new.db, which is new")
	require.Contains(t, text, "\n9 bookings according to Exchange = 9 bookings according to the application.\n")
	require.NotContains(t, text, "DIFFERENT")
	require.Regexp(t, `and [1-9]\d* of them again`, text)
	require.Contains(t, text, "kill -9")
	// What a slow machine may sum up is left out here.
	for _, line := range []string{
		`Oslo +the calendar has been read: \d booking`,
		`Quito +booked Tue .* 10:00–11:00, Planning, Carla Diaz\n`,
		`after the commit \*\*\*\n(.*\n)*.*told again, and known by its ID`,
		`Exchange cannot reach us; polling takes over\n(.*\n)*.* Cairo +booked Mon .* Handover`,
		`Quito +cancelled Thu .* Workshop, Anna Berg\n`,
		`sync state of Oslo.*\n(.*\n)*.* Oslo +booked Wed .* 16:00–17:00, Carla Diaz\n`,
	} {
		require.Regexp(t, line, text)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "new.db") {
			continue // in whatever directory
		}
		require.LessOrEqual(t, len([]rune(line)), width+1, line)
	}
}

// A run that was interrupted leaves its bookings to the next one, which finds
// another Exchange and tells each of them as cancelled.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	planned := 0
	first := runUntil(t, path, func(text string) bool {
		planned += strings.Count(text, "Planning")
		return planned == 4
	})
	kept := regexp.MustCompile(`Interrupted\. .*state\.db has (\d+) bookings`).FindStringSubmatch(first)
	require.NotNil(t, kept)
	n, err := strconv.Atoi(kept[1])
	require.NoError(t, err)

	cancelled := 0
	second := runUntil(t, path, func(text string) bool {
		cancelled += strings.Count(text, " cancelled ")
		return strings.Contains(text, "the front desk agrees")
	})
	require.Contains(t, second, "state.db has "+kept[1]+" bookings from an earlier run")
	require.NotContains(t, second, "has been read", "it was")
	require.Equal(t, n, cancelled, "each once")
	require.Contains(t, second, "Interrupted. ")
}

// Against a server that is not the demo's: the flags, and the comparison in the
// end.
func TestFollow(t *testing.T) {
	exchange := ewstest.NewServer(nil)
	defer exchange.Close()
	room := exchange.Mailbox("room1@example.com")
	exchange.AddAccount(`EXAMPLE\svc-rooms`, "s3cret", ewstest.Impersonate(room.Address()))
	t.Setenv("ROOMS_PASSWORD", "s3cret")
	listen := freeAddress(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	start := time.Now().Add(24 * time.Hour)
	out := &trigger{ready: func(text string) bool {
		if strings.Contains(text, "all day") {
			return true
		}
		if strings.Contains(text, "has been read") { // so what follows is told, not found
			_, err := room.Book(ewstest.Appointment{Subject: "\u009b2JBudget", AllDay: true, Start: start, End: start})
			require.NoError(t, err)
		}
		return false
	}, pull: interrupt}
	err := run(ctx, []string{
		"-ews", exchange.URL(), "-basic", "-user", `EXAMPLE\svc-rooms`, "-password-from", "ROOMS_PASSWORD", "-rooms", room.Address(), "-callback", "http://" + listen, "-listen", listen,
		"-db", filepath.Join(t.TempDir(), "rooms.db"),
	}, out)
	t.Log("\n" + out.printed.String())
	require.NoError(t, err)
	require.Contains(t, out.printed.String(), "room1@example.com: 1 alike, 0 missing, 0 surplus, 0 different")
	require.Contains(t, out.printed.String(), " all day,  2JBudget\n", "without what a terminal would obey")
}

// freeAddress returns an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// runUntil runs the demo, interrupts it as soon as ready says so of something
// that it prints, and returns all that it printed.
func runUntil(t *testing.T, path string, ready func(string) bool) string {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out := &trigger{ready: ready, pull: interrupt}
	err := run(ctx, []string{"-plain", "-db", path}, out)
	t.Log("\n" + out.printed.String())
	require.NoError(t, err)
	return out.printed.String()
}

// trigger is a writer that acts on what is written.
type trigger struct {
	ready func(string) bool
	pull  func()

	mu      sync.Mutex
	printed strings.Builder
}

func (w *trigger) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ready(string(p)) {
		w.pull()
	}
	return w.printed.Write(p)
}

func TestFlagsAreChecked(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.ErrorContains(t, run(t.Context(), []string{"-ews", "https://mail.example.com/EWS/Exchange.asmx"}, &out), "-callback is required")
	require.ErrorContains(t, run(t.Context(), []string{"now"}, &out), "unexpected arguments: now")
	require.Error(t, run(t.Context(), []string{"-nonsense"}, &out))
	require.Error(t, run(t.Context(), []string{"-db", filepath.Join(t.TempDir(), "no", "such", "directory", "x.db")}, &out))
}
