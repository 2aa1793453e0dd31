package main

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/subscribe"
)

// bookings is the application: the two methods that every user of ewspush
// writes. A real one would fetch what changed; this one prints it.
type bookings struct {
	board *board

	mu         sync.Mutex
	seen       map[string]bool // IDs of events
	watermarks map[string]bool // of events
	events     int
	again      int
	gaps       int
	stumble    bool                // fail the next event, once
	compared   func(subscribe.Gap) // called for each gap
}

func newBookings(b *board) *bookings {
	return &bookings{
		board:      b,
		seen:       make(map[string]bool),
		watermarks: make(map[string]bool),
		compared:   func(subscribe.Gap) {},
	}
}

// HandleEvent implements subscribe.Handler.
func (b *bookings) HandleEvent(_ context.Context, e subscribe.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stumble {
		b.stumble = false
		b.board.line(e.Key, "%s: the application's database is locked; the event will come again", eventWord(e))
		return errors.New("the database is locked")
	}
	note := ""
	if e.Attempt > 1 {
		note = ", at the second attempt"
	}
	if b.seen[e.ID] {
		b.again++
		note = ", known already: nothing to do"
	} else {
		b.seen[e.ID], b.watermarks[e.Watermark] = true, true
		b.events++
	}
	b.board.line(e.Key, "%s%s", eventWord(e), note)
	return nil
}

// HandleGap implements subscribe.Handler.
func (b *bookings) HandleGap(_ context.Context, g subscribe.Gap) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gaps++
	b.board.line(g.Key, "GAP (%s): comparing with Exchange", g.Cause)
	b.compared(g)
	return nil
}

// counts returns the numbers of events, of events that came again, and of gaps.
func (b *bookings) counts() (events, again, gaps int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.events, b.again, b.gaps
}

// eventWord says in a few words what an event tells.
func eventWord(e subscribe.Event) string {
	verb := strings.ToLower(strings.TrimSuffix(string(e.Type), "Event"))
	switch {
	case e.FolderID != nil:
		return "calendar " + verb
	case e.ItemID != nil && e.OldItemID != nil:
		return "item " + short(e.OldItemID.ID) + " " + verb + " to " + short(e.ItemID.ID)
	case e.ItemID != nil:
		return "item " + short(e.ItemID.ID) + " " + verb
	}
	return verb
}

// short is the end of an id, where ids differ.
func short(id string) string {
	const n = 5
	id = strings.TrimRight(id, "=A")
	if len(id) > n {
		return "…" + id[len(id)-n:]
	}
	return id
}

// stumbleOnce makes the next event fail.
func (b *bookings) stumbleOnce() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stumble = true
}

// knows reports whether every event of a change that concerns the calendar was
// handed over.
func (b *bookings) knows(c ewstest.Change, calendar string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range c.Events {
		if e.ItemID == nil || e.Type == ews.FreeBusyChangedEvent {
			continue
		}
		inCalendar := e.ParentFolderID.ID == calendar || e.OldParentFolderID != nil && e.OldParentFolderID.ID == calendar
		if inCalendar && !b.watermarks[e.Watermark] {
			return false
		}
	}
	return true
}
