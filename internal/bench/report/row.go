package report

import "fmt"

// Figure is one measured value and what it is the value of. A Figure without a
// name is none.
type Figure struct {
	Of    string
	Value float64
}

// Row compares ours with the usual way and with the floor: the least that the
// kernel, the disk or memory allow.
type Row struct {
	Path               string
	Unit               Unit
	Ours, Usual, Floor Figure
	// VsUsual is how many times better ours is than the usual way, VsFloor is
	// ours divided by the floor. Both are 0 where there is nothing to compare.
	VsUsual, VsFloor float64
	Targets          []Target
}

// NewRow returns a row with the ratios of the figures as they are. Where the
// figures were measured in turns, the ratios of each turn tell more.
func NewRow(path string, unit Unit, ours, usual, floor Figure, targets ...Target) Row {
	r := Row{Path: path, Unit: unit, Ours: ours, Usual: usual, Floor: floor, Targets: targets}
	if usual.Of != "" {
		r.VsUsual = unit.better(ours.Value, usual.Value)
	}
	if floor.Of != "" && floor.Value != 0 {
		r.VsFloor = ours.Value / floor.Value
	}
	return r
}

// better is how many times better a is than b.
func (u Unit) better(a, b float64) float64 {
	if u.moreIsBetter() {
		a, b = b, a
	}
	if a == 0 {
		return 0
	}
	return b / a
}

// Subject is what a target is about.
type Subject int

// The subjects of targets.
const (
	VsUsual Subject = iota // Row.VsUsual
	VsFloor                // Row.VsFloor
	Itself                 // Row.Ours
)

// Target is a bound for a row.
type Target struct {
	of    Subject
	least bool
	bound float64
}

// AtLeast is a target that is met from the bound on.
func AtLeast(of Subject, bound float64) Target { return Target{of, true, bound} }

// AtMost is a target that is met up to the bound.
func AtMost(of Subject, bound float64) Target { return Target{of, false, bound} }

// met reports whether a row meets the target.
func (t Target) met(r *Row) bool {
	value := map[Subject]float64{VsUsual: r.VsUsual, VsFloor: r.VsFloor, Itself: r.Ours.Value}[t.of]
	if t.least {
		return value >= t.bound
	}
	return value <= t.bound
}

func (t Target) text(u Unit) string {
	sign := "≤"
	if t.least {
		sign = "≥"
	}
	switch t.of {
	case VsUsual:
		return fmt.Sprintf("usual %s %s", sign, digits(t.bound))
	case VsFloor:
		return fmt.Sprintf("floor %s %s", sign, digits(t.bound))
	default:
		return fmt.Sprintf("%s %s", sign, u.text(t.bound))
	}
}
