package ews

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

// NTLMTransport is an http.RoundTripper that logs in with NTLM version 2, by
// the scheme NTLM or, where the server offers nothing else, Negotiate. For one
// identity only: take one transport for each. It may be used by many
// goroutines, and must not be copied nor changed after its first use.
//
// NTLM logs in connections, not requests. So the transport has connections of
// its own, HTTP/1.1 only. A new one costs two round trips, the first without
// the request's body; then each request costs one. A body without GetBody is
// read into memory.
//
// A 401 means that nothing was carried out. On a connection that was logged in
// it means that the session has ended, and is followed by a login and the
// request. A request is also sent on another connection if the first one ended
// before anything of it was sent, or between the messages of a login. Nothing
// else is repeated.
//
// A wrong password costs one attempt for each request, and its answer is the
// server's 401. A Client keeps many calls from finding out at the same time.
//
// Over TLS the login is bound to the server's certificate (a channel binding,
// tls-server-end-point), as Exchange 2019 from CU14 on and Subscription Edition
// ask for by default. Something between that terminates TLS with another
// certificate is exactly what the server then refuses. The binding follows the
// specification and was compared with other implementations, not tried against
// IIS. Messages have no integrity code (MIC), and do not announce one.
//
// Neither printing nor logging the transport shows the password.
type NTLMTransport struct {
	// Username is of the form EXAMPLE\user or user@example.com, or without a
	// domain if Domain has it or the server is to choose.
	Username string
	Password string `json:"-"`
	// Domain is the domain of a Username that has none. Default none.
	Domain string
	// Base has the settings of the connections: proxy, certificates,
	// timeouts. A copy of it is used. Nil stands for the proxy of the
	// environment and a handshake of 10 s. IdleConnTimeout, default 90 s, should
	// stay below the server's: IIS has 120 s.
	Base *http.Transport `json:"-"`
	// MaxConns bounds the requests at a time, and the connections to a host.
	// Others wait. Default Base.MaxConnsPerHost, or else 24.
	MaxConns int
	// NoChannelBinding leaves the channel binding out: for a server that
	// allows it to be missing, behind something that terminates TLS with
	// another certificate.
	NoChannelBinding bool
	// AllowPlaintext allows http to other machines. Passwords can be guessed
	// from what then can be overheard.
	AllowPlaintext bool

	pool loginPool
}

var (
	_ http.RoundTripper = (*NTLMTransport)(nil)
	_ slog.LogValuer    = (*NTLMTransport)(nil)
	_ fmt.Formatter     = (*NTLMTransport)(nil)
)

// RoundTrip implements http.RoundTripper. Its own errors are ErrPlaintext and
// ErrForeignHost, both before anything has been sent, and those about messages
// of the server that are no NTLM. The end of ctx, and errors of the network, are
// returned as they are. A refused login is a response with status 401.
func (t *NTLMTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := guard(req, t.AllowPlaintext); err != nil {
		return nil, err
	}
	user, err := t.user()
	if err != nil {
		return nil, errors.Join(err, closeBody(req))
	}
	t.pool.setUp(t.Base, t.MaxConns)
	return t.pool.roundTrip(req, &loginMethod{
		schemes: []string{"NTLM", "Negotiate"},
		quiet:   true,
		begin: func(_ context.Context, target NegotiateTarget) (NegotiateContext, error) {
			login := &ntlmLogin{user: user, password: t.Password, binding: target.ChannelBinding}
			if t.NoChannelBinding {
				login.binding = nil
			}
			return login, nil
		},
	})
}

// CloseIdleConnections closes the connections that no request is using.
func (t *NTLMTransport) CloseIdleConnections() { t.pool.closeIdle() }

// user returns the name with its domain.
func (t *NTLMTransport) user() (string, error) {
	switch {
	case t.Username == "":
		return "", errors.New("ews: NTLMTransport: Username is empty")
	case t.Domain == "":
		return t.Username, nil
	case strings.ContainsAny(t.Username, `\@`):
		return "", errors.New("ews: NTLMTransport: the domain is in both Username and Domain")
	}
	return t.Domain + `\` + t.Username, nil
}

// String shows the user name only.
func (t *NTLMTransport) String() string {
	name := t.Username
	if t.Domain != "" {
		name = t.Domain + `\` + name
	}
	return fmt.Sprintf("NTLMTransport(%q)", name)
}

// GoString is String.
func (t *NTLMTransport) GoString() string { return t.String() }

// Format prints String for all verbs: some of them would go past it.
func (t *NTLMTransport) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// LogValue is String, for log/slog.
func (t *NTLMTransport) LogValue() slog.Value { return slog.StringValue(t.String()) }
