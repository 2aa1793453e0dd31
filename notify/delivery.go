package notify

import (
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Delivery is one POST of Exchange: an authenticated m:SendNotification.
type Delivery struct {
	Address Address
	// Messages is m:ResponseMessages, at least one. Exchange has only ever been
	// seen to send one; there is one answer for all of them.
	Messages []ews.SendNotificationResponseMessage
	// Body is the request's body as it came in. It belongs to the receiver, as
	// all of the Delivery does, except with Options.Lend.
	Body []byte
	// ReceivedAt is when the body had been read.
	ReceivedAt time.Time
	// RawQuery is the query of the URL as it came in, without the "?" and
	// without the Signer's own parameter. Some installations name a tenant
	// there, even as a bare word. The Signer does not cover it.
	RawQuery string
}

// Undecodable is one POST of Exchange, authenticated and complete, whose body
// is not a notification that can be understood.
type Undecodable struct {
	Address    Address
	Body       []byte    // as it came in; as in Delivery
	Err        error     // why; in most cases an *ews.DecodeError with the position
	ReceivedAt time.Time // when the body had been read
	RawQuery   string    // as in Delivery
}
