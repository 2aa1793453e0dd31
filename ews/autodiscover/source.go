package autodiscover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

// The sources of candidates, in the order of search.round. A source that finds
// nothing says why in an attempt.

// known is what has worked for the domain.
func (s *search) known(context.Context) []candidate {
	e, _ := s.client.memo.get("works for " + s.address.domain)
	return e.candidates
}

func (s *search) configured(context.Context) []candidate { return s.client.configured }

// looked is what Config.Lookup says.
func (s *search) looked(ctx context.Context) []candidate {
	lookup := s.client.cfg.Lookup
	if lookup == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.client.cfg.Timeout)
	defer cancel()
	urls, err := lookup(ctx, s.address.String())
	if err != nil {
		s.failed(Attempt{Method: Hook, Err: err})
	}
	var found []candidate
	for _, raw := range urls {
		c, err := parseCandidate(raw)
		if err != nil {
			s.failed(Attempt{Method: Hook, Err: err})
			continue
		}
		found = append(found, c)
	}
	return found
}

// derived is what the address stands for.
func (s *search) derived(context.Context) []candidate {
	return []candidate{standard(s.address.domain), standard("autodiscover." + s.address.domain)}
}

// redirected is where an anonymous GET over http is redirected to. It is the one
// request that anybody on the way may answer: what comes of it is an address,
// which must be https and of a trusted host like any other.
func (s *search) redirected(ctx context.Context) []candidate {
	q := &question{method: GET, url: "http://autodiscover." + s.address.domain + servicePath + ".xml", address: s.address}
	return s.hint(ctx, q.method, q.url, func(ctx context.Context) ([]candidate, error) {
		_, err := q.ask(ctx, s.client.cfg.Anonymous, s.client.cfg.UserAgent)
		e, ok := errors.AsType[*ServiceError](err)
		if !ok {
			return nil, cmp.Or(err, fmt.Errorf("%w: not redirected", ErrNoHint))
		}
		c, err := parseCandidate(e.Target)
		if err != nil {
			return nil, err
		}
		return []candidate{c}, nil
	})
}

// records is what DNS says, in the order of priority and weight.
func (s *search) records(ctx context.Context) []candidate {
	return s.hint(ctx, SRV, "_autodiscover._tcp."+s.address.domain, func(ctx context.Context) ([]candidate, error) {
		_, records, err := s.client.cfg.LookupSRV(ctx, "autodiscover", "tcp", s.address.domain)
		// Records that cannot be used come as an error beside those that can.
		var found []candidate
		slices.SortStableFunc(records, func(a, b *net.SRV) int { return cmp.Compare(a.Priority, b.Priority) })
		for _, r := range records {
			host := normalHost(r.Target)
			if r.Port != 443 || !isHostName(host) {
				continue // no TLS there, or the dot that says "not available"
			}
			found = append(found, standard(host))
		}
		if len(found) == 0 {
			return nil, cmp.Or(err, fmt.Errorf("%w: no SRV record with port 443", ErrNoHint))
		}
		return found, nil
	})
}

// hint asks a source that says the same for all addresses of a domain, or
// remembers what it said. Each candidate is a redirect like any other.
func (s *search) hint(ctx context.Context, m Method, key string, ask func(context.Context) ([]candidate, error)) []candidate {
	e, found := s.client.memo.get(key)
	if !found {
		bounded, cancel := context.WithTimeout(ctx, s.client.cfg.Timeout)
		e.candidates, e.err = ask(bounded)
		cancel()
		if ctx.Err() != nil {
			return nil // which says nothing about the source
		}
		e.until = time.Now().Add(s.client.cfg.NegativeTTL)
		s.client.memo.put(key, e)
	}
	if e.err != nil {
		s.failed(Attempt{Method: m, URL: key, Err: e.err})
		return nil
	}
	var left []candidate
	for _, c := range e.candidates {
		if s.tried[c] {
			continue
		}
		if !s.hop() {
			break
		}
		left = append(left, c)
	}
	return left
}

// again is the hosts that were busy, after a while.
func (s *search) again(ctx context.Context) []candidate {
	if len(s.busy) == 0 {
		return nil
	}
	timer := time.NewTimer(busyWait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil
	}
	busy := s.busy
	s.busy = nil
	for _, c := range busy {
		delete(s.tried, c)
	}
	return busy
}
