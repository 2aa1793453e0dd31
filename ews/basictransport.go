package ews

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
)

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
	if err := guard(req, t.AllowPlaintext); err != nil {
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

// String shows the user name only.
func (t BasicTransport) String() string { return fmt.Sprintf("BasicTransport(%q)", t.Username) }

// GoString is String.
func (t BasicTransport) GoString() string { return t.String() }

// Format prints String for all verbs: some of them would go past it.
func (t BasicTransport) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// LogValue is String, for log/slog.
func (t BasicTransport) LogValue() slog.Value { return slog.StringValue(t.String()) }
