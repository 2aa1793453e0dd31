package subscribe

import "context"

// Handler is the application. It has two methods so that a gap cannot be
// forgotten.
//
// The events and gaps of one key are handed over one at a time and in order;
// different keys run in parallel. A call that returns nil is done with; any
// other result, a panic included, is a failed attempt: the same event comes
// again, after a growing pause, with the same ID, and later events of that key
// wait for it. After Config.MaxAttempts an event is set aside (see
// Manager.Parked) and the key goes on; a gap is repeated without end, since
// what follows it means little before the comparison was made.
//
// Every event comes at least once. It may come again after a restart, after a
// takeover by another replica, and when a new subscription replays it: work
// that must not be done twice is keyed by Event.ID.
//
// ctx ends after Config.HandlerTimeout, or when the manager is stopped. A call
// that does not return in spite of that holds up its own key only.
type Handler interface {
	// HandleEvent is called for every change.
	HandleEvent(ctx context.Context, e Event) error
	// HandleGap is called when completeness cannot be proven. When it returns
	// nil, the application has compared its state with Exchange, or has noted
	// durably that it must.
	HandleGap(ctx context.Context, g Gap) error
}
