package subscribe

import (
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Received is one notification as it reached the receiver, already
// authenticated: Key and Generation come from the callback URL.
type Received struct {
	Key        string
	Generation int64
	// At is when it came, by the clock of the receiver. Receivers and managers
	// must agree on the time to within Config.Grace.
	At   time.Time
	Body []byte // as it came in
	// Messages is what Body decodes to; empty if Err is set.
	Messages []ews.SendNotificationResponseMessage
	// Err says why the body could not be decoded. The body is kept, and the
	// Handler gets a gap.
	Err error
}

// previous returns the watermark that the notification claims to follow.
func (r *Received) previous() string {
	for i := range r.Messages {
		if n := r.Messages[i].Notification; n != nil {
			return n.PreviousWatermark
		}
	}
	return ""
}

// watermark returns the last watermark of the last notification; empty if that
// one has none.
func (r *Received) watermark() string {
	w := ""
	for i := range r.Messages {
		if n := r.Messages[i].Notification; n != nil {
			w = n.Watermark()
		}
	}
	return w
}

// events counts the events in it; heartbeats are none.
func (r *Received) events() int64 {
	var events int64
	for i := range r.Messages {
		n := r.Messages[i].Notification
		for j := 0; n != nil && j < len(n.Events); j++ {
			if n.Events[j].Type != ews.StatusEvent {
				events++
			}
		}
	}
	return events
}

// serverError returns the first message by which Exchange says that something
// is wrong with the subscription, or nil. Such messages carry no Notification.
func (r *Received) serverError() *ews.ResponseMessage {
	for i := range r.Messages {
		m := &r.Messages[i]
		if m.ResponseClass == ews.ResponseClassError ||
			m.Notification == nil && m.ResponseCode != "" && m.ResponseCode != ews.NoError {
			return &m.ResponseMessage
		}
	}
	return nil
}
