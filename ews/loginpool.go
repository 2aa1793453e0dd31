package ews

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

const (
	defaultMaxConns    = 24               // as many as a Client has calls in flight
	defaultIdleTimeout = 90 * time.Second // of http.DefaultTransport; IIS closes after 120 s
)

// loginPool holds the connections of one identity. net/http's own pool cannot
// be used: it hands out any connection for each leg of a login, and does not
// tell those that are logged in from the others.
type loginPool struct {
	once      sync.Once
	transport *http.Transport // makes connections, and never keeps one
	slots     chan struct{}   // as many as there may be requests at a time

	mu        sync.Mutex
	idle      []*loginConn // the one used last is the last
	scheme    int          // which of the method's schemes the server knows
	forgetful bool         // the server wants a login for each request
}

// setUp takes its own copy of the transport: connections of another identity
// must never come in, nor HTTP/2, which has no connection to be bound to.
func (p *loginPool) setUp(base *http.Transport, maxConns int) {
	p.once.Do(func() {
		if base == nil {
			base = &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 10 * time.Second}
		}
		if maxConns <= 0 {
			maxConns = base.MaxConnsPerHost
		}
		if maxConns <= 0 {
			maxConns = defaultMaxConns
		}
		p.slots = make(chan struct{}, maxConns)
		t := base.Clone()
		t.ForceAttemptHTTP2 = false
		t.TLSNextProto = make(map[string]func(string, *tls.Conn) http.RoundTripper)
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
		if t.TLSClientConfig != nil {
			t.TLSClientConfig.NextProtos = slices.DeleteFunc(slices.Clone(t.TLSClientConfig.NextProtos),
				func(proto string) bool { return proto == "h2" })
		}
		t.DisableKeepAlives, t.MaxIdleConnsPerHost = false, 0
		t.MaxConnsPerHost = 0 // net/http panics at the end of a ClientConn that it has not counted
		if t.IdleConnTimeout <= 0 {
			t.IdleConnTimeout = defaultIdleTimeout
		}
		t.DialContext = counted(dialer(t))
		p.transport = t
	})
}

// dialer is what the transport would dial with.
func dialer(t *http.Transport) dialFunc {
	switch {
	case t.DialContext != nil:
		return t.DialContext
	case t.Dial != nil: //nolint:staticcheck // deprecated, but users may have set it
		dial := t.Dial //nolint:staticcheck // the same
		return func(_ context.Context, network, addr string) (net.Conn, error) { return dial(network, addr) }
	}
	return new(net.Dialer).DialContext
}

// acquire waits until there may be another request.
func (p *loginPool) acquire(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *loginPool) release() { <-p.slots }

// take returns an idle connection, or nil if there is none.
func (p *loginPool) take(u *url.URL) *loginConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expire()
	origin := originOf(u)
	for i, c := range slices.Backward(p.idle) {
		if c.origin == origin {
			p.idle = slices.Delete(p.idle, i, i+1)
			return c
		}
	}
	return nil
}

// dial makes a connection.
func (p *loginPool) dial(ctx context.Context, u *url.URL) (*loginConn, error) {
	return dialLogin(ctx, p.transport, u)
}

// put takes a connection back, if it can be used again without a login.
func (p *loginPool) put(c *loginConn) {
	if !c.open || c.Err() != nil || c.Available() == 0 {
		_ = c.Close()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c.idle = time.Now()
	p.idle = append(p.idle, c)
	p.expire()
	if len(p.idle) > cap(p.slots) { // of several origins
		_ = p.idle[0].Close()
		p.idle = slices.Delete(p.idle, 0, 1)
	}
}

// expire closes what has been idle for too long, or was closed by the server.
func (p *loginPool) expire() {
	p.idle = slices.DeleteFunc(p.idle, func(c *loginConn) bool {
		if c.Err() == nil && time.Since(c.idle) < p.transport.IdleConnTimeout {
			return false
		}
		_ = c.Close()
		return true
	})
}

// closeIdle closes the connections that no request is using.
func (p *loginPool) closeIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.idle {
		_ = c.Close()
	}
	p.idle = nil
}
