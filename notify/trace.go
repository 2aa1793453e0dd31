package notify

import (
	"context"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Trace is a set of functions that a Handler calls; each may be nil. They run
// in the request's goroutine, many at a time, and should return at once.
type Trace struct {
	// Answered is called after the answer to a request has been written, except
	// for those that Options.GET answers.
	Answered func(ctx context.Context, a Answer)
}

// Answer is what a Handler answered, and why.
type Answer struct {
	Address    Address                // zero if the request was not authenticated
	StatusCode int                    // of HTTP
	Status     ews.SubscriptionStatus // what Exchange was told; empty unless StatusCode is 200
	Cause      Cause                  // why StatusCode is not 200, or CauseUndecodable beside a 200; else empty
	Err        error                  // details of Cause, may be nil
	BodyBytes  int                    // how much of the body was read
	Duration   time.Duration          // from the call of ServeHTTP until the answer was written
}

// Cause is why a request was refused. The set may grow.
type Cause string

// The causes, with the status code of the answer.
const (
	CauseMethod          Cause = "method"          // 405: not a POST
	CauseUnauthenticated Cause = "unauthenticated" // 404: the Authenticator refused it
	CauseUnsupported     Cause = "unsupported"     // 415: Content-Encoding, or headers that Options.RequireHeaders refuses
	CauseTooLarge        Cause = "tooLarge"        // 413: more than Options.MaxBodyBytes
	CauseCutShort        Cause = "cutShort"        // 400: the body did not arrive whole
	CauseUndecodable     Cause = "undecodable"     // 400: whole, but not a notification; 200 if the receiver kept it
	CauseReceiver        Cause = "receiver"        // 503: the receiver returned an error
	CauseTimeout         Cause = "timeout"         // 503: the receiver returned an error after Options.ReceiveTimeout
	CauseCanceled        Cause = "canceled"        // 503: the caller went away while the receiver was at work
	CausePanic           Cause = "panic"           // 503: the receiver panicked
)
