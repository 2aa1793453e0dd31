package notify

import (
	"context"
	"errors"
)

// ErrUnsubscribe, returned by a receiver, wrapped or not, ends the subscription
// that the notification came from: the answer is 200 with SubscriptionStatus
// Unsubscribe. A push subscription cannot be ended in any other way.
var ErrUnsubscribe = errors.New("notify: unsubscribe")

// Receiver takes what Exchange delivers.
//
// Receive returns nil when the delivery is safe, and only then is Exchange told
// OK; it will never be sent again. ErrUnsubscribe ends the subscription. Any
// other error, a panic included, is answered 503: Exchange repeats the same
// notification after about 30 seconds, then in ever longer intervals until the
// StatusFrequency of the subscription has passed, and drops the subscription
// after that. The same notification may therefore come more than once.
//
// Receive is called in the request's goroutine, many at a time for different
// subscriptions, and by observation one at a time for each of them. It should
// return within a second: record, and work later. It must return when ctx ends,
// which happens after Options.ReceiveTimeout or when the caller has gone;
// nothing interrupts a receiver that does not. The Delivery and its contents
// belong to the receiver, except with Options.Lend.
type Receiver interface {
	Receive(ctx context.Context, d *Delivery) error
}

// ReceiverFunc is a function as a Receiver.
type ReceiverFunc func(ctx context.Context, d *Delivery) error

var _ Receiver = ReceiverFunc(nil)

// Receive calls f.
func (f ReceiverFunc) Receive(ctx context.Context, d *Delivery) error { return f(ctx, d) }

// UndecodableReceiver is an optional interface of a Receiver: it takes bodies
// that are authenticated and complete but cannot be decoded. Exchange would
// repeat such a body unchanged until it drops the subscription, so it is better
// to keep it, to answer OK, and to compare with Exchange by other means. The
// error means what it means in Receive.
//
// Without this interface such a body is answered 400. A body that was cut short
// is always answered 400, and is handed to nobody: its repetition may be whole.
type UndecodableReceiver interface {
	ReceiveUndecodable(ctx context.Context, u *Undecodable) error
}
