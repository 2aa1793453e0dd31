package crash

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/subscribe"
)

// proof holds what the applications wrote down against what Exchange knows.
//
// What must be true, for each room:
//
//   - Every event of every change was handled at least once, or the change is
//     covered by a gap that was handled after it. Since Exchange keeps its
//     history in these tests, and the store what was acknowledged, the only gap
//     that may stand for an event is the one of the first start.
//   - The first times that events were handled are in the order of the changes.
//   - No event was handled that never happened, and the same ID is always the
//     same event.
//   - There is never more than one call of the Handler. See overlap for the
//     exception.
type proof struct {
	rooms map[string]*roomProof // by key
	open  map[string]map[string]*call
	calls map[string]*call // by life and number, those that are open

	overlaps   []overlap
	stalls     map[string][]stop // by life
	violations []string
	counts     map[string]int
}

// roomProof is what the applications know of one room.
type roomProof struct {
	handled  map[string]int    // event → how often
	sequence []string          // events in the order in which they were first handled
	ids      map[string]string // ID → event
	done     int               // all events of changes up to this one have been handled
	started  bool              // a gap of the first start was handled
	start    int               // changes up to this one are covered by a gap of the first start
	covered  int               // … by any gap
}

// call is one call of the Handler.
type call struct {
	life, key  string
	begin, end time.Time // end is zero while it is open
}

// overlap is two calls for one key that were under way at once.
//
// A replica that is stopped by SIGSTOP, or by a machine that has no time for
// it, in the middle of a call cannot notice that its lease runs out. Others take
// over, and when it is continued it finds its context ended, but whatever it
// does until it looks is done beside the new owner's calls. So an overlap is
// allowed if one of the two stood still during its call, or so shortly before
// that it had claimed its right to the call already. Every other is a violation.
type overlap struct{ first, second *call }

// slack is how long a process may take from its claim to a call to the line
// that the call begins with.
const slack = time.Second

func newProof(rooms []room) *proof {
	p := &proof{
		rooms:  make(map[string]*roomProof),
		open:   make(map[string]map[string]*call),
		calls:  make(map[string]*call),
		stalls: make(map[string][]stop),
		counts: make(map[string]int),
	}
	for _, r := range rooms {
		p.rooms[r.Key] = &roomProof{handled: make(map[string]int), ids: make(map[string]string)}
		p.open[r.Key] = make(map[string]*call)
	}
	return p
}

func (p *proof) violation(format string, args ...any) {
	p.violations = append(p.violations, fmt.Sprintf(format, args...))
}

// add takes the next line of the diary.
func (p *proof) add(l line, f *fates) {
	if l.Kind == lineStall {
		p.counts["stalls of a process"]++
		p.stalls[l.Life] = append(p.stalls[l.Life], stop{l.At.Add(-l.For), l.At})
		return
	}
	r := p.rooms[l.Key]
	if r == nil {
		p.violation("a line about room %q, which there is not", l.Key)
		return
	}
	if l.Kind == lineBegin {
		p.begin(l, f)
		return
	}
	p.end(l)
	switch l.Kind {
	case lineEvent:
		r.event(p, l)
	case lineGap:
		p.counts["gaps: "+l.Cause]++
		r.covered = max(r.covered, l.Covered)
		if l.Cause == string(subscribe.CauseFirstStart) {
			r.started, r.start = true, max(r.start, l.Covered)
		}
	case lineFailed:
		p.counts["calls that failed"]++
	default:
		p.violation("a line of kind %q", l.Kind)
	}
}

func (r *roomProof) event(p *proof, l line) {
	if known, ok := r.ids[l.ID]; ok && known != l.Event {
		p.violation("%s: one ID for two events: %s and %s", l.Key, known, l.Event)
	}
	r.ids[l.ID] = l.Event
	r.handled[l.Event]++
	if r.handled[l.Event] > 1 {
		p.counts["events handled again"]++
		return
	}
	p.counts["events"]++
	r.sequence = append(r.sequence, l.Event)
}

func callName(l line) string { return fmt.Sprintf("%s %d", l.Life, l.Call) }

func (p *proof) begin(l line, f *fates) {
	c := &call{life: l.Life, key: l.Key, begin: l.At}
	for name, other := range p.open[l.Key] {
		switch killed := f.killedAt(other.life); {
		case !killed.IsZero() && !l.At.Before(killed):
			other.end = killed
			delete(p.open[l.Key], name)
			delete(p.calls, name)
		default:
			p.overlaps = append(p.overlaps, overlap{other, c})
		}
	}
	p.open[l.Key][callName(l)] = c
	p.calls[callName(l)] = c
}

func (p *proof) end(l line) {
	name := callName(l)
	c := p.calls[name]
	if c == nil {
		p.violation("%s: %s ends a call that has not begun", l.Key, name)
		return
	}
	c.end = l.At
	delete(p.calls, name)
	delete(p.open[l.Key], name)
}

// judgeOverlaps returns how many overlaps are allowed; the others are
// violations.
func (p *proof) judgeOverlaps(f *fates) (allowed int) {
	for _, o := range p.overlaps {
		if o.first.life != o.second.life && (p.stoodStill(o.first, f) || p.stoodStill(o.second, f)) {
			allowed++
			continue
		}
		p.violation("%s: a call in %s from %s to %s beside one in %s from %s to %s", o.first.key,
			o.first.life, clock(o.first.begin), clock(o.first.end), o.second.life, clock(o.second.begin), clock(o.second.end))
	}
	return allowed
}

func (p *proof) stoodStill(c *call, f *fates) bool {
	for _, s := range append(f.stopsOf(c.life), p.stalls[c.life]...) {
		if (c.end.IsZero() || s.begin.Before(c.end)) && s.end.After(c.begin.Add(-slack)) {
			return true
		}
	}
	return false
}

// missing returns the first event that has neither been handled nor was made
// before the first start was compared.
func (p *proof) missing(r room, changes []ewstest.Change, calendar string) (first string, ok bool) {
	known := p.rooms[r.Key]
	for i := max(known.start, known.done); i < len(changes); i++ {
		for _, e := range changes[i].Events {
			if concerns(&e, calendar) && known.handled[eventName(&e)] == 0 {
				return fmt.Sprintf("%s: %s of change %d (%s) of %d; compared at first %d, at last %d",
					r.Key, e.Type, i, changes[i].Verb, len(changes), known.start, known.covered), true
			}
		}
		known.done = i + 1
	}
	return "", false
}

// verify is the final judgement on one room.
func (p *proof) verify(r room, changes []ewstest.Change, calendar string) {
	if first, ok := p.missing(r, changes, calendar); ok {
		p.violation("LOST: %s", first)
	}
	order := make(map[string]int) // event → its place
	for _, change := range changes {
		for _, e := range change.Events {
			if concerns(&e, calendar) {
				order[eventName(&e)] = len(order)
			}
		}
	}
	last := -1
	for _, name := range p.rooms[r.Key].sequence {
		n, ok := order[name]
		switch {
		case !ok:
			p.violation("%s: %s was handled and never happened", r.Key, name)
		case n < last:
			p.violation("%s: %s, number %d, was first handled after number %d", r.Key, name, n, last)
		}
		last = max(last, n)
	}
}

func (f *fates) killedAt(life string) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.killed[life]
}

func (f *fates) stopsOf(life string) []stop {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.stops[life])
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "the end"
	}
	return t.Format("15:04:05.000")
}

// counted is a list of counts for people.
func counted(parts ...map[string]int) string {
	var text strings.Builder
	for _, part := range parts {
		for _, what := range slices.Sorted(maps.Keys(part)) {
			fmt.Fprintf(&text, "%8d %s\n", part[what], what)
		}
	}
	return text.String()
}
