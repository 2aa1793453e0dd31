package ews

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
)

// maxLoginLegs bounds the messages of one login. NTLM has two, Kerberos one or
// two.
const maxLoginLegs = 8

var (
	// errLoginToken: NegotiateContext.Step had nothing to begin with.
	errLoginToken = errors.New("ews: the login begins without a token")
	// errLoginLegs: the server has a further question each time.
	errLoginLegs = errors.New("ews: the login does not come to an end")
)

// loginMethod is how an identity logs in.
type loginMethod struct {
	schemes []string // for WWW-Authenticate, the favourite first
	// quiet: the first message never completes a login, so the request's body
	// need not go with it.
	quiet bool
	begin func(ctx context.Context, target NegotiateTarget) (NegotiateContext, error)
}

// offered returns the index of the first scheme that the server offers, or -1.
func (m *loginMethod) offered(h http.Header) int {
	for i, scheme := range m.schemes {
		if offers(h, scheme) {
			return i
		}
	}
	return -1
}

// logIn carries out one login on the connection, with the request in its last
// leg, and returns the answer to the request: a 401 if it was refused. The
// answer is nil if the server wants no login, and does not know the request yet.
func (p *loginPool) logIn(ctx context.Context, call *loginCall, m *loginMethod, c *loginConn) (*http.Response, error) {
	scheme := p.schemeOf(m)
	for try := 0; ; try++ {
		resp, other, err := c.logIn(ctx, call, m, m.schemes[scheme])
		if err != nil || other < 0 || try > 0 {
			return resp, err
		}
		if err := c.keep(ctx, resp); err != nil {
			return nil, err
		}
		scheme = other
		p.setScheme(other)
	}
}

// logIn is loginPool.logIn by one scheme. If the server offers only another one
// of the method's schemes, the index of that is returned too, and otherwise -1.
func (c *loginConn) logIn(ctx context.Context, call *loginCall, m *loginMethod, scheme string) (*http.Response, int, error) {
	sc, err := m.begin(ctx, NegotiateTarget{SPN: "HTTP/" + call.req.URL.Hostname(), ChannelBinding: c.binding})
	if err != nil {
		return nil, -1, err
	}
	token, err := sc.Step(ctx, nil)
	if err == nil && len(token) == 0 {
		err = errLoginToken
	}
	if err != nil {
		return nil, -1, err
	}
	for leg := range maxLoginLegs {
		told := leg > 0 || !m.quiet // who this is
		resp, err := c.sendLeg(ctx, call, scheme+" "+base64.StdEncoding.EncodeToString(token), told)
		if err != nil {
			return nil, -1, err
		}
		if resp.StatusCode != http.StatusUnauthorized {
			resp, err := c.opened(ctx, call, resp, told)
			return resp, -1, err
		}
		question := challengeToken(resp.Header, scheme)
		switch {
		case question != nil:
			if token, err = sc.Step(ctx, question); err != nil {
				return nil, -1, errors.Join(err, resp.Body.Close())
			}
			if len(token) == 0 {
				return resp, -1, nil
			}
			if err := c.keep(ctx, resp); err != nil {
				return nil, -1, err
			}
		case leg == 0 && !offers(resp.Header, scheme):
			return resp, m.offered(resp.Header), nil
		default:
			return resp, -1, nil
		}
	}
	return nil, -1, errLoginLegs
}

// sendLeg is send for a message of a login. The request's body goes with it
// only if it can matter.
func (c *loginConn) sendLeg(ctx context.Context, call *loginCall, authorization string, told bool) (*http.Response, error) {
	full := told || call.fullLeg
	resp, err := c.send(ctx, call, authorization, full)
	if err != nil && !full && ctx.Err() == nil {
		return nil, &lostError{err} // whatever became of it, it was without the request
	}
	return resp, err
}

// opened notes that the server lets requests pass on this connection. If it did
// so before it was told who this is, then it wants no login, and unless it has
// got the request, the answer is of no use.
func (c *loginConn) opened(ctx context.Context, call *loginCall, resp *http.Response, told bool) (*http.Response, error) {
	c.open, c.loggedIn, c.used = true, told, false
	if told || call.fullLeg {
		return resp, nil
	}
	call.fullLeg = true // should it want a login for the request itself
	return nil, c.keep(ctx, resp)
}

func (p *loginPool) schemeOf(m *loginMethod) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(p.scheme, len(m.schemes)-1)
}

func (p *loginPool) setScheme(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scheme = i
}
