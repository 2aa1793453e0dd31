package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/subscribe"
)

// office is the people, and what happens to them.
type office struct {
	exchange *ewstest.Server
	board    *board
	rooms    []*room
}

// room is a meeting room with its mailbox.
type room struct {
	name    string
	mailbox *ewstest.Mailbox

	mu      sync.Mutex
	covered int // how many of the mailbox's changes the last comparison covers
}

func newOffice(exchange *ewstest.Server, b *board) *office {
	o := &office{exchange: exchange, board: b}
	for _, name := range []string{"Oslo", "Lima", "Cairo"} {
		o.rooms = append(o.rooms, &room{name: name, mailbox: exchange.Mailbox(name + "@example.com")})
	}
	return o
}

// play is the day; it ends early with ctx.
func (o *office) play(ctx context.Context, app *bookings) error {
	oslo, lima, cairo := o.rooms[0], o.rooms[1], o.rooms[2]
	var standup, review, lunch string
	steps := []struct {
		pause time.Duration
		do    func() error
	}{
		{minute, func() error { standup = o.book(oslo, "a stand-up"); return nil }},
		{minute, func() error { review = o.book(lima, "a review"); return nil }},
		{minute, func() error { return o.change(oslo, standup, "the stand-up") }},
		{minute, func() error { return o.cancel(oslo, standup, "the stand-up") }},
		{minute, func() error { app.stumbleOnce(); lunch = o.book(cairo, "a lunch"); return nil }},
		{3 * minute, func() error {
			o.board.line("Exchange", "*** restarts, and has forgotten all subscriptions ***")
			o.exchange.Restart()
			return nil
		}},
		{minute, func() error { o.book(oslo, "a retrospective"); return nil }},
		{minute / 2, func() error { return o.change(lima, review, "the review") }},
		{5 * minute, func() error {
			if err := o.change(cairo, lunch, "the lunch"); err != nil {
				return err
			}
			o.board.line("Exchange", "*** moves Cairo's mailbox to another database: its history is lost ***")
			cairo.mailbox.MoveDatabase()
			return nil
		}},
		{minute / 2, func() error { return o.cancel(cairo, lunch, "the lunch") }},
		{3 * minute, func() error { o.book(cairo, "a dinner"); return nil }},
		{4 * minute, func() error { return nil }},
	}
	for _, step := range steps {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(step.pause):
		}
		if err := step.do(); err != nil {
			return err
		}
	}
	return nil
}

func (o *office) book(r *room, what string) string {
	o.board.line("people", "book %s in %s", what, r.name)
	return r.mailbox.CreateItem()
}

func (o *office) change(r *room, id, what string) error {
	o.board.line("people", "change %s in %s", what, r.name)
	return r.mailbox.ModifyItem(id)
}

func (o *office) cancel(r *room, id, what string) error {
	o.board.line("people", "cancel %s in %s", what, r.name)
	_, err := r.mailbox.DeleteItem(id, ewstest.MoveToDeletedItems)
	return err
}

// compared is what the application does in a gap: here it notes how many
// changes there have been.
func (o *office) compared(g subscribe.Gap) {
	for _, r := range o.rooms {
		if r.name == g.Key {
			r.mu.Lock()
			r.covered = len(r.mailbox.Changes())
			r.mu.Unlock()
		}
	}
}

// summary holds what was delivered against what was changed.
func (o *office) summary(app *bookings) error {
	events, again, gaps := app.counts()
	changes, delivered, covered, lost := 0, 0, 0, 0
	for _, r := range o.rooms {
		calendar, err := r.mailbox.Folder(ews.FolderID{DistinguishedID: ews.CalendarFolder})
		if err != nil {
			return err
		}
		for i, c := range r.mailbox.Changes() {
			changes++
			switch {
			case app.knows(c, calendar.ID):
				delivered++
			case i < r.covered:
				covered++
			default:
				lost++
			}
		}
	}
	o.board.text("\n%d changes made: %d delivered as events, %d covered by a gap that followed, %d lost.\n"+
		"The application was called for %d events, for %d once more, and for %d gaps.",
		changes, delivered, covered, lost, events, again, gaps)
	if lost > 0 {
		return fmt.Errorf("%d changes were lost", lost)
	}
	return nil
}
