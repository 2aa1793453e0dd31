package ewstest

import (
	"context"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// getEvents is the operation GetEvents on a pull subscription.
func (s *Server) getEvents(_ context.Context, c *call) ([]responseMessage, error) {
	sub, code := c.subscription()
	if code != ews.NoError {
		return []responseMessage{failure(code, "")}, nil
	}
	if e := sub.failure; e != nil {
		sub.failure = nil
		if e.end {
			s.remove(sub)
			s.stats.EndedByError++
		}
		return []responseMessage{failure(e.code, e.text)}, nil
	}
	mark := c.body.value(ews.NamespaceMessages, "Watermark")
	after, ok := sub.mailbox.start(mark)
	if !ok {
		return []responseMessage{failure(ews.ErrorInvalidWatermark, "")}, nil
	}
	sub.polled, sub.last = time.Now(), mark
	events, more, reached := sub.mailbox.since(sub, after, s.opts.MaxEvents)
	sub.taken = reached
	if len(events) == 0 {
		events = []ews.Event{{Type: ews.StatusEvent, Watermark: mark}}
	}
	content, err := notificationXML(sub.success(events, more))
	if err != nil {
		return nil, err
	}
	return []responseMessage{success(content)}, nil
}

// notificationXML returns m:Notification as a push message would have it; the
// prefixes are those of the responses.
func notificationXML(m ews.SendNotificationResponseMessage) (string, error) {
	body, err := ews.EncodeSendNotification(&ews.SendNotification{ResponseMessages: []ews.SendNotificationResponseMessage{m}})
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(string(body), "<m:Notification>")
	content, _, _ := strings.Cut(rest, "</m:Notification>")
	return "<m:Notification>" + content + "</m:Notification>", nil
}

// expirePulls removes pull subscriptions that nobody has asked for events in
// time.
func (s *Server) expirePulls() {
	for _, sub := range s.subscriptions {
		if sub.pull && time.Since(sub.polled) > sub.frequency {
			s.remove(sub)
		}
	}
}
