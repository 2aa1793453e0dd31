package ews

import "time"

// limit is how many calls may be in flight. It is halved when the server says
// that there are too many, and grows by one with each recovery.
type limit struct {
	most, now int
	changed   time.Time
	shrunk    time.Time
}

// recovery is how long a limit lasts before it grows.
const recovery = 15 * time.Second

func (l *limit) at(now time.Time) int {
	if l.now < l.most {
		if steps := now.Sub(l.changed) / recovery; steps > 0 {
			l.now = int(min(time.Duration(l.most), time.Duration(l.now)+steps))
			l.changed = l.changed.Add(steps * recovery)
		}
	}
	return l.now
}

// shrink notes that a call was one too many among those in flight. Calls that
// were begun before the limit was last halved do not count: they tell of the
// time before.
func (l *limit) shrink(begun, now time.Time, inFlight int) {
	if begun.Before(l.shrunk) {
		return
	}
	l.now = max(1, min(l.at(now), inFlight)/2)
	l.changed, l.shrunk = now, now
}
