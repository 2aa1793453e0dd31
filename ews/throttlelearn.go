package ews

import (
	"errors"
	"net/http"
	"time"
)

// learn draws the conclusions from what has come of a call.
func (t *throttle) learn(tn *turn, err error, now time.Time) {
	r := ReactionTo(err)
	asked, _ := BackOff(err)
	if isAnswer(err) && r.Action != ActionStopLogin {
		t.login.accept(tn.loginPeriod)
	}
	if err == nil {
		return
	}
	if decisiveCode(err) == ErrorExceededConnectionCount {
		t.limit.shrink(tn.begun, now, t.inFlight+1)
	}
	switch {
	case isLoginRefused(err):
		if b, ok := t.login.refuse(tn, err, now); ok {
			t.leaveAlone(tn.call.mailbox, ScopeMailbox, b)
		}
		t.turnAway(now)
	case r.Action == ActionStopLogin:
		t.login.stop(err, now, r.Wait)
		t.turnAway(now)
	case asked > 0, r.Action == ActionRetry && r.Wait > 0:
		t.leaveAlone(tn.call.mailbox, scopeOf(tn.call, err), backOff{until: now.Add(r.Wait), cause: err})
	}
}

// isAnswer reports whether EWS itself has answered, which it does only to who
// has logged in. Anything else may come from what stands before it.
func isAnswer(err error) bool {
	if err == nil {
		return true
	}
	if _, ok := errors.AsType[*Fault](err); ok {
		return true
	}
	_, ok := errors.AsType[*ResponseError](err)
	return ok
}

func isLoginRefused(err error) bool {
	e, ok := errors.AsType[*HTTPError](err)
	return ok && e.StatusCode == http.StatusUnauthorized
}

// scopeOf says whom a server means that wants to be left alone. Whoever
// impersonates is charged to the mailbox, everybody else to the login. What is
// no answer of EWS comes from the mailbox's server, as far as the call was for
// a mailbox.
func scopeOf(c call, err error) Scope {
	if c.mailbox == "" || decisiveCode(err) == ErrorServerBusy && !c.impersonates {
		return ScopeClient
	}
	return ScopeMailbox
}
