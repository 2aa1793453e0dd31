package subscribe

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// State is the condition of a subscription.
type State string

// The states of a subscription.
const (
	// StateActive: notifications or heartbeats come as they should.
	StateActive State = "active"
	// StateSubscribing: a subscription is wanted, or asked for, and not
	// confirmed by a first notification yet.
	StateSubscribing State = "subscribing"
	// StateUnconfirmed: Exchange has accepted the subscription, but its first
	// notification does not arrive. Exchange cannot reach the callback
	// address: look at name resolution, routes, firewalls, the web proxy in
	// the configuration of EWS, and the certificate.
	StateUnconfirmed State = "unconfirmed"
	// StateRetrying: the last Subscribe failed; the next is at NextAttempt.
	StateRetrying State = "retrying"
	// StateFailed: the last Subscribe failed in a way that trying again soon
	// does not mend. It is tried again when the Spec changes, by Manager.Retry,
	// and where it may have been mended without our knowledge, at NextAttempt.
	StateFailed State = "failed"
)

// Status is what is known of one subscription.
type Status struct {
	Spec  Spec
	State State

	// Server is how the server of the mailbox named itself in its last answer to
	// a Subscribe, also if that was an error; zero if it did not.
	Server ews.ServerVersionInfo

	// Of the subscription that was last heard, zero if there is none.
	Generation     int64     // rises with each Subscribe; a time in milliseconds
	SubscriptionID string    // empty until Exchange's answer is known
	ServerVersion  string    // Server then, in words
	ConfirmedAt    time.Time // when its first notification came
	LastReceived   time.Time // when its last notification or heartbeat came
	SilentAt       time.Time // when it is taken for dead if nothing comes until then

	// Of the Subscribes since.
	Attempts    int
	NextAttempt time.Time // zero if none is planned
	Error       string    // of the last one; for people
	ErrorCode   string    // an EWS response code, an HTTP status, or a kind of network error: ews.Reaction.On
	Action      ews.Action
	Reaction    string // what is done about it, or must be done, in words: ews.Reaction.String
	// BackOffUntil is until when the server wants no calls for this mailbox, or
	// the client makes none after a refused login; zero if neither. With
	// ews.ScopeClient in BackOffScope it is the same for all mailboxes.
	BackOffUntil time.Time
	BackOffScope ews.Scope

	Backlog int64 // entries that wait for the Handler
	Parked  int   // events that were set aside
}

// Status returns what is known of one subscription; ErrNotFound if key is not
// subscribed.
func (m *Manager) Status(ctx context.Context, key string) (Status, error) {
	row, err := m.cfg.Store.Get(ctx, key)
	if err != nil {
		return Status{}, fmt.Errorf("subscribe: Status %q: %w", key, err)
	}
	st, err := m.status(ctx, row)
	if err != nil {
		return Status{}, fmt.Errorf("subscribe: Status %q: %w", key, err)
	}
	for parked, err := range m.parked(ctx, ParkedID{Key: key}) {
		if err != nil {
			return Status{}, fmt.Errorf("subscribe: Status %q: %w", key, err)
		}
		if parked.Key != key {
			break
		}
		st.Parked++
	}
	return st, nil
}

// All returns the status of every subscription, in order of their keys. It
// reads page by page: it is no snapshot. After an error it ends.
func (m *Manager) All(ctx context.Context) iter.Seq2[Status, error] {
	return func(yield func(Status, error) bool) {
		parked := make(map[string]int)
		for p, err := range m.parked(ctx, ParkedID{}) {
			if err != nil {
				yield(Status{}, fmt.Errorf("subscribe: All: %w", err))
				return
			}
			parked[p.Key]++
		}
		for row, err := range rowsAfter(ctx, m.cfg.Store, firstKey) {
			var st Status
			if err == nil {
				st, err = m.status(ctx, row)
			}
			if err != nil {
				yield(Status{}, fmt.Errorf("subscribe: All: %w", err))
				return
			}
			st.Parked = parked[row.Key]
			if !yield(st, nil) {
				return
			}
		}
	}
}

func (m *Manager) status(ctx context.Context, row Row) (Status, error) {
	s, err := decodeState(row)
	if err != nil {
		return Status{}, err
	}
	tail, last, err := loadTail(ctx, m.cfg.Store, row.Key)
	if err != nil {
		return Status{}, err
	}
	offset, err := m.cfg.Store.Offset(ctx, row.Key)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Status{}, err
	}
	offset = min(max(offset, m.dispatch.offset(row.Key)), last) // the store may learn of it later
	policy, now := m.cfg.policy(), time.Now()
	st := Status{
		Spec:        s.Spec,
		State:       s.state(look{now: now, tail: tail, policy: policy}),
		Attempts:    s.Attempts,
		NextAttempt: s.NotBefore,
		Server:      s.Server,
		Backlog:     last - offset,
	}
	if f := s.Failure; f != nil {
		st.Error, st.ErrorCode, st.Action, st.Reaction = f.Message, f.Code, f.Action, f.Reaction
		if f.Permanent {
			st.NextAttempt = time.Time{}
		}
		if f.BackOffUntil.After(now) {
			st.BackOffUntil, st.BackOffScope = f.BackOffUntil, f.BackOffScope
		}
	}
	if c := s.Current; c != nil {
		_, st.SilentAt = s.wanted(look{now: now, tail: tail, policy: policy})
		st.Generation, st.SubscriptionID, st.ServerVersion = c.Generation, c.SubscriptionID, c.ServerVersion
		st.ConfirmedAt, st.LastReceived = c.HeardAt, c.HeardAt
		if h, ok := tail.heardOf(c.Generation); ok {
			st.LastReceived = h.At
		}
	}
	return st, nil
}

// state says in one word what plan would find.
func (s *state) state(l look) State {
	cause, aliveUntil := s.wanted(l)
	switch {
	case cause == "":
		return StateActive
	case s.Failure != nil && (s.Failure.Failed || s.Failure.Permanent):
		return StateFailed
	case s.Failure != nil:
		return StateRetrying
	case l.now.Before(aliveUntil):
		return StateActive // its successor is being made
	case s.awaited(l) && !l.now.Before(s.Pending.AskedAt.Add(l.policy.confirm)):
		return StateUnconfirmed
	}
	return StateSubscribing
}
