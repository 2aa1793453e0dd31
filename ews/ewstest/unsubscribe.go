package ewstest

import (
	"context"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// unsubscribe is the operation Unsubscribe. It is for pull subscriptions only;
// a push subscription ends through the answer to a notification.
func (s *Server) unsubscribe(_ context.Context, c *call) ([]responseMessage, error) {
	sub, code := c.subscription()
	if code != ews.NoError {
		return []responseMessage{failure(code, "")}, nil
	}
	s.remove(sub)
	return []responseMessage{success("")}, nil
}

// subscription finds the pull subscription that a call is about.
func (c *call) subscription() (*subscription, ews.ResponseCode) {
	s := c.server
	s.expirePulls()
	sub := s.subscriptions[strings.TrimSpace(c.body.value(ews.NamespaceMessages, "SubscriptionId"))]
	switch {
	case sub == nil:
		return nil, ews.ErrorSubscriptionNotFound
	case !sub.pull:
		return nil, ews.ErrorInvalidSubscription
	case sub.owner != c.owner():
		return nil, ews.ErrorSubscriptionAccessDenied
	default:
		return sub, ews.NoError
	}
}
