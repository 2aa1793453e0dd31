package push_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/subscribe"
)

// proof is the application's memory, which outlives its processes, and what is
// held against the truth at the end.
type proof struct {
	exchange *ewstest.Server

	mu      sync.Mutex
	rnd     *rand.Rand
	bad     bool // the handler fails now and then
	dead    map[*application]bool
	rooms   map[string]*roomProof // by mailbox
	results map[string]int
	gaps    map[subscribe.Cause]int
}

// roomProof is what the application knows of one room.
type roomProof struct {
	delivered map[string]int // event → how often; an event is named by its type and watermark
	sequence  []delivery     // first deliveries and gaps, in order
	ids       map[string]string
	covered   int // changes up to this one are covered by a comparison
	inside    int // calls of the Handler under way
}

// delivery is the first delivery of an event, or a gap.
type delivery struct {
	event   string // empty for a gap
	covered int    // how many changes were covered by then
}

// patience is how many deliveries a gap may come late: of several gaps that
// wait the newest is handed over, behind the events in front of it.
const patience = 25

func newProof(exchange *ewstest.Server, rooms []string, seed uint64) *proof {
	p := &proof{
		exchange: exchange,
		rnd:      rand.New(rand.NewPCG(seed, 1<<32)),
		bad:      true,
		dead:     make(map[*application]bool),
		rooms:    make(map[string]*roomProof),
		results:  make(map[string]int),
		gaps:     make(map[subscribe.Cause]int),
	}
	for _, room := range rooms {
		p.rooms[room] = &roomProof{delivered: make(map[string]int), ids: make(map[string]string)}
	}
	return p
}

func eventName(e *ews.Event) string { return string(e.Type) + " " + e.Watermark }

func (p *proof) handler(app *application) subscribe.Handler { return simHandler{p, app} }

// calm lets the handler work without fail.
func (p *proof) calm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bad = false
}

// bury makes everything that a killed process still does void.
func (p *proof) bury(app *application) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead[app] = true
}

// simHandler is the Handler of one life of the process.
type simHandler struct {
	*proof
	app *application
}

// HandleEvent implements subscribe.Handler.
func (h simHandler) HandleEvent(ctx context.Context, e subscribe.Event) error {
	return h.handle(ctx, e.Mailbox, func(r *roomProof) string {
		name := eventName(&e.Event)
		if other, ok := r.ids[e.ID]; ok && other != name {
			return "two events with one ID"
		}
		r.ids[e.ID] = name
		if r.delivered[name]++; r.delivered[name] == 1 {
			r.sequence = append(r.sequence, delivery{name, r.covered})
			return "event"
		}
		return "event again"
	})
}

// HandleGap implements subscribe.Handler: it compares, which covers all changes
// that have been made so far.
func (h simHandler) HandleGap(ctx context.Context, g subscribe.Gap) error {
	changes := len(h.exchange.Mailbox(g.Mailbox).Changes())
	return h.handle(ctx, g.Mailbox, func(r *roomProof) string {
		r.covered = max(r.covered, changes)
		r.sequence = append(r.sequence, delivery{"", r.covered})
		h.gaps[g.Cause]++
		return "gap"
	})
}

func (h simHandler) handle(ctx context.Context, mailbox string, work func(*roomProof) string) error {
	h.mu.Lock()
	if h.dead[h.app] {
		h.mu.Unlock()
		return errBadDay
	}
	r := h.rooms[mailbox]
	if r.inside++; r.inside > 1 {
		h.results["VIOLATION: two calls for one key at once"]++
	}
	luck := 99
	if h.bad {
		luck = h.rnd.IntN(100)
	}
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		r.inside--
		h.mu.Unlock()
	}()
	switch {
	case luck < 2:
		return errBadDay
	case luck == 2:
		panic(errBadDay)
	case luck == 3:
		<-ctx.Done() // hangs until it is told to give up
		return ctx.Err()
	case luck < 10:
		sleep(ctx, 2*time.Second)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dead[h.app] {
		return errBadDay
	}
	h.results[work(r)]++
	return nil
}

// verify holds what the application knows against what Exchange knows.
func (w *world) verify() {
	p := w.proof
	p.mu.Lock()
	defer p.mu.Unlock()
	calendar := func(m *ewstest.Mailbox) string {
		id, err := m.Folder(ews.FolderID{DistinguishedID: ews.CalendarFolder})
		if err != nil {
			w.t.Fatal(err)
		}
		return id.ID
	}
	for _, room := range w.rooms {
		m, r := w.exchange.Mailbox(room), p.rooms[room]
		var events []changeEvent // that the subscription is told of
		number := make(map[string]int)
		for i, change := range m.Changes() {
			for _, e := range change.Events {
				if concerns(&e, calendar(m)) {
					number[eventName(&e)] = len(events)
					events = append(events, changeEvent{eventName(&e), i, change})
				}
			}
		}
		lost := func(e changeEvent, before string) {
			w.t.Errorf("%s: %s of change %d of %d (%s at %v) is LOST: neither handed over nor covered by a gap before %s",
				room, e.name, e.change, len(m.Changes()), e.made.Verb, e.made.Time, before)
		}
		// Whenever an event is handed over, everything before it has been
		// handed over, or is covered by a gap then or soon.
		seen, next := make(map[string]bool), 0
		for i, d := range r.sequence {
			if d.event == "" {
				continue
			}
			soon := r.sequence[min(i+patience, len(r.sequence)-1)].covered
			n, known := number[d.event]
			if !known {
				w.t.Errorf("%s: %s was handed over and never happened", room, d.event)
				continue
			}
			if n < next && events[n].change >= d.covered {
				w.t.Errorf("%s: %s of change %d was first handed over after a later one", room, d.event, events[n].change)
			}
			for ; next < n; next++ {
				if e := events[next]; e.change >= soon && !seen[e.name] {
					lost(e, d.event)
				}
			}
			seen[d.event] = true
		}
		for ; next < len(events); next++ {
			if e := events[next]; e.change >= r.covered && !seen[e.name] {
				lost(e, "the end")
			}
		}
	}
	perMailbox := make(map[string]int)
	for _, sub := range w.exchange.Subscriptions() {
		perMailbox[sub.Mailbox]++
	}
	for status, err := range w.app.svc.All(w.t.Context()) {
		if room := status.Spec.Mailbox; err != nil || perMailbox[room] != 1 {
			w.t.Errorf("%s: Exchange holds %d subscriptions, want 1; status %+v, %v", room, perMailbox[room], status, err)
		}
	}
	for what, n := range p.results {
		if strings.HasPrefix(what, "VIOLATION") || strings.HasPrefix(what, "two") {
			w.t.Errorf("%s: %d times", what, n)
		}
	}
}

// changeEvent is one event of a change that was made.
type changeEvent struct {
	name   string
	change int
	made   ewstest.Change
}

// concerns reports whether the subscription of the simulation is told of an
// event: the calendar, without FreeBusyChanged.
func concerns(e *ews.Event, folder string) bool {
	if e.Type == ews.FreeBusyChangedEvent || e.Type == ews.NewMailEvent {
		return false
	}
	switch {
	case e.FolderID != nil:
		return e.FolderID.ID == folder
	case e.ParentFolderID.ID == folder:
		return true
	}
	return e.OldParentFolderID != nil && e.OldParentFolderID.ID == folder
}

// summary tells what the week was like.
func (w *world) summary() string {
	var b strings.Builder
	changes := 0
	for _, room := range w.rooms {
		changes += len(w.exchange.Mailbox(room).Changes())
	}
	fmt.Fprintf(&b, "%d changes in %d rooms\n", changes, len(w.rooms))
	for _, part := range []map[string]int{w.events, w.proof.results} {
		for _, what := range slices.Sorted(maps.Keys(part)) {
			fmt.Fprintf(&b, "%6d %s\n", part[what], what)
		}
	}
	for _, cause := range slices.Sorted(maps.Keys(w.proof.gaps)) {
		fmt.Fprintf(&b, "%6d gaps: %s\n", w.proof.gaps[cause], cause)
	}
	fmt.Fprintf(&b, "%+v", w.exchange.Stats())
	return b.String()
}
