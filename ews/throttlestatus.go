package ews

import (
	"cmp"
	"slices"
	"time"
)

// ThrottleStatus is how a Client and its copies restrain themselves now.
type ThrottleStatus struct {
	Endpoint      string
	MaxConcurrent int // ClientOptions.MaxConcurrent
	// Limit is how many calls may be in flight now: fewer than MaxConcurrent
	// after ErrorExceededConnectionCount, and 1 while LoginAccepted is false.
	Limit    int
	InFlight int // calls that were sent and have no answer yet
	Waiting  int // calls that wait for their turn
	// LoginAccepted: the server has accepted the login, and not refused it
	// since.
	LoginAccepted bool
	// BackOffUntil is when calls are sent again; zero if they are sent now.
	BackOffUntil time.Time
	BackOffCause string // what the server answered, for people
	// Mailboxes are those for which nothing is sent now, in order of their
	// names.
	Mailboxes []MailboxBackOff
}

// MailboxBackOff is a mailbox for which nothing is sent now.
type MailboxBackOff struct {
	// Mailbox is its address in lower case, or what else names it; empty for
	// the login's own.
	Mailbox string
	Until   time.Time
	Cause   string // what the server answered, for people
}

func (t *throttle) status() ThrottleStatus {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	st := ThrottleStatus{
		MaxConcurrent: t.limit.most,
		Limit:         t.room(now),
		InFlight:      t.inFlight,
		Waiting:       t.queue.len(),
		LoginAccepted: t.login.accepted,
	}
	for _, b := range []backOff{t.everybody, t.login.bar} {
		if b.until.After(now) && b.until.After(st.BackOffUntil) {
			st.BackOffUntil, st.BackOffCause = b.until, b.cause.Error()
		}
	}
	for mailbox, b := range t.mailboxes {
		if b.until.After(now) {
			st.Mailboxes = append(st.Mailboxes, MailboxBackOff{Mailbox: mailbox, Until: b.until, Cause: b.cause.Error()})
		}
	}
	slices.SortFunc(st.Mailboxes, func(a, b MailboxBackOff) int { return cmp.Compare(a.Mailbox, b.Mailbox) })
	return st
}
