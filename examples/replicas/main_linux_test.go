package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"testing"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
	"github.com/stretchr/testify/require"
)

// TestMain makes the test binary a worker when the demonstration starts it as
// one.
func TestMain(m *testing.M) {
	text := os.Getenv(roleVariable)
	if text == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := runRole(ctx, text, os.Stdin, os.Stdout); err != nil {
		panic(err)
	}
}

// The demonstration must end by itself, and lose nothing, with a server of its
// own and with a given one.
func TestShow(t *testing.T) {
	pgcluster.Require(t)
	var out strings.Builder
	err := run(t.Context(), nil, &out)
	t.Log("\n" + out.String())
	require.NoError(t, err)
	require.Contains(t, out.String(), ": 0 lost, ")
	require.Contains(t, out.String(), "is killed, as by kill -9")
	require.Contains(t, out.String(), "leads 32 of the 64 shards", "the others take over")
	require.Contains(t, out.String(), "GAP (firstStart)")
	require.Contains(t, out.String(), "the PostgreSQL server was stopped")
}

func TestInterrupted(t *testing.T) {
	cluster := pgcluster.Start(t, nil)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out := &trigger{text: "people    book", pull: interrupt}
	err := run(ctx, []string{"-postgres", cluster.DSN()}, out)
	t.Log("\n" + out.printed.String())
	require.NoError(t, err)
	require.Contains(t, out.printed.String(), "end       receiver")
	require.Contains(t, out.printed.String(), "the schema ewspush_replicas_demo was removed")
}

func TestWithoutDatabase(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), []string{"-postgres", "host=/nowhere"}, &out)
	require.ErrorContains(t, err, "the database of -postgres")
	require.ErrorContains(t, run(t.Context(), []string{"now"}, &out), "unexpected arguments: now")
}

// trigger is a writer that acts on what is written.
type trigger struct {
	text    string
	pull    func()
	printed strings.Builder // written under the board's lock
}

func (w *trigger) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.pull()
	}
	return w.printed.Write(p)
}
