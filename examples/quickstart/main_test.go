package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// The demo must end by itself, and lose nothing.
func TestDemo(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-db", filepath.Join(t.TempDir(), "new.db")}, &out))
	t.Log("\n" + out.String())
	require.Contains(t, out.String(), "new.db, which is new")
	require.Contains(t, out.String(), " 0 lost.")
	require.Contains(t, out.String(), "GAP (firstStart)")
	require.Contains(t, out.String(), "GAP (serverError)")
	require.Contains(t, out.String(), "resuming where it left off")
	require.Contains(t, out.String(), "at the second attempt")
	require.Contains(t, out.String(), "start it again")
}

// A run that is interrupted with an event in hand leaves it to the next one.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	first := runUntil(t, path, "is locked; the event will come again")
	require.Contains(t, first, "GAP (firstStart)")
	// Heartbeats may wait behind it.
	require.Regexp(t, `Interrupted\. [1-9]\d* notifications that were acknowledged wait`, first)
	locked := regexp.MustCompile(`(?m)s  (\w+) +item .* is locked`).FindStringSubmatch(first)
	require.NotNil(t, locked)

	second := runUntil(t, path, "people    change the stand-up")
	require.Regexp(t, `it has 3 rooms, and [1-9]\d* notifications that wait`, second)
	require.NotContains(t, second, "firstStart", "the rooms are known")
	require.Contains(t, second, "GAP (watermarkRefused)")
	left := strings.Index(second, fmt.Sprintf("%-9s item ", locked[1]))
	gap := strings.Index(second, fmt.Sprintf("%-9s GAP", locked[1]))
	require.Positive(t, left, "what waited is handed over")
	require.Less(t, left, gap, "in its order")
	require.Contains(t, second, "Interrupted. ")
}

// runUntil runs the demo, interrupts it as soon as it has printed text, and
// returns what it printed.
func runUntil(t *testing.T, path, text string) string {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out := &trigger{text: text, pull: interrupt}
	require.NoError(t, run(ctx, []string{"-db", path}, out))
	t.Log("\n" + out.printed.String())
	return out.printed.String()
}

// trigger is a writer that acts on what is written.
type trigger struct {
	text string
	pull func()

	mu      sync.Mutex
	printed strings.Builder
}

func (w *trigger) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.Contains(string(p), w.text) {
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
