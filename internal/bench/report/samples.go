package report

import "slices"

// Samples are the figures of one contender, turn by turn.
type Samples []float64

// Median returns the middle one, or 0 if there are none.
func (s Samples) Median() float64 { return s.Quantile(0.5) }

// Quantile returns the figure that the part q of the samples does not exceed.
func (s Samples) Quantile(q float64) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	if n := len(sorted); q == 0.5 && n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// Over returns the figures divided by those of the same turns of another
// contender: what drifts from turn to turn drifts for both.
func (s Samples) Over(other Samples) Samples {
	ratios := make(Samples, min(len(s), len(other)))
	for i := range ratios {
		ratios[i] = s[i] / other[i]
	}
	return ratios
}

// NewPairedRow returns a row with the medians of the samples, and of the ratios
// within each turn. The name of nothing to compare with is empty.
func NewPairedRow(
	path string, unit Unit, ours Samples, usual string, usually Samples, floor string, least Samples, targets ...Target,
) Row {
	r := Row{
		Path: path, Unit: unit, Targets: targets,
		Ours:  Figure{"ours", ours.Median()},
		Usual: Figure{usual, usually.Median()},
		Floor: Figure{floor, least.Median()},
	}
	if usual != "" {
		better := ours.Over(usually)
		if !unit.moreIsBetter() {
			better = usually.Over(ours)
		}
		r.VsUsual = better.Median()
	}
	if floor != "" {
		r.VsFloor = ours.Over(least).Median()
	}
	return r
}
