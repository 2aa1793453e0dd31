package ewstest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// NotificationBuilder makes the notifications of one push subscription, for
// tests of a handler that need no server: change the Mailbox, and take the next
// body. Ids, watermarks and the chain of PreviousWatermark are as a Server
// makes them. Its methods may be called from many goroutines, but then the order
// is up to them.
type NotificationBuilder struct {
	// Mailbox is the mailbox that the subscription watches. Nobody delivers
	// what happens to it but this builder.
	Mailbox *Mailbox
	sub     *subscription
}

// NewNotificationBuilder returns a builder for a subscription to the calendar of
// a mailbox, with the event types Created, Modified, Moved, Deleted and Copied.
// Of the options, nil for the defaults, it uses Host, Seed, MaxEvents and
// Watermarks. It starts nothing and needs no closing.
func NewNotificationBuilder(mailbox string, opts *Options) *NotificationBuilder {
	s := newServer(opts)
	m := s.Mailbox(mailbox)
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := &subscription{
		server: s, mailbox: m, version: "Exchange2013_SP1", created: time.Now(), wake: make(chan struct{}, 1),
		folders: map[*folder]bool{m.distinguished[ews.CalendarFolder]: true},
		types: map[ews.EventType]bool{
			ews.CreatedEvent: true, ews.ModifiedEvent: true, ews.MovedEvent: true, ews.DeletedEvent: true, ews.CopiedEvent: true,
		},
	}
	sub.last, sub.taken = m.position(), m.counter
	s.register(sub)
	return &NotificationBuilder{Mailbox: m, sub: sub}
}

// SubscriptionID returns the id that the notifications carry.
func (b *NotificationBuilder) SubscriptionID() string { return b.sub.id }

// Next returns the next notification: the events since the last one, at most
// MaxEvents of them, or a StatusEvent if there are none. The caller may change
// it before it is encoded with ews.EncodeSendNotification.
func (b *NotificationBuilder) Next() *ews.SendNotification {
	n := b.sub.next(true)
	b.sub.server.accepted(b.sub, n)
	return b.wrap(n.message)
}

// Body returns Next as Exchange would post it.
func (b *NotificationBuilder) Body() []byte { return mustEncode(b.Next()) }

// ErrorBody returns a notification that tells of an error, in the form in which
// they have been seen: without m:Notification, the SubscriptionId in
// m:MessageXml. It does not move the chain.
func (b *NotificationBuilder) ErrorBody(code ews.ResponseCode) []byte {
	e := errorMessage{code: code}
	return mustEncode(b.wrap(e.message(b.sub.id)))
}

func (b *NotificationBuilder) wrap(m ews.SendNotificationResponseMessage) *ews.SendNotification {
	return &ews.SendNotification{RequestServerVersion: b.sub.version, ResponseMessages: []ews.SendNotificationResponseMessage{m}}
}

// mustEncode encodes what this package made itself, which cannot fail.
func mustEncode(n *ews.SendNotification) []byte {
	body, err := ews.EncodeSendNotification(n)
	if err != nil {
		panic(fmt.Sprintf("ewstest: %v", err))
	}
	return body
}

// NewRequest returns the POST with which Exchange delivers a body, with the
// headers that it sends: no User-Agent, and the SOAPAction without quotation
// marks. It serves a client as well as a handler's ServeHTTP.
func NewRequest(ctx context.Context, url string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ewstest: %w", err)
	}
	h := req.Header
	h["Accept"] = []string{"text/xml"}
	h["Content-Type"] = []string{"text/xml; charset=utf-8"}
	h["Soapaction"] = []string{ews.SOAPActionSendNotification}
	h["User-Agent"] = nil // there, so that net/http adds none
	return req, nil
}
