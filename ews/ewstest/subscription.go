package ewstest

import (
	"context"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Subscription is what a Server knows of a subscription.
type Subscription struct {
	ID              string
	Mailbox         string // primary address of the mailbox that is watched
	Owner           string // account that subscribed; "" where no login was asked for
	URL             string // where notifications go; "" for a pull subscription
	CallerData      string
	StatusFrequency time.Duration // as asked for, in minutes of the protocol
	Created         time.Time
	Watermark       string // last one that was sent and accepted
	Attempts        int    // failed attempts of the notification that is under way
	Pull            bool
}

// subscription is the server's own record. The upper part never changes, the
// lower one is under the server's lock.
type subscription struct {
	server    *Server
	mailbox   *Mailbox
	id        string
	number    int // of all subscriptions of the mailbox, from 1
	owner     string
	folders   map[*folder]bool // nil for all
	types     map[ews.EventType]bool
	url       string
	data      string
	minutes   int           // StatusFrequency, or the timeout of a pull subscription
	frequency time.Duration // the same in the server's time
	version   string        // RequestServerVersion of the Subscribe
	created   time.Time
	pull      bool
	wake      chan struct{} // capacity one
	cancel    context.CancelFunc
	settled   chan struct{} // closed when the first notification is through, or will never be

	taken    int64  // events up to this position are accepted or under way
	last     string // the last watermark that was sent
	failure  *errorMessage
	start    func() // the goroutine; nil once it runs
	attempts int
	abort    context.CancelFunc // of the attempt under way, else nil
	polled   time.Time          // last GetEvents
}

// errorMessage is a notification that tells of an error.
type errorMessage struct {
	code ews.ResponseCode
	text string
	end  bool // the subscription ends with it
}

// wants reports whether the event is one that was subscribed to.
func (sub *subscription) wants(e *loggedEvent) bool {
	if !sub.types[e.event.Type] {
		return false
	}
	if sub.folders == nil {
		return true
	}
	return !e.allItems && (sub.folders[e.folders[0]] || e.folders[1] != nil && sub.folders[e.folders[1]])
}

// nudge tells the subscription's goroutine to look again.
func (sub *subscription) nudge() {
	select {
	case sub.wake <- struct{}{}:
	default: // it has been told already
	}
}

// fail lets an error message be the next notification.
func (sub *subscription) fail(e errorMessage) {
	if sub.failure == nil || e.end {
		sub.failure = &e
	}
	sub.nudge()
}

func (sub *subscription) snapshot() Subscription {
	return Subscription{
		ID: sub.id, Mailbox: sub.mailbox.address, Owner: sub.owner, URL: sub.url, CallerData: sub.data,
		StatusFrequency: time.Duration(sub.minutes) * time.Minute, Created: sub.created,
		Watermark: sub.last, Attempts: sub.attempts, Pull: sub.pull,
	}
}

// notification is one m:SendNotification under way.
type notification struct {
	message ews.SendNotificationResponseMessage
	last    string // the chain goes on here after it
	changes bool   // it has events other than status events
	more    bool   // the next one follows at once
	end     bool   // the subscription ends with it
}

// next returns the notification that is to be sent now, or nil. Where there
// is nothing to tell, status asks for a StatusEvent.
func (sub *subscription) next(status bool) *notification {
	s, m := sub.server, sub.mailbox
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := sub.failure; e != nil {
		sub.failure = nil
		return &notification{message: e.message(sub.id), last: sub.last, end: e.end}
	}
	events, more, reached := m.since(sub, sub.taken, s.opts.MaxEvents)
	sub.taken = reached
	n := &notification{last: sub.last, changes: len(events) > 0, more: more}
	switch {
	case len(events) > 0:
		n.last = events[len(events)-1].Watermark
	case status:
		if s.opts.Watermarks == WatermarksAdvance {
			n.last = m.position()
			sub.taken = m.counter
		}
		events = []ews.Event{{Type: ews.StatusEvent, Watermark: n.last}}
	default:
		return nil
	}
	n.message = sub.success(events, more)
	return n
}

// first returns the StatusEvent that opens a subscription.
func (sub *subscription) first() *notification {
	return &notification{
		last:    sub.last,
		message: sub.success([]ews.Event{{Type: ews.StatusEvent, Watermark: sub.last}}, false),
	}
}

func (sub *subscription) success(events []ews.Event, more bool) ews.SendNotificationResponseMessage {
	n := &ews.Notification{SubscriptionID: sub.id, PreviousWatermark: sub.last, MoreEvents: more, Events: events}
	if sub.server.opts.Watermarks == WatermarksNone {
		n.PreviousWatermark = ""
		for i := range events {
			events[i].Watermark = ""
		}
	}
	return ews.SendNotificationResponseMessage{
		ResponseMessage: ews.ResponseMessage{ResponseClass: ews.ResponseClassSuccess, ResponseCode: ews.NoError},
		Notification:    n,
	}
}

// message returns the error in the form that servers send it: without
// m:Notification, which the schema requires.
func (e *errorMessage) message(subscriptionID string) ews.SendNotificationResponseMessage {
	text := e.text
	if text == "" {
		text = messageText(e.code)
	}
	return ews.SendNotificationResponseMessage{ResponseMessage: ews.ResponseMessage{
		ResponseClass: ews.ResponseClassError, MessageText: text, ResponseCode: e.code,
		MessageXML: ews.MessageXML{{Name: "SubscriptionId", Value: subscriptionID}},
	}}
}
