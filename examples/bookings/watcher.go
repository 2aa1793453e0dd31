package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ewspush/ewspush/push/calendar"
	"github.com/ewspush/ewspush/subscribe"
)

const (
	lookEvery = 200 * time.Millisecond
	freshFor  = 2 * time.Second
	// gather is how long rooms to which the same happens are waited for, so
	// that they get one line.
	gather = time.Second
)

// watcher looks at the rooms now and then, and has the board show them.
type watcher struct {
	board *board
	app   *bookings
	svc   *calendar.Service
	rooms []string
	start time.Time

	said    map[string]subscribe.State // what was said last of a room
	news    []*news
	read    map[string]bool
	had     map[string]map[string]calendar.Booking // by room and key
	changed map[string]time.Time                   // by key
}

// news is a line about several rooms.
type news struct {
	words string
	rooms []string
	since time.Time
}

func newWatcher(b *board, app *bookings, svc *calendar.Service, rooms []string) *watcher {
	return &watcher{
		board: b, app: app, svc: svc, rooms: rooms, start: time.Now(),
		said: make(map[string]subscribe.State), read: make(map[string]bool),
		had: make(map[string]map[string]calendar.Booking), changed: make(map[string]time.Time),
	}
}

// watch works until ctx ends.
func (w *watcher) watch(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := w.look(ctx, time.Now()); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

func (w *watcher) look(ctx context.Context, now time.Time) error {
	views := make([]roomView, len(w.rooms))
	for i, name := range w.rooms {
		view, err := w.view(ctx, name, now)
		if err != nil {
			return err
		}
		views[i] = view
	}
	w.board.show(views)
	rest := w.news[:0]
	for _, n := range w.news {
		if now.Sub(n.since) < gather && len(n.rooms) < len(w.rooms) {
			rest = append(rest, n)
			continue
		}
		rooms := strings.Join(n.rooms, ", ")
		if len(n.rooms) > 1 && len(n.rooms) == len(w.rooms) {
			rooms = "all rooms"
		}
		w.board.line("ewspush", "%s: %s", rooms, n.words)
	}
	w.news = rest
	return nil
}

func (w *watcher) view(ctx context.Context, name string, now time.Time) (roomView, error) {
	view := roomView{name: name, fresh: make(map[string]bool)}
	status, err := w.svc.Status(ctx, name)
	if errors.Is(err, subscribe.ErrNotFound) {
		return view, nil // not subscribed yet
	}
	if err != nil {
		return view, err
	}
	view.state = status.State
	room, err := w.svc.Room(ctx, name)
	if err != nil && !errors.Is(err, calendar.ErrUnknownRoom) {
		return view, err
	}
	view.read = !room.LoadedAt.IsZero()
	if view.bookings, err = w.app.of(ctx, name); err != nil {
		return view, err
	}
	w.sayState(name, &status, now)
	view.state = cmp.Or(w.said[name], status.State)
	if view.read && !w.read[name] {
		w.read[name] = true
		w.had[name] = nil // what was there before is nothing new
		if room.LoadedAt.After(w.start) {
			w.board.line(name, "the calendar has been read: %s", plural(len(view.bookings), "booking"))
		}
	}
	w.mark(&view, now)
	return view, nil
}

// mark finds out what has changed since the last look.
func (w *watcher) mark(view *roomView, now time.Time) {
	had, has := w.had[view.name], make(map[string]calendar.Booking, len(view.bookings))
	for _, b := range view.bookings {
		has[b.Key] = b
		if was, ok := had[b.Key]; had != nil && (!ok || !was.Equal(&b)) {
			w.changed[b.Key] = now
		}
		if at, ok := w.changed[b.Key]; ok && now.Sub(at) < freshFor {
			view.fresh[b.Key] = true
		}
	}
	w.had[view.name] = has
}

// sayState says what has become of push, if that is worth a line. A
// subscription that is asked for again and again is not.
func (w *watcher) sayState(name string, s *subscribe.Status, now time.Time) {
	said := w.said[name]
	if s.State == said || s.State == subscribe.StateSubscribing && said != subscribe.StateActive {
		return
	}
	w.said[name] = s.State
	words := stateWords(s)
	for _, n := range w.news {
		if n.words == words {
			n.rooms = append(n.rooms, name)
			return
		}
	}
	w.news = append(w.news, &news{words: words, rooms: []string{name}, since: now})
}

func stateWords(s *subscribe.Status) string {
	switch s.State {
	case subscribe.StateActive:
		return "push works"
	case subscribe.StateSubscribing:
		return "nothing heard for too long; subscribing again"
	case subscribe.StateUnconfirmed:
		return "Exchange cannot reach us; polling takes over"
	case subscribe.StateRetrying, subscribe.StateFailed:
	}
	return string(s.State) + ": " + cmp.Or(s.ErrorCode, s.Error)
}
