package autodiscover

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// ask asks a candidate by one method. What a failure says about the host or the
// service, and not about the address, is remembered.
func (s *search) ask(ctx context.Context, c candidate, m Method) (*answer, error) {
	q := &question{method: m, url: c.url(m, s.address), address: s.address}
	switch m {
	case SOAP:
		q.body = soapRequest(q.url, s.address, requested(s.client.cfg.Settings))
	case POX:
		q.body = poxRequest(s.address)
	default:
		return s.askAnonymously(ctx, c, q)
	}
	for _, key := range []string{loginHost(c), "service " + q.url} {
		if e, found := s.client.memo.get(key); found {
			return nil, e.err
		}
	}
	body, err := s.askWithLogin(ctx, c, q)
	if err != nil {
		if e, ok := errors.AsType[*ews.HTTPError](err); ok && e.StatusCode != http.StatusUnauthorized {
			s.remember(ctx, "service "+q.url, err)
		}
		return nil, err
	}
	if m == SOAP {
		return parseSOAP(body)
	}
	return parsePOX(body)
}

// askAnonymously is for hosts of any kind: it has no credentials to lose.
func (s *search) askAnonymously(ctx context.Context, c candidate, q *question) (*answer, error) {
	if e, found := s.client.memo.get(anonymousHost(c)); found {
		return nil, e.err
	}
	bounded, cancel := context.WithTimeout(ctx, s.client.cfg.Timeout)
	defer cancel()
	body, err := q.ask(bounded, s.client.cfg.Anonymous, s.client.cfg.UserAgent)
	if err != nil {
		s.unreachable(ctx, anonymousHost(c), err)
		return nil, err
	}
	return parseJSON(body)
}

// askWithLogin is for trusted hosts only, and only while logins are not refused.
func (s *search) askWithLogin(ctx context.Context, c candidate, q *question) ([]byte, error) {
	if !s.client.trust.of(c.host) { // whatever the caller thinks
		return nil, fmt.Errorf("%s: %w", clip(c.host), ErrUntrustedHost)
	}
	if s.refusals >= s.client.cfg.MaxRefusals {
		return nil, fmt.Errorf("%w: %d in this discovery", ErrLoginWithheld, s.refusals)
	}
	if err := s.client.logins.acquire(ctx, c.host); err != nil {
		return nil, err
	}
	o := unclear
	defer func() { s.client.logins.release(c.host, o) }()
	bounded, cancel := context.WithTimeout(ctx, s.client.cfg.Timeout)
	defer cancel()
	body, err := q.ask(bounded, s.client.cfg.HTTPClient, s.client.cfg.UserAgent)
	e, isStatus := errors.AsType[*ews.HTTPError](err)
	switch {
	case err == nil:
		o = accepted
	case isStatus && e.StatusCode == http.StatusUnauthorized:
		o = refusal
		s.refusals++
	default:
		s.unreachable(ctx, loginHost(c), err)
	}
	return body, err
}

// Hosts are reached in two ways, which can differ in proxies and in the CAs that
// they know.
func anonymousHost(c candidate) string { return "anonymously to " + c.host }
func loginHost(c candidate) string     { return "with a login to " + c.host }

// unreachable remembers a host that no connection can be made to.
func (s *search) unreachable(ctx context.Context, key string, err error) {
	if errors.Is(err, ErrUnreachable) {
		s.remember(ctx, key, err)
	}
}

// remember remembers a failure, unless it is the caller who gave up.
func (s *search) remember(ctx context.Context, key string, err error) {
	if ctx.Err() == nil {
		s.client.memo.put(key, memoEntry{err: err, until: time.Now().Add(s.client.cfg.NegativeTTL)})
	}
}
