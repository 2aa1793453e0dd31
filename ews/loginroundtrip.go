package ews

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// maxLoginTries bounds the connections that one request is tried on. Further
// ones follow only when it is certain that the server has not carried it out.
const maxLoginTries = 3

// forgetfulWithin tells a server that wants a login for each request from one
// whose sessions end.
const forgetfulWithin = 10 * time.Second

// roundTrip sends the request on a connection that is logged in by the method,
// or logs in with it.
func (p *loginPool) roundTrip(req *http.Request, m *loginMethod) (*http.Response, error) {
	ctx := req.Context()
	call, err := newLoginCall(req, m.quiet)
	if err != nil {
		return nil, err
	}
	if err := p.acquire(ctx); err != nil {
		return nil, err
	}
	resp, c, err := p.try(ctx, call, m)
	if err != nil {
		p.release()
		return nil, err
	}
	done := func() {
		p.put(c)
		p.release()
	}
	resp.Request = req
	if resp.Body == http.NoBody {
		done()
		return resp, nil
	}
	resp.Body = &loginBody{ReadCloser: resp.Body, done: done}
	return resp, nil
}

// try returns the answer and the connection that it comes from.
func (p *loginPool) try(ctx context.Context, call *loginCall, m *loginMethod) (*http.Response, *loginConn, error) {
	for try := 1; ; try++ {
		var c *loginConn
		if try == 1 { // then a new one: whatever ended this may have ended all
			c = p.take(call.req.URL)
		}
		if c == nil {
			var err error
			if c, err = p.dial(ctx, call.req.URL); err != nil {
				return nil, nil, err
			}
		}
		resp, err := p.on(ctx, c, call, m)
		if err == nil {
			return resp, c, nil
		}
		_ = c.Close()
		lost, ok := errors.AsType[*lostError](err)
		if ok && try < maxLoginTries {
			continue
		}
		if ok {
			err = lost.err
		}
		return nil, nil, err
	}
}

// on sends the request on the connection, and logs in where that is needed.
func (p *loginPool) on(ctx context.Context, c *loginConn, call *loginCall, m *loginMethod) (*http.Response, error) {
	if c.open && !p.forgets() {
		resp, err := p.openly(ctx, c, call)
		if resp != nil || err != nil {
			return resp, err
		}
	}
	for range 2 {
		resp, err := p.logIn(ctx, call, m, c)
		if resp != nil || err != nil {
			return resp, err
		}
		// No login was wanted for what went before the request.
		if resp, err = p.openly(ctx, c, call); resp != nil || err != nil {
			return resp, err
		}
	}
	return nil, errLoginLegs
}

// openly sends the request without credentials. It returns neither an answer
// nor an error if the connection has to be logged in (again) first.
func (p *loginPool) openly(ctx context.Context, c *loginConn, call *loginCall) (*http.Response, error) {
	resp, err := c.send(ctx, call, "", true)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusUnauthorized {
		c.used = true
		return resp, nil
	}
	if c.loggedIn && !c.used && time.Since(c.idle) < forgetfulWithin {
		p.setForgetful()
	}
	c.open = false
	return nil, c.keep(ctx, resp)
}

func (p *loginPool) forgets() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.forgetful
}

func (p *loginPool) setForgetful() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgetful = true
}
