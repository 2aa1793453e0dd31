package subscribe

import "time"

// look is everything besides its state that decides what a row needs.
type look struct {
	now    time.Time
	tail   *record
	policy policy
}

// policy is the part of the Config that decides.
type policy struct {
	callback     string // fingerprint of the callback address that is right now
	silence      func(Spec) time.Duration
	confirm      time.Duration
	pollFallback time.Duration
	compareEvery time.Duration // 0 for never
	resumeWithin time.Duration
}

// plan is what a row needs now.
type plan struct {
	Subscribe bool
	Watermark string // to resume from, or ""
	Gap       Cause  // owed if the new subscription does not resume
	Detail    string
	Cause     Cause // why a new subscription is wanted

	Poll        bool // the application must follow by comparing
	Compare     bool // it is time for a routine comparison
	Confirmed   bool // the pending subscription has been heard, and is the current one now
	Unconfirmed bool // report that no first notification has come

	Due time.Time // when to look again; zero for never
}

// plan decides what the row needs, and notes in the state what it decided.
func (s *state) plan(l look) plan {
	confirmed := false
	if s.Pending != nil {
		// Mostly the recorder has said so. This is for the moment before it
		// does, and for what it could not write.
		if h, ok := l.tail.heardOf(s.Pending.Generation); ok {
			confirmed = s.heard(h.Generation, h.At)
		}
	}
	p := s.next(l)
	p.Confirmed = confirmed
	return p
}

// next is the plan once everything that was heard is in the state.
func (s *state) next(l look) plan {
	cause, aliveUntil := s.wanted(l)
	if cause == "" {
		s.LostAt, s.Unconfirmed = time.Time{}, false
		p := plan{Due: aliveUntil}
		s.planCompare(l, &p)
		return p
	}
	if s.LostAt.IsZero() {
		s.LostAt = l.now
	}
	p := plan{Cause: cause}
	silence := l.policy.silence(s.Spec)
	switch {
	case s.awaited(l) && l.now.Before(s.Pending.AskedAt.Add(silence)):
		p.Due = s.Pending.AskedAt.Add(silence)
		if confirm := s.Pending.AskedAt.Add(l.policy.confirm); l.now.Before(confirm) {
			p.Due = earlier(p.Due, confirm)
		} else if !s.Unconfirmed {
			s.Unconfirmed, p.Unconfirmed = true, true
		}
	case s.Failure != nil && s.Failure.Permanent:
	case l.now.Before(s.NotBefore):
		p.Due = s.NotBefore
	default:
		p.Subscribe = true
		p.Watermark, p.Gap, p.Detail = s.resume(l, cause)
	}
	// While the old generation is still heard, there is nothing to make up for.
	if !l.now.Before(aliveUntil) {
		s.planPoll(l, &p)
	} else {
		s.planCompare(l, &p)
	}
	return p
}

// wanted says why a new generation is wanted, or "", and until when the current
// one counts as alive without being heard again.
func (s *state) wanted(l look) (Cause, time.Time) {
	if s.Current == nil {
		if s.NoResume != "" {
			return s.NoResume, time.Time{}
		}
		if s.Scope == "" {
			return CauseFirstStart, time.Time{}
		}
		return CauseServerError, time.Time{}
	}
	last := s.Current.HeardAt
	if h, ok := l.tail.heardOf(s.Current.Generation); ok {
		last = h.At
	}
	aliveUntil := last.Add(l.policy.silence(s.Spec))
	switch {
	case !l.now.Before(aliveUntil):
		return CauseSilence, aliveUntil
	case s.Current.Fingerprint != s.Spec.fingerprint():
		return CauseSpecChanged, aliveUntil
	case s.Current.Callback != l.policy.callback:
		return CauseNoWatermark, aliveUntil
	}
	return "", aliveUntil
}

// awaited reports whether a subscription that Exchange has confirmed, and that
// is still the right one, waits for its first notification.
func (s *state) awaited(l look) bool {
	return s.Pending != nil && !s.Pending.AnsweredAt.IsZero() &&
		s.Pending.Fingerprint == s.Spec.fingerprint() && s.Pending.Callback == l.policy.callback
}

// resume returns the watermark to resume from, or the gap that is owed instead.
func (s *state) resume(l look, cause Cause) (watermark string, gap Cause, detail string) {
	last := l.tail.newest()
	switch {
	case s.NoResume != "":
		return "", s.NoResume, ""
	case s.Scope == "" || last.At.IsZero():
		return "", CauseFirstStart, ""
	case s.Scope != s.Spec.scope():
		return "", CauseSpecChanged, ""
	case last.Watermark == "":
		return "", CauseNoWatermark, "the last notification carried no watermark"
	case l.now.Sub(last.At) > l.policy.resumeWithin:
		return "", cause, "the last notification is from " + last.At.UTC().Format(time.RFC3339)
	}
	return last.Watermark, "", ""
}

// planPoll has the application follow by comparing for as long as push does
// not work.
func (s *state) planPoll(l look, p *plan) {
	next := s.LostAt.Add(l.policy.confirm)
	if !s.PolledAt.IsZero() {
		next = s.PolledAt.Add(l.policy.pollFallback)
	}
	if !l.now.Before(next) {
		p.Poll = true
		s.PolledAt = l.now
		next = l.now.Add(l.policy.pollFallback)
	}
	p.Due = earlier(p.Due, next)
}

// planCompare has the application compare now and then while push works. Who
// makes the gap notes the time; a plan alone does not.
func (s *state) planCompare(l look, p *plan) {
	if l.policy.compareEvery <= 0 {
		return
	}
	next := s.ComparedAt.Add(l.policy.compareEvery)
	if s.ComparedAt.IsZero() {
		next = l.now.Add(s.Spec.phase(l.policy.compareEvery))
		s.ComparedAt = next.Add(-l.policy.compareEvery)
	}
	if !l.now.Before(next) {
		p.Compare = true
		next = l.now.Add(l.policy.compareEvery)
	}
	p.Due = earlier(p.Due, next)
}

// earlier returns the earlier of two times, of which zero means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
