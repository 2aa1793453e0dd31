package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/bench/process"
	"github.com/ewspush/ewspush/internal/bench/report"
)

// TestMain: the processes that a section starts are this program, too.
func TestMain(m *testing.M) {
	child, err := process.Main(context.Background(), roles())
	if !child {
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestSections: every section works, with figures that can be, whatever they
// are.
func TestSections(t *testing.T) {
	for _, s := range sections() {
		t.Run(s.name, func(t *testing.T) {
			b := &bench{scale: tiny(), dir: t.TempDir(), progress: t.Output()}
			table, err := s.measure(t.Context(), b)
			require.NoError(t, err)
			require.NotEmpty(t, table.Rows)
			paths := make(map[string]bool)
			for _, r := range table.Rows {
				key := r.Path + r.Floor.Of
				require.False(t, paths[key], "%s, compared with %s: twice", r.Path, r.Floor.Of)
				paths[key] = true
				for _, f := range []float64{r.Ours.Value, r.Usual.Value, r.Floor.Value, r.VsUsual, r.VsFloor} {
					require.False(t, math.IsNaN(f) || math.IsInf(f, 0) || f < 0, "%s: %+v", r.Path, r)
				}
				if r.Unit != report.Count && r.Usual.Of != "" {
					require.Positive(t, r.Usual.Value, r.Path)
				}
			}
		})
	}
}

// TestRun: the arguments choose the sections, and what makes no sense is
// refused before anything is measured.
func TestRun(t *testing.T) {
	for complaint, args := range map[string][]string{
		`there is no section "memory"`:  {"-only", "decode,memory"},
		"the figures of -quick say":     {"-quick", "-write"},
		`what is "decode"?`:             {"-quick", "decode"},
		"flag provided but not defined": {"-slow"},
	} {
		require.ErrorContains(t, run(t.Context(), args, t.Output(), t.Output()), complaint)
	}
}
