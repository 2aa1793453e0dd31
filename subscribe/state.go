package subscribe

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// state is what a Row's Data holds: what is wanted, and how far it has come.
// It changes by the methods in this file and in plan.go only, and is written
// by compare-and-swap only.
type state struct {
	Spec Spec `json:"spec"`
	// Generation is the highest that was ever handed out.
	Generation int64 `json:"generation,omitempty"`
	// Current is the subscription that has been heard; Pending the one that
	// has been asked for and not been heard yet. Notifications of both are
	// accepted, of any older one refused, which ends it.
	Current *subscription `json:"current,omitempty"`
	Pending *subscription `json:"pending,omitempty"`

	// Attempts counts the Subscribes since a subscription was last heard for
	// the first time; NotBefore is the earliest time of the next. They are
	// stored so that a crash loop cannot use up the server's limits.
	Attempts  int       `json:"attempts,omitempty"`
	NotBefore time.Time `json:"notBefore,omitzero"`
	Failure   *failure  `json:"failure,omitempty"` // of the last Subscribe

	// Scope is that of the subscription that was heard last; only within it
	// can its watermark be resumed from.
	Scope string `json:"scope,omitempty"`
	// NoResume forbids to resume, and says why: Exchange lost the history, or
	// refused the watermark.
	NoResume Cause `json:"noResume,omitempty"`

	// Rediscover: the endpoint is to be looked up before the next Subscribe;
	// RediscoveredAt is when it was last.
	Rediscover     bool      `json:"rediscover,omitempty"`
	RediscoveredAt time.Time `json:"rediscoveredAt,omitzero"`
	// Server is how the server of the mailbox last named itself.
	Server ews.ServerVersionInfo `json:"server,omitzero"`

	// LostAt is since when push is not known to work; zero while it is.
	LostAt time.Time `json:"lostAt,omitzero"`
	// PolledAt is when the last CauseUnreachable gap was made.
	PolledAt time.Time `json:"polledAt,omitzero"`
	// ComparedAt is when the last CauseRoutine gap was made, or should have
	// been.
	ComparedAt time.Time `json:"comparedAt,omitzero"`
	// Unconfirmed is set once the lack of a first notification was reported.
	Unconfirmed bool `json:"unconfirmed,omitempty"`
}

// subscription is one generation.
type subscription struct {
	Generation  int64     `json:"generation"`
	Fingerprint string    `json:"fingerprint"` // of the Spec it was asked for with
	Scope       string    `json:"scope"`       // of that Spec
	Callback    string    `json:"callback"`    // fingerprint of the callback address
	AskedAt     time.Time `json:"askedAt"`
	// Gap is owed to the Handler with the first notification, since the
	// subscription does not resume from what was received.
	Gap    Cause  `json:"gap,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Resumed is the watermark it was asked to resume from.
	Resumed string `json:"resumed,omitempty"`

	// From Exchange's answer; zero until it has come, if it ever does.
	AnsweredAt     time.Time `json:"answeredAt,omitzero"`
	SubscriptionID string    `json:"subscriptionId,omitempty"`
	Watermark      string    `json:"watermark,omitempty"`
	ServerVersion  string    `json:"serverVersion,omitempty"`

	HeardAt time.Time `json:"heardAt,omitzero"` // when its first notification came
}

func (s *state) encode() []byte {
	b, err := json.Marshal(s)
	if err != nil { // strings, numbers and times only
		panic("subscribe: " + err.Error())
	}
	return b
}

func decodeState(row Row) (*state, error) {
	s, err := parseState(row.Data)
	if err != nil {
		return nil, fmt.Errorf("subscribe: row of %q: %w", row.Key, err)
	}
	return s, nil
}

// find returns the subscription of a generation whose notifications are
// accepted, or nil.
func (s *state) find(generation int64) *subscription {
	for _, sub := range []*subscription{s.Current, s.Pending} {
		if sub != nil && sub.Generation == generation {
			return sub
		}
	}
	return nil
}

// served returns the generations whose notifications are accepted.
func (s *state) served() []int64 {
	var generations []int64
	for _, sub := range []*subscription{s.Current, s.Pending} {
		if sub != nil {
			generations = append(generations, sub.Generation)
		}
	}
	return generations
}

// begin makes the next generation pending. Generations are times, in
// milliseconds: they rise also when a store has lost its memory, or an old
// copy of it was restored, so that no old subscription is taken for a new one.
func (s *state) begin(p plan, now time.Time, callback string) *subscription {
	s.Generation = max(s.Generation+1, now.UnixMilli())
	s.Pending = &subscription{
		Generation:  s.Generation,
		Fingerprint: s.Spec.fingerprint(),
		Scope:       s.Spec.scope(),
		Callback:    callback,
		AskedAt:     now,
		Gap:         p.Gap,
		Detail:      p.Detail,
		Resumed:     p.Watermark,
	}
	s.Attempts++
	s.Unconfirmed = false
	return s.Pending
}

// heard notes the first notification of the pending generation: it becomes the
// current one, and the one before is refused from now on. It reports whether
// anything changed.
func (s *state) heard(generation int64, at time.Time) bool {
	if s.Pending == nil || s.Pending.Generation != generation {
		return false
	}
	s.Current, s.Pending = s.Pending, nil
	s.Current.HeardAt = at
	s.Scope = s.Current.Scope
	s.Attempts, s.NotBefore, s.Failure = 0, time.Time{}, nil
	s.NoResume, s.LostAt, s.PolledAt, s.Unconfirmed = "", time.Time{}, time.Time{}, false
	s.Rediscover = false
	return true
}

// lose notes that Exchange has given up a generation.
func (s *state) lose(generation int64, v verdict, at time.Time) bool {
	switch {
	case s.Current != nil && s.Current.Generation == generation:
		s.Current = nil
	case s.Pending != nil && s.Pending.Generation == generation:
		s.Pending = nil
	default:
		return false
	}
	if v.noResume {
		s.NoResume = CauseServerError
	}
	if v.rediscover {
		s.Rediscover = true
	}
	if v.wait > 0 && at.Add(v.wait).After(s.NotBefore) {
		s.NotBefore = at.Add(v.wait)
	}
	return true
}

// respec changes what is wanted. It reports whether anything changed.
func (s *state) respec(spec Spec) bool {
	if s.Spec.fingerprint() == spec.fingerprint() {
		return false
	}
	if !strings.EqualFold(s.Spec.Mailbox, spec.Mailbox) {
		// What the old ones tell is about another mailbox.
		s.Current, s.Pending = nil, nil
		s.Rediscover, s.RediscoveredAt, s.Server = false, time.Time{}, ews.ServerVersionInfo{}
	}
	s.Spec = spec
	s.retry()
	return true
}

// retry lifts every bar to a Subscribe at once.
func (s *state) retry() {
	s.Attempts, s.NotBefore, s.Failure = 0, time.Time{}, nil
}
