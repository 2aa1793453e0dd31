package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestText: three digits, in a unit that suits.
func TestText(t *testing.T) {
	for want, f := range map[string]struct {
		unit  Unit
		value float64
	}{
		"0 ns":      {Seconds, 0},
		"690 ns":    {Seconds, 690e-9},
		"1.60 µs":   {Seconds, 1.6e-6},
		"12.4 ms":   {Seconds, 0.0124},
		"25.3 s":    {Seconds, 25.31},
		"123 /s":    {PerSecond, 123.4},
		"9999 /s":   {PerSecond, 9999},
		"105 k/s":   {PerSecond, 105_000},
		"2019 B":    {Bytes, 2019},
		"0.050 %":   {Percent, 0.05},
		"3.00":      {Count, 3},
		"0.000 %":   {Percent, 0.0001},
		"-0.250 %":  {Percent, -0.25},
		"1234567 B": {Bytes, 1_234_567},
	} {
		require.Equal(t, want, f.unit.text(f.value))
	}
}

// TestRatios: the usual way is beaten, the floor is approached, whether more is
// better or less.
func TestRatios(t *testing.T) {
	cost := NewRow("decode", Seconds, Figure{"ours", 2}, Figure{"xml", 40}, Figure{"memchr", 1},
		AtLeast(VsUsual, 20), AtMost(VsFloor, 1.9), AtMost(Itself, 2))
	require.Equal(t, []any{20.0, 2.0}, []any{cost.VsUsual, cost.VsFloor})
	rate := NewRow("post", PerSecond, Figure{"ours", 80}, Figure{"naive", 10}, Figure{"bare", 100},
		AtLeast(VsUsual, 8.1), AtLeast(VsFloor, 0.8))
	require.Equal(t, []any{8.0, 0.8}, []any{rate.VsUsual, rate.VsFloor})
	table := Table{Rows: []Row{cost, rate}, Notes: []string{"A note."}}
	require.Equal(t, strings.TrimLeft(`
| path   | ours    | usual way     | floor         | vs usual | vs floor | target                               | met          |
| ------ | ------- | ------------- | ------------- | -------- | -------- | ------------------------------------ | ------------ |
| decode | 2.00 s  | 40.0 s xml    | 1.00 s memchr | 20.0 ×   | 2.00 ×   | usual ≥ 20.0, floor ≤ 1.90, ≤ 2.00 s | yes, NO, yes |
| post   | 80.0 /s | 10.0 /s naive | 100 /s bare   | 8.00 ×   | 0.800 ×  | usual ≥ 8.10, floor ≥ 0.800          | NO, yes      |

A note.
`, "\n"), table.Markdown())

	none := NewRow("memory", Bytes, Figure{"ours", 0}, Figure{"goroutines", 3530}, Figure{}, AtMost(Itself, 300))
	require.Zero(t, none.VsUsual, "nothing is not so many times better")
	require.Contains(t, (&Table{Rows: []Row{none}}).Markdown(), "| yes |")
}

// TestSamples: medians are those of the turns, and ratios are taken within
// turns, so that a slow minute does not count.
func TestSamples(t *testing.T) {
	require.InDelta(t, 2, Samples{3, 1, 2}.Median(), 0)
	require.InDelta(t, 2.5, Samples{4, 1, 2, 3}.Median(), 0)
	require.Zero(t, Samples(nil).Median())
	require.InDelta(t, 99, Samples{99, 1}.Quantile(0.99), 0)

	ours, floor, usual := Samples{80, 40, 8}, Samples{100, 50, 10}, Samples{10, 5, 1}
	r := NewPairedRow("post", PerSecond, ours, "naive", usual, "bare", floor)
	require.InDelta(t, 40, r.Ours.Value, 0)
	require.InDelta(t, 0.8, r.VsFloor, 1e-9)
	require.InDelta(t, 8, r.VsUsual, 1e-9)
	r = NewPairedRow("decode", Seconds, Samples{1, 2}, "xml", Samples{20, 40}, "", nil)
	require.InDelta(t, 20, r.VsUsual, 1e-9)
	require.Zero(t, r.VsFloor)
	require.Empty(t, r.Floor.Of)
}

// TestReplace: only what is between the markers changes, however often.
func TestReplace(t *testing.T) {
	const document = "# P\n<!-- bench a -->\nold\n<!-- end a -->\nprose\n<!-- bench b -->\n<!-- end b -->\nend\n"
	const want = "# P\n<!-- bench a -->\n\nnew\n\n<!-- end a -->\nprose\n<!-- bench b -->\n<!-- end b -->\nend\n"
	for _, old := range []string{document, want} {
		got, err := Replace(old, "a", "\nnew\n")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := Replace(document, "c", "new")
	require.ErrorContains(t, err, `"<!-- bench c -->"`)
	_, err = Replace("<!-- bench a -->\n", "a", "new")
	require.ErrorContains(t, err, `"<!-- end a -->"`)
}

// TestCircumstances: the least that is known everywhere.
func TestCircumstances(t *testing.T) {
	require.Regexp(t, `^\d+ × .+ · go1\.\d+.* · \d{4}-\d\d-\d\d$`, Circumstances(t.Context(), t.TempDir()))
}
