package ews

import (
	"context"
	"errors"
	"sync"
	"time"
)

// throttle decides when a call of a Client may be sent. A Client and its copies
// share one: the server counts what a login does, and not which copy does it.
//
//   - While the server wants to be left alone, nothing is sent; what waits and
//     what comes gets a *BackOffError at once.
//   - There are never more calls in flight than the limit, and only one while
//     it is not known whether the server accepts the login.
//   - Who waits is served in turn: one call of each mailbox, then the next one
//     of each.
//
// It has no goroutine: whoever comes or goes brings it up to date.
type throttle struct {
	mu        sync.Mutex
	limit     limit
	login     login
	inFlight  int
	queue     queue
	everybody backOff            // asked for by the server
	mailboxes map[string]backOff // by name; what is over is swept out
	sweepAt   time.Time
}

// backOff is a time in which nothing is sent.
type backOff struct {
	until time.Time
	cause error
	login bool // caused by a refused login, not asked for by the server
}

// sweepPause is how often back-offs that are over are looked for.
const sweepPause = time.Minute

func newThrottle(opts *ClientOptions) *throttle {
	return &throttle{
		limit:     limit{most: opts.MaxConcurrent, now: opts.MaxConcurrent},
		login:     login{pause: opts.LoginPause},
		queue:     newQueue(),
		mailboxes: make(map[string]backOff),
	}
}

// turn is a call that has its turn.
type turn struct {
	throttle    *throttle
	call        call
	begun       time.Time
	loginPeriod int // of login.period, when it began
}

// call is what matters of a call.
type call struct {
	operation    string
	mailbox      string // "" for the login's own
	impersonates bool   // the server charges the mailbox and not the login
}

// acquire waits for the call's turn, until ctx ends. The errors are
// *BackOffError and that of ctx.
func (t *throttle) acquire(ctx context.Context, c call) (*turn, error) {
	t.mu.Lock()
	now := time.Now()
	t.sweep(now)
	if err := t.backingOff(c, now); err != nil {
		t.mu.Unlock()
		return nil, err
	}
	if t.queue.len() == 0 && t.inFlight < t.room(now) {
		granted := t.grant(c, now)
		t.mu.Unlock()
		return granted, nil
	}
	w := &waiter{call: c, ready: make(chan struct{})}
	t.queue.add(w)
	t.mu.Unlock()

	select {
	case <-w.ready:
		return w.turn, w.err
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.queue.remove(w) && w.turn != nil { // it had its turn at the same time
		t.inFlight--
		t.serve(time.Now())
	}
	return nil, ctx.Err()
}

// room is how many calls may be in flight.
func (t *throttle) room(now time.Time) int {
	if !t.login.accepted {
		return 1
	}
	return t.limit.at(now)
}

func (t *throttle) grant(c call, now time.Time) *turn {
	t.inFlight++
	return &turn{throttle: t, call: c, begun: now, loginPeriod: t.login.period}
}

// serve gives those who wait their turns, as far as there is room.
func (t *throttle) serve(now time.Time) {
	for t.queue.len() > 0 && t.inFlight < t.room(now) {
		w := t.queue.next()
		if err := t.backingOff(w.call, now); err != nil {
			w.err = err
		} else {
			w.turn = t.grant(w.call, now)
		}
		close(w.ready)
	}
}

// take makes the call. It gives the turn back even if a transport panics.
func (tn *turn) take(send func() (*Reply, error)) (reply *Reply, err error) {
	err = errPanic
	defer func() { tn.end(err) }()
	if reply, err = send(); reply != nil {
		reply.turn = tn
	}
	return reply, err
}

// errPanic is what has come of a call that ended in a panic.
var errPanic = errors.New("ews: panic in a call")

// end gives the turn back. err is what has come of the call; nil for an answer
// that is no error.
func (tn *turn) end(err error) {
	t := tn.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.inFlight--
	t.learn(tn, err, now)
	t.serve(now)
}

// answered notes an error in an answer that was given to end as none, since it
// concerns one response message of several.
func (tn *turn) answered(err error) {
	t := tn.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.learn(tn, err, now)
	t.serve(now)
}

// backingOff returns the error of a call that must not be sent now, or nil.
func (t *throttle) backingOff(c call, now time.Time) error {
	found := BackOffError{Operation: c.operation, Mailbox: c.mailbox}
	for _, b := range []struct {
		backOff
		scope Scope
	}{
		{t.mailboxes[c.mailbox], ScopeMailbox},
		{t.everybody, ScopeClient},
		{t.login.bar, ScopeClient},
	} {
		if b.until.After(now) && b.until.After(found.Until) {
			found.Until, found.Scope, found.Cause = b.until, b.scope, b.cause
		}
	}
	if found.Cause == nil {
		return nil
	}
	return &found
}

// leaveAlone begins a back-off, or extends it; what waits is turned away.
func (t *throttle) leaveAlone(mailbox string, scope Scope, b backOff) {
	if scope == ScopeClient {
		if b.until.After(t.everybody.until) {
			t.everybody = b
		}
	} else if b.until.After(t.mailboxes[mailbox].until) {
		t.mailboxes[mailbox] = b
	}
	t.turnAway(time.Now())
}

// turnAway fails those who wait for something that will not be sent.
func (t *throttle) turnAway(now time.Time) {
	for _, w := range t.queue.all() {
		if err := t.backingOff(w.call, now); err != nil {
			t.queue.remove(w)
			w.err = err
			close(w.ready)
		}
	}
}

// sweep forgets the back-offs that are over.
func (t *throttle) sweep(now time.Time) {
	if len(t.mailboxes) == 0 || now.Before(t.sweepAt) {
		return
	}
	t.sweepAt = now.Add(sweepPause)
	for mailbox, b := range t.mailboxes {
		if !b.until.After(now) {
			delete(t.mailboxes, mailbox)
		}
	}
}

// resume forgets that logins were refused.
func (t *throttle) resume() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.login.forget()
	for mailbox, b := range t.mailboxes {
		if b.login {
			delete(t.mailboxes, mailbox)
		}
	}
	t.serve(time.Now())
}
