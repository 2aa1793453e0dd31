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
	rediscover := s.Rediscover && k.mayRediscover(s, start)
	if rediscover {
		s.Rediscover, s.RediscoveredAt = false, start
	}
	sub := s.begin(p, start, k.policy.callback)
	s.NotBefore = start.Add(k.cfg.SubscribeTimeout + k.pause(s.Attempts))
	if _, err := k.cfg.Store.Put(ctx, rowOf(s, row.Revision, s.NotBefore)); err != nil {
		return // somebody else was faster, or the store fails: the row stays due
	}

	answer, err := k.ask(ctx, s, sub, rediscover)
	log = log.With("generation", sub.Generation, "cause", p.Cause, "resumed", p.Watermark != "")
	reaction := ews.ReactionTo(err)
	k.cfg.Trace.Subscribed(SubscribedInfo{
		Key: key, Generation: sub.Generation, Attempt: s.Attempts, Cause: p.Cause,
		Resumed: p.Watermark != "", Duration: time.Since(start), Err: err, Reaction: reaction,
	})
	switch {
	case err == nil:
		log.InfoContext(ctx, "subscribed")
	case isUnsent(err): // the answer that is the reason was logged
		log.DebugContext(ctx, "Subscribe held back", "attempt", s.Attempts, "reaction", reaction.String(), "error", err)
	default:
		log.WarnContext(ctx, "Subscribe failed", "attempt", s.Attempts, "reaction", reaction.String(), "error", err)
	}

	// The answer is written down even if the manager is being stopped.
	ctx, cancel := k.cfg.closing(ctx)
	defer cancel()
	pause := k.pause(s.Attempts)
	noted := updateRow(ctx, k.cfg.Store, key, func(s *state) (time.Time, bool) {
		now := time.Now()
		if err == nil {
			return now, s.answered(sub.Generation, answer, now)
		}
		return now, s.failed(sub.Generation, err, now, pause, k.mayRediscover(s, now))
	})
	if noted != nil && !errors.Is(noted, ErrNotFound) {
		// The generation is known, so its first notification will settle it;
		// or else the row is due again in its time.
		log.WarnContext(ctx, "the answer to Subscribe cannot be stored", "error", noted)
	}
}

// ask makes the call, and looks up the endpoint first if it is to.
func (k *keeper) ask(ctx context.Context, s *state, sub *subscription, rediscover bool) (*ews.SubscribeResponse, error) {
	url, err := k.cfg.CallbackURL(s.Spec.Key, sub.Generation)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, k.cfg.SubscribeTimeout)
	defer cancel()
	if rediscover {
		start := time.Now()
		err := k.cfg.Rediscover(ctx, s.Spec.Mailbox)
		k.cfg.Trace.Rediscovered(RediscoveredInfo{
			Key: s.Spec.Key, Mailbox: s.Spec.Mailbox, Duration: time.Since(start), Err: err,
		})
		if err != nil {
			return nil, &rediscoverError{err}
		}
	}
	return k.cfg.Subscriber.Subscribe(ctx, s.Spec.Mailbox, s.Spec.request(url, sub.Resumed))
}

// mayRediscover reports whether the endpoint may be looked up before the next
// Subscribe.
func (k *keeper) mayRediscover(s *state, now time.Time) bool {
	return k.cfg.Rediscover != nil && now.Sub(s.RediscoveredAt) >= k.cfg.RediscoverPause
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
	if !answer.ServerVersion.IsZero() {
		sub.ServerVersion = answer.ServerVersion.String()
		s.Server = answer.ServerVersion
	}
	s.Failure, s.NotBefore = nil, time.Time{}
	return true
}

// failed notes why a Subscribe did not succeed.
func (s *state) failed(generation int64, err error, now time.Time, pause time.Duration, mayRediscover bool) bool {
	if s.Pending == nil || s.Pending.Generation != generation {
		return false // heard in spite of the error, or replaced
	}
	if version, ok := ews.ServerVersionOf(err); ok {
		s.Server = version
	}
	resumed := s.Pending.Resumed != ""
	f, v := newFailure(err, s.Failure, s.Spec, now)
	if v.refused {
		s.Pending = nil
	}
	if isUnsent(err) {
		s.Attempts-- // no storm can come of what was not sent
		pause = time.Second
	}
	s.NotBefore = now.Add(max(pause, v.wait))
	if f.Action == ews.ActionNone {
		return true // the manager has ended the call itself: nothing is wrong
	}
	s.Failure = f
	s.Rediscover = s.Rediscover || v.rediscover || isRediscoverError(err)
	if v.rediscover && mayRediscover && !v.failed {
		s.NotBefore = now.Add(v.wait)
	}
	if v.noResume {
		s.NoResume = CauseWatermarkRefused
		if v.atOnce && resumed {
			s.NotBefore = time.Time{}
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
