package subscribe

import (
	"context"
	"errors"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// subscribe makes the next generation of a key, if it is still wanted: others
// may have been faster while this one waited for its turn.
//
// The generation is stored before Exchange is asked. So its first notification
// is recognised even if it overtakes the answer, or if the answer is lost; and
// if this process dies in between, the next attempt waits its time.
func (k *keeper) subscribe(ctx context.Context, key string) {
	log := k.cfg.Logger.With("subscription", key)
	row, s, err := loadRow(ctx, k.cfg.Store, key)
	if err != nil {
		if !errors.Is(err, ErrNotFound) && ctx.Err() == nil {
			log.ErrorContext(ctx, "a subscription cannot be read", "error", err)
		}
		return
	}
	p, err := k.plan(ctx, s)
	if err != nil || !p.Subscribe {
		return // the row stays due
	}
	start := time.Now()
	sub := s.begin(p, start, k.policy.callback)
	s.NotBefore = start.Add(k.cfg.SubscribeTimeout + k.pause(s.Attempts))
	if _, err := k.cfg.Store.Put(ctx, rowOf(s, row.Revision, s.NotBefore)); err != nil {
		return // somebody else was faster, or the store fails: the row stays due
	}

	url, err := k.cfg.CallbackURL(key, sub.Generation)
	var answer *ews.SubscribeResponse
	if err == nil {
		call, cancel := context.WithTimeout(ctx, k.cfg.SubscribeTimeout)
		answer, err = k.cfg.Subscriber.Subscribe(call, s.Spec.Mailbox, s.Spec.request(url, p.Watermark))
		cancel()
	}
	k.cfg.Trace.Subscribed(SubscribedInfo{
		Key: key, Generation: sub.Generation, Attempt: s.Attempts, Cause: p.Cause,
		Resumed: p.Watermark != "", Duration: time.Since(start), Err: err,
	})

	// The answer is written down even if the manager is being stopped.
	ctx, cancel := k.cfg.closing(ctx)
	defer cancel()
	var reaction reaction
	if err == nil {
		log.InfoContext(ctx, "subscribed", "generation", sub.Generation, "cause", p.Cause, "resumed", p.Watermark != "")
	} else {
		reaction = reactTo(err, s.Spec.StatusFrequency)
		log.WarnContext(ctx, "Subscribe failed",
			"generation", sub.Generation, "cause", p.Cause, "attempt", s.Attempts, "permanent", reaction.permanent, "error", err)
	}
	pause := k.pause(s.Attempts)
	noted := updateRow(ctx, k.cfg.Store, key, func(s *state) (time.Time, bool) {
		now := time.Now()
		if err == nil {
			return now, s.answered(sub.Generation, answer, now)
		}
		return now, s.failed(sub.Generation, err, reaction, now, pause)
	})
	if noted != nil && !errors.Is(noted, ErrNotFound) {
		// The generation is known, so its first notification will settle it;
		// or else the row is due again in its time.
		log.WarnContext(ctx, "the answer to Subscribe cannot be stored", "generation", sub.Generation, "error", noted)
	}
}

// pause is the least time between one Subscribe and the next.
func (k *keeper) pause(attempts int) time.Duration {
	return backoff{k.cfg.SubscribeBackOff, k.cfg.SubscribeBackOffMax}.after(attempts)
}

// answered notes Exchange's answer to a Subscribe.
func (s *state) answered(generation int64, answer *ews.SubscribeResponse, now time.Time) bool {
	sub := s.find(generation)
	if sub == nil {
		return false // replaced in the meantime; it ends with its first call
	}
	sub.AnsweredAt = now
	sub.SubscriptionID = answer.SubscriptionID
	sub.Watermark = answer.Watermark
	sub.ServerVersion = answer.ServerVersion.String()
	s.Failure, s.NotBefore = nil, time.Time{}
	return true
}

// failed notes why a Subscribe did not succeed.
func (s *state) failed(generation int64, err error, r reaction, now time.Time, pause time.Duration) bool {
	if s.Pending == nil || s.Pending.Generation != generation {
		return false // heard in spite of the error, or replaced
	}
	resumed := s.Pending.Resumed != ""
	if r.refused {
		s.Pending = nil
	}
	s.Failure = &failure{At: now, Code: failureCode(err), Message: err.Error(), Permanent: r.permanent}
	s.NotBefore = now.Add(max(pause, r.wait))
	if r.noResume {
		s.NoResume = CauseWatermarkRefused
		if r.now && resumed {
			s.NotBefore = time.Time{} // not resuming is the answer to this error
		}
	}
	return true
}

// trouble says in one line why push does not work now, for people.
func (s *state) trouble() string {
	switch {
	case s.Failure != nil:
		return s.Failure.Message
	case s.Unconfirmed:
		return "no first notification has come; can Exchange reach the callback address?"
	}
	return "no live subscription"
}
