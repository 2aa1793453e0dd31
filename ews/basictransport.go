package ews

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ErrPlaintext: credentials would have crossed the network in the clear.
var ErrPlaintext = errors.New("ews: BasicTransport: refusing to send credentials over http; use https, or set AllowPlaintext")

// ErrForeignHost: a redirect would have taken credentials to another host.
var ErrForeignHost = errors.New("ews: BasicTransport: refusing to send credentials to the host of a redirect")

// BasicTransport is an http.RoundTripper that logs in with Basic
// authentication, for the Transport of an http.Client. Its fields must not be
// changed while it is in use; then it may be used by many goroutines.
//
// It sends the credentials over https, and over http to the same machine. Any
// other http needs AllowPlaintext. It never sends them to the host that a
// redirect leads to, unless that is the host, port and scheme of the first
// request. Neither printing nor logging it shows the password.
type BasicTransport struct {
	Username       string
	Password       string            `json:"-"`
	Base           http.RoundTripper `json:"-"` // nil: http.DefaultTransport
	AllowPlaintext bool
}

var (
	_ http.RoundTripper = (*BasicTransport)(nil)
	_ slog.LogValuer    = BasicTransport{}
	_ fmt.Formatter     = BasicTransport{}
)

// RoundTrip implements http.RoundTripper. Its own errors are ErrPlaintext and
// ErrForeignHost, both before anything has been sent.
func (t *BasicTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.check(req); err != nil {
		if req.Body != nil {
			err = errors.Join(err, req.Body.Close())
		}
		return nil, err
	}
	own := req.Clone(req.Context())
	own.SetBasicAuth(t.Username, t.Password)
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	return base.RoundTrip(own)
}

// CloseIdleConnections passes the call on to Base.
func (t *BasicTransport) CloseIdleConnections() {
	if base, ok := t.Base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

func (t *BasicTransport) check(req *http.Request) error {
	if req.URL.Scheme != "https" && !t.AllowPlaintext && !isLoopback(req.URL.Hostname()) {
		return ErrPlaintext
	}
	for resp := req.Response; resp != nil && resp.Request != nil; resp = resp.Request.Response {
		if !sameOrigin(resp.Request.URL, req.URL) {
			return ErrForeignHost
		}
	}
	return nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// String shows the user name only.
func (t BasicTransport) String() string { return fmt.Sprintf("BasicTransport(%q)", t.Username) }

// GoString is String.
func (t BasicTransport) GoString() string { return t.String() }

// Format prints String for all verbs: some of them would go past it.
func (t BasicTransport) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// LogValue is String, for log/slog.
func (t BasicTransport) LogValue() slog.Value { return slog.StringValue(t.String()) }
