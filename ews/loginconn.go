package ews

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// maxRefusalBytes bounds what is read of the body of a 401 to keep its
// connection.
const maxRefusalBytes = 256 << 10

// lostError: the connection is gone, and it is certain that the server has not
// carried out the request.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// loginConn is a connection that is, or will be, logged in. It carries one
// request at a time.
type loginConn struct {
	*http.ClientConn
	origin   string
	binding  []byte // channelBinding, nil without TLS
	written  *writeCount
	open     bool      // requests need no credentials (any more)
	loggedIn bool      // because of a login
	used     bool      // such a request has been answered
	idle     time.Time // since when, if it is
}

// dialLogin makes a connection. Everything that this may need, as proxies and
// TLS, is the transport's business.
func dialLogin(ctx context.Context, t *http.Transport, u *url.URL) (*loginConn, error) {
	c := &loginConn{origin: originOf(u), written: new(writeCount)}
	ctx = context.WithValue(ctx, writeCountKey{}, c.written)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// Behind an https proxy there are two; the server's is the last.
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			if err == nil && len(state.PeerCertificates) > 0 {
				c.binding = channelBinding(state.PeerCertificates[0])
			}
		},
	})
	var err error
	c.ClientConn, err = t.NewClientConn(ctx, u.Scheme, net.JoinHostPort(u.Hostname(), port(u)))
	if u.Scheme != "https" {
		c.binding = nil
	}
	return c, err
}

func originOf(u *url.URL) string { return u.Scheme + "://" + net.JoinHostPort(u.Hostname(), port(u)) }

// send is one round trip. A *lostError says that nothing of it has been sent.
func (c *loginConn) send(ctx context.Context, call *loginCall, authorization string, full bool) (*http.Response, error) {
	req, err := call.request(ctx, authorization, full)
	if err != nil {
		return nil, err
	}
	if err := c.Err(); err != nil {
		_ = req.Body.Close()
		return nil, &lostError{fmt.Errorf("%w: %w", errNotKept, err)}
	}
	before := c.written.n.Load()
	resp, err := c.RoundTrip(req)
	if err == nil {
		return resp, nil
	}
	_ = req.Body.Close() // is not always done for a connection that ends at this moment
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if c.written.on.Load() && c.written.n.Load() == before {
		return nil, &lostError{err}
	}
	return nil, err
}

// keep reads the rest of a 401, so that the connection can be used further. A
// *lostError says that it cannot: a 401 means that nothing was carried out.
func (c *loginConn) keep(ctx context.Context, resp *http.Response) error {
	n, err := io.Copy(io.Discard, io.LimitReader(resp.Body, maxRefusalBytes+1))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return &lostError{err}
	case n > maxRefusalBytes:
		return &lostError{fmt.Errorf("%w: more than %d bytes in a 401", ErrResponseTooLarge, maxRefusalBytes)}
	case c.Err() != nil || c.Available() == 0:
		return &lostError{errNotKept}
	}
	return nil
}

// errNotKept: a login needs two requests on one connection, and was not given
// the second one.
var errNotKept = errors.New("ews: the server, or a proxy, ended the connection in the middle of the login")

type writeCountKey struct{}

// writeCount counts what is written to a connection. It tells a request of
// which nothing was sent from one that may have been carried out.
type writeCount struct {
	on atomic.Bool
	n  atomic.Int64
}

type countedConn struct {
	net.Conn
	count *writeCount
}

func (c countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.count.n.Add(int64(n))
	return n, err
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// counted makes a dial function count for those who ask it to by the context.
func counted(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if count, ok := ctx.Value(writeCountKey{}).(*writeCount); ok && err == nil {
			count.on.Store(true)
			return countedConn{conn, count}, nil
		}
		return conn, err
	}
}
