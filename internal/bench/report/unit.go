package report

import (
	"math"
	"strconv"
	"time"
)

// Unit is what a figure counts, and thereby how it is written and whether more
// of it is better.
type Unit int

// The units of figures.
const (
	Seconds   Unit = iota // less is better
	PerSecond             // more is better
	Bytes                 // less is better
	Count                 // less is better
	Percent               // of one core; less is better
)

// moreIsBetter reports which end of the scale is the good one.
func (u Unit) moreIsBetter() bool { return u == PerSecond }

// text writes a figure with three digits.
func (u Unit) text(v float64) string {
	switch u {
	case Seconds:
		d := time.Duration(v * float64(time.Second))
		switch {
		case d < time.Microsecond:
			return digits(v*1e9) + " ns"
		case d < time.Millisecond:
			return digits(v*1e6) + " µs"
		case d < time.Second:
			return digits(v*1e3) + " ms"
		}
		return digits(v) + " s"
	case PerSecond:
		if v >= 10_000 {
			return digits(v/1e3) + " k/s"
		}
		return digits(v) + " /s"
	case Bytes:
		return digits(v) + " B"
	case Percent:
		return digits(v) + " %"
	default:
		return digits(v)
	}
}

// digits writes a number with three digits, or all those in front of the point.
func digits(v float64) string {
	if v == 0 {
		return "0"
	}
	decimals := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	return strconv.FormatFloat(v, 'f', min(max(decimals, 0), 3), 64)
}
