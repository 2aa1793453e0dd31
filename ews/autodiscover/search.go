package autodiscover

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ewspush/ewspush/ews"
)

const (
	maxRedirects = 10
	// busyWait is how long a server that is busy is left alone before it is
	// asked once more, after everything else has failed.
	busyWait = 2 * time.Second
)

// search is one discovery.
type search struct {
	client   *Client
	attempts []Attempt
	refusals int // logins refused in this discovery
	hops     int // redirects followed
	seen     map[string]bool

	// Of the address that is asked for now:
	address address
	tried   map[candidate]bool
	busy    []candidate
}

// verdict is what trying something led to: a result, another address to ask for,
// the end of the search, or, as its zero value, nothing.
type verdict struct {
	result  *Result
	restart address
	over    bool
}

func (v verdict) decided() bool { return v != verdict{} }

// run searches until there is a result or nothing left to try.
func (s *search) run(ctx context.Context, a address) (*Result, error) {
	asked := a
	for {
		s.address, s.tried, s.busy = a, map[candidate]bool{}, nil
		s.seen[a.key()] = true
		v := s.round(ctx)
		if v.result != nil {
			return v.result, nil
		}
		if v.restart == (address{}) {
			return nil, &Error{Address: asked.String(), Attempts: s.attempts}
		}
		a = v.restart
	}
}

// round tries all there is for one address, in order.
func (s *search) round(ctx context.Context) verdict {
	for _, source := range []func(context.Context) []candidate{
		s.known, s.configured, s.looked, s.derived, s.redirected, s.records, s.again,
	} {
		for _, c := range source(ctx) {
			if v := s.try(ctx, c); v.decided() {
				return v
			}
		}
		if err := ctx.Err(); err != nil {
			s.failed(Attempt{Err: err})
			return verdict{over: true}
		}
	}
	return verdict{}
}

func (s *search) failed(a Attempt) {
	a.Address = s.address.String()
	s.attempts = append(s.attempts, a)
}

// try asks one candidate by each method.
func (s *search) try(ctx context.Context, c candidate) verdict {
	if s.tried[c] || ctx.Err() != nil {
		return verdict{}
	}
	s.tried[c] = true
	trusted := s.client.trust.of(c.host)
	if !trusted && !s.isOwn(c) {
		s.failed(Attempt{Method: SOAP, URL: c.url(SOAP, s.address), Err: fmt.Errorf("not contacted: %s: %w", clip(c.host), ErrUntrustedHost)})
		return verdict{}
	}
	loginsOver := false // nothing more to be learned here with a login
	for _, m := range s.methods(c, trusted) {
		if m != JSON && loginsOver {
			continue
		}
		answer, err := s.ask(ctx, c, m)
		var result *Result
		if err == nil {
			result, err = s.result(c, m, answer)
		}
		if err == nil {
			return verdict{result: result}
		}
		s.failed(Attempt{Method: m, URL: c.url(m, s.address), Err: err})
		e, ok := errors.AsType[*ServiceError](err)
		if !ok {
			loginsOver = m != JSON && endsLogins(err)
			continue
		}
		switch e.Code {
		case RedirectAddress:
			if v := s.restart(e.Target); v.decided() {
				return v
			}
		case RedirectURL:
			if v := s.follow(ctx, e.Target); v.decided() {
				return v
			}
		case ServerBusy:
			s.busy = append(s.busy, c)
			return verdict{}
		case InvalidUser, InvalidDomain, NotFederated:
			loginsOver = m != JSON // POX asks the same server
		default:
		}
	}
	return verdict{}
}

// endsLogins reports whether the other service of a host need not be asked.
func endsLogins(err error) bool {
	if errors.Is(err, ErrUnreachable) || errors.Is(err, ErrLoginWithheld) {
		return true
	}
	e, ok := errors.AsType[*ews.HTTPError](err)
	return ok && e.StatusCode == http.StatusUnauthorized
}

// isOwn reports whether a candidate is one of the two that the address stands
// for.
func (s *search) isOwn(c candidate) bool {
	return c.host == s.address.domain || c.host == "autodiscover."+s.address.domain
}

// methods returns the ways to ask a host, in order. A host that is not trusted
// is asked anonymously, and what that leaves out is said.
func (s *search) methods(c candidate, trusted bool) []Method {
	switch {
	case s.client.cfg.HTTPClient == nil:
		return []Method{JSON}
	case !trusted:
		s.failed(Attempt{Method: SOAP, URL: c.url(SOAP, s.address), Err: fmt.Errorf("asked anonymously only: %s: %w", clip(c.host), ErrUntrustedHost)})
		return []Method{JSON}
	case len(s.client.cfg.Settings) > 0:
		return []Method{SOAP, POX, JSON}
	default:
		return []Method{JSON, SOAP, POX}
	}
}

// restart begins anew with another address, unless it was asked for before.
func (s *search) restart(smtp string) verdict {
	a, err := parseAddress(smtp)
	if err == nil && s.seen[a.key()] {
		err = fmt.Errorf("%w: to %s, which was asked for before", ErrRedirect, clip(smtp))
	}
	if err != nil {
		s.failed(Attempt{Err: err})
		return verdict{}
	}
	if !s.hop() {
		return verdict{over: true}
	}
	return verdict{restart: a}
}

// follow tries the URL that a server points to.
func (s *search) follow(ctx context.Context, target string) verdict {
	c, err := parseCandidate(target)
	if err != nil {
		s.failed(Attempt{Err: err})
		return verdict{}
	}
	if s.tried[c] {
		s.failed(Attempt{Err: fmt.Errorf("%w: to %s, which was tried before", ErrRedirect, clip(c.host))})
		return verdict{}
	}
	if !s.hop() {
		return verdict{over: true}
	}
	return s.try(ctx, c)
}

// hop counts a redirect.
func (s *search) hop() bool {
	s.hops++
	if s.hops > maxRedirects {
		s.failed(Attempt{Err: fmt.Errorf("%w: more than %d", ErrTooManyRedirects, maxRedirects)})
		return false
	}
	return true
}

// result makes a Result of an answer whose endpoint may be used.
func (s *search) result(c candidate, m Method, a *answer) (*Result, error) {
	urls := []string{a.external, a.internal}
	if s.client.cfg.PreferInternal {
		urls = []string{a.internal, a.external}
	}
	err := ErrNoEndpoint
	for _, raw := range urls {
		if raw == "" {
			continue
		}
		endpoint, notUsable := s.client.trust.endpoint(raw)
		if notUsable != nil {
			if errors.Is(err, ErrNoEndpoint) {
				err = notUsable // of the preferred one
			}
			continue
		}
		s.client.memo.put("works for "+s.address.domain, memoEntry{candidates: []candidate{c}, until: time.Now().Add(s.client.cfg.TTL)})
		return &Result{
			EWSURL: endpoint, ExternalEWSURL: a.external, InternalEWSURL: a.internal,
			Method: m, URL: c.url(m, s.address), Address: s.address.String(), PrimaryAddress: a.primary,
			ServerVersion: a.version, SupportedSchemas: a.schemas, GroupingInformation: a.grouping, Settings: a.settings,
			Discovered: time.Now(),
		}, nil
	}
	return nil, err
}
