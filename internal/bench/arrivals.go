package main

import (
	"sync"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// arrivals notes when the subscriptions of a service have come about.
type arrivals struct {
	expected int
	complete chan struct{} // closed when all have, or one has failed

	mu          sync.Mutex
	begin       time.Time
	generations map[string]int64 // by key, once Exchange has answered
	recorded    map[string]bool  // keys with a first notification
	attempts    int
	err         error
	subscribed  time.Duration // until the last answer
	confirmed   time.Duration // until the last first notification
}

func newArrivals(expected int) *arrivals {
	return &arrivals{
		expected: expected, complete: make(chan struct{}),
		generations: make(map[string]int64), recorded: make(map[string]bool),
	}
}

// trace returns what tells of them.
func (a *arrivals) trace() *subscribe.Trace {
	return &subscribe.Trace{
		Subscribed: func(i subscribe.SubscribedInfo) {
			a.note(func() {
				a.attempts++
				a.err = i.Err
				a.generations[i.Key] = i.Generation
				a.subscribed = time.Since(a.begin)
			})
		},
		Recorded: func(i subscribe.RecordedInfo) {
			a.note(func() {
				if a.err = i.Err; !a.recorded[i.Key] {
					a.recorded[i.Key] = true
					a.confirmed = time.Since(a.begin)
				}
			})
		},
	}
}

// note changes something, unless everything is there already.
func (a *arrivals) note(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-a.complete:
		return
	default:
	}
	change()
	if a.err != nil || len(a.generations) == a.expected && len(a.recorded) == a.expected {
		close(a.complete)
	}
}
