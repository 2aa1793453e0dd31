package ews

// The limits that apply where Limits leaves a field zero.
const (
	defaultMaxBytes  = 2 << 20
	defaultMaxDepth  = 64
	defaultMaxEvents = 10_000
)

// Limits bounds what a parser accepts. The zero value, like a nil *Limits,
// stands for the defaults; so does each field that is not positive.
type Limits struct {
	MaxBytes  int // size of the body in bytes, default 2 MiB; beyond it ErrTooLarge
	MaxDepth  int // elements inside one another, default 64; beyond it ErrTooDeep
	MaxEvents int // events in all messages of a body together, default 10,000; beyond it ErrTooManyEvents
}

func (l *Limits) orDefaults() Limits {
	set := Limits{MaxBytes: defaultMaxBytes, MaxDepth: defaultMaxDepth, MaxEvents: defaultMaxEvents}
	if l == nil {
		return set
	}
	if l.MaxBytes > 0 {
		set.MaxBytes = l.MaxBytes
	}
	if l.MaxDepth > 0 {
		set.MaxDepth = l.MaxDepth
	}
	if l.MaxEvents > 0 {
		set.MaxEvents = l.MaxEvents
	}
	return set
}
