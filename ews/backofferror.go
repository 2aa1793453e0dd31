package ews

import (
	"fmt"
	"time"
)

// BackOffError is a call that was not sent: the server has asked to be left
// alone, or has refused the login, and that time is not over. errors.Is and
// errors.As find what is true of its Cause.
type BackOffError struct {
	Operation string
	Until     time.Time
	Scope     Scope  // whom it concerns: this mailbox, or all calls of the client
	Mailbox   string // the mailbox, as it is named in a ThrottleStatus
	Cause     error  // what the server answered; never nil
}

// Error says until when, and why.
func (e *BackOffError) Error() string {
	return fmt.Sprintf("ews: %s: not sent, backing off for the %s until %s: %v",
		e.Operation, e.Scope, e.Until.UTC().Format(time.RFC3339), e.Cause)
}

// Unwrap returns the cause.
func (e *BackOffError) Unwrap() error { return e.Cause }

// reaction is that of the cause, with the rest of the time to wait. What has
// led to a back-off needs no second try.
func (e *BackOffError) reaction() Reaction {
	r := ReactionTo(e.Cause)
	if r.Limit > 0 {
		r = r.After(r.Limit)
	}
	r.Wait, r.Scope, r.Refused = max(0, time.Until(e.Until)), e.Scope, true
	return r
}
