package subscribe

import (
	"errors"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// failure is why the last Subscribe did not succeed.
type failure struct {
	At      time.Time `json:"at"`
	Code    string    `json:"code,omitempty"` // ews.Reaction.On
	Message string    `json:"message"`
	// Action and Reaction are the ews.Reaction; empty in rows of earlier
	// versions.
	Action   ews.Action `json:"action,omitempty"`
	Reaction string     `json:"reaction,omitempty"` // in words
	// Repeats is how often the same Code has come in a row before.
	Repeats int `json:"repeats,omitempty"`
	// Failed: trying again soon changes nothing.
	Failed bool `json:"failed,omitempty"`
	// Permanent failures are not tried again until the Spec changes or
	// somebody asks for it.
	Permanent bool `json:"permanent,omitempty"`
	// BackOffUntil is until when the server, or the client after a refused
	// login, wants no calls; for whom says BackOffScope.
	BackOffUntil time.Time `json:"backOffUntil,omitzero"`
	BackOffScope ews.Scope `json:"backOffScope,omitempty"`
}

// newFailure returns the failure that follows on last, which may be nil, and
// what is to be done about it.
func newFailure(err error, last *failure, spec Spec, now time.Time) (*failure, verdict) {
	r := ews.ReactionTo(err)
	f := &failure{At: now, Code: r.On, Message: err.Error()}
	if last != nil && last.Code == f.Code {
		f.Repeats = last.Repeats + 1
	}
	v := verdictOn(r, f.Repeats, spec)
	r = r.After(f.Repeats)
	f.Action, f.Reaction = r.Action, r.String()
	f.Failed, f.Permanent = v.failed, v.permanent
	if rest, ok := ews.BackOff(err); ok && rest > 0 {
		f.BackOffUntil, f.BackOffScope = now.Add(r.Wait), r.Scope
	}
	return f, v
}

// loginStopped reports whether it was a refused login that stopped the
// subscription, and not just now.
func (s *state) loginStopped(now time.Time) bool {
	return s.Failure != nil && s.Failure.Action == ews.ActionStopLogin && now.Sub(s.Failure.At) >= loginAgain
}

// isUnsent reports whether a call was held back by the client itself.
func isUnsent(err error) bool {
	_, ok := errors.AsType[*ews.BackOffError](err)
	return ok
}

// rediscoverError is a Subscribe that was not made, because Config.Rediscover
// failed.
type rediscoverError struct{ err error }

func (e *rediscoverError) Error() string { return "subscribe: Rediscover: " + e.err.Error() }

func (e *rediscoverError) Unwrap() error { return e.err }

func isRediscoverError(err error) bool {
	_, ok := errors.AsType[*rediscoverError](err)
	return ok
}
