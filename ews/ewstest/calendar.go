package ewstest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Calendar returns what the calendar shows from start to end, in order of Start:
// series expanded, and of each item all that GetItem would tell. It is the truth
// with which a test compares what an application has found out: it comes from
// the store, and no fault touches it.
func (m *Mailbox) Calendar(start, end time.Time) []ews.CalendarItem {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	var shown []ews.CalendarItem
	for _, s := range m.shown(m.distinguished[ews.CalendarFolder], start, end) {
		shown = append(shown, m.view(s.item, s.occurrence))
	}
	return shown
}

// CalendarItems returns what is in the calendar, oldest first: single items and
// recurring masters, each as GetItem would tell.
func (m *Mailbox) CalendarItems() []ews.CalendarItem {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	var all []ews.CalendarItem
	for _, it := range m.distinguished[ews.CalendarFolder].ordered() {
		all = append(all, m.view(it, nil))
	}
	return all
}

// ordered returns the items of a folder, oldest first.
func (f *folder) ordered() []*item {
	return slices.SortedFunc(f.log.items(), func(a, b *item) int { return cmp.Compare(a.object.counter, b.object.counter) })
}

// shown returns what a view of a folder has, in order.
func (m *Mailbox) shown(f *folder, start, end time.Time) []place {
	var found []place
	for it := range f.times.near(start, end) {
		for _, o := range it.occurrences(start, end) {
			found = append(found, place{item: it, occurrence: o})
		}
	}
	slices.SortFunc(found, func(a, b place) int {
		return cmp.Or(a.start().Compare(b.start()), strings.Compare(a.item.id, b.item.id))
	})
	return found
}

func (p place) start() time.Time {
	if p.occurrence != nil {
		return p.occurrence.start
	}
	return p.item.entry.Start
}

// occurrences returns what a view shows of an item: its occurrences, or nil for
// the item itself.
func (it *item) occurrences(start, end time.Time) []*occurrence {
	if s := it.entry.series; s != nil {
		found := s.between(start, end)
		all := make([]*occurrence, len(found))
		for i := range found {
			all[i] = &found[i]
		}
		return all
	}
	if overlap(it.entry.Start, it.entry.End, start, end) {
		return []*occurrence{nil}
	}
	return nil
}
