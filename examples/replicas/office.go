package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// office is the fake Exchange and the people, and what the workers have told.
type office struct {
	board    *board
	exchange *ewstest.Server
	names    []string          // of the rooms
	rooms    map[string]string // mailboxes by name

	mu       sync.Mutex
	compared map[string]bool // rooms
	handled  map[string]int  // events, by room and name
	by       map[string]int  // events by worker
	gaps     int
	made     int
}

func newOffice(b *board) *office {
	o := &office{
		board: b,
		exchange: ewstest.NewServer(&ewstest.Options{
			Minute: time.Second, Delay: 100 * time.Millisecond, Logger: slog.New(slog.DiscardHandler),
			Seed: rand.Uint64(), //nolint:gosec // G404: other mailboxes each time, that is all
		}),
		names:    []string{"Oslo", "Lima", "Cairo", "Quito", "Delhi", "Tokyo"},
		rooms:    make(map[string]string),
		compared: make(map[string]bool),
		handled:  make(map[string]int),
		by:       make(map[string]int),
	}
	for _, name := range o.names {
		o.rooms[name] = name + "@example.com"
		o.exchange.Mailbox(o.rooms[name])
	}
	return o
}

// told takes a worker's report, and shows what is of interest to people.
func (o *office) told(who string, r report) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case r.Shards != nil:
		o.board.line(who, "leads %d of the 64 shards", *r.Shards)
	case r.Subscribed != "":
		o.board.line(who, "%s", r.Subscribed)
	case r.Gap != "":
		o.gaps++
		o.compared[r.Room] = true
		o.board.line(who, "%s: GAP (%s): comparing with Exchange", r.Room, r.Gap)
	case r.Name != "":
		name, note := r.Room+" "+r.Name, ""
		if o.handled[name]++; o.handled[name] > 1 {
			note = ", known already: nothing to do"
		} else {
			o.by[who]++
		}
		if r.Event != "" {
			o.board.line(who, "%s: %s%s", r.Room, r.Event, note)
		}
	}
}

// ready reports whether every room has been compared, so that from now on every
// change must come as events.
func (o *office) ready() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.compared) == len(o.names)
}

// busiest returns the name of the worker that has handled most events.
func (o *office) busiest() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	most := ""
	for who := range o.by {
		if most == "" || o.by[who] > o.by[most] {
			most = who
		}
	}
	return strings.TrimPrefix(most, "worker ")
}

// live lets people book rooms in turn, until ctx ends.
func (o *office) live(ctx context.Context) {
	for i := 0; sleep(ctx, 600*time.Millisecond); i++ {
		room := o.names[i%len(o.names)]
		o.board.line("people", "book %s", room)
		o.exchange.Mailbox(o.rooms[room]).CreateItem()
		o.mu.Lock()
		o.made++
		o.mu.Unlock()
	}
}

// lost returns how many events of the calendars no worker has handled.
func (o *office) lost() (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	lost := 0
	for name, address := range o.rooms {
		m := o.exchange.Mailbox(address)
		calendar, err := m.Folder(ews.FolderID{DistinguishedID: ews.CalendarFolder})
		if err != nil {
			return 0, err
		}
		for _, change := range m.Changes() {
			for _, e := range change.Events {
				watched := e.FolderID != nil && e.FolderID.ID == calendar.ID || e.ItemID != nil && e.ParentFolderID.ID == calendar.ID
				if watched && e.Type != ews.FreeBusyChangedEvent && o.handled[name+" "+eventName(&e)] == 0 {
					lost++
				}
			}
		}
	}
	return lost, nil
}

// summary says what came of it all.
func (o *office) summary(lost int) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	again, events := 0, 0
	for _, n := range o.handled {
		events++
		again += n - 1
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d bookings made, %d events: %d lost, %d came once more. %d gaps, at the first start.", o.made, events+lost, lost, again, o.gaps)
	for _, who := range slices.Sorted(maps.Keys(o.by)) {
		fmt.Fprintf(&text, "\n%4d events were handled by %s", o.by[who], who)
	}
	return text.String()
}

// sleep reports whether ctx let it sleep.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
