package ews

import (
	"context"
	"errors"
	"net/http"
)

// NegotiateTarget is the server that a login is for.
type NegotiateTarget struct {
	// SPN is the service's name, HTTP/ and the host of the request.
	SPN string
	// ChannelBinding is the application data of the channel binding
	// tls-server-end-point (RFC 5929, section 4), which Windows calls Extended
	// Protection: a name, and the hash of the server's certificate. Nil without
	// TLS.
	ChannelBinding []byte
}

// BindingHash returns the MD5 hash of ChannelBinding as GSS-API has it, field
// Bnd of RFC 4121, section 4.1.1: for who makes tokens of Kerberos by hand. All
// zeros stand for no binding.
func (t NegotiateTarget) BindingHash() [16]byte {
	if t.ChannelBinding == nil {
		return [16]byte{}
	}
	return hashChannelBinding(t.ChannelBinding)
}

// NegotiateContext is one login: a security context of GSS-API or SSPI. It is
// used by one goroutine.
type NegotiateContext interface {
	// Step returns the next token for the server. The challenge is the
	// server's, nil at first. An empty token in answer to a challenge says that
	// there is nothing to add: the login is refused.
	Step(ctx context.Context, challenge []byte) (token []byte, err error)
}

// NegotiateTransport is an http.RoundTripper that logs in by the scheme
// Negotiate (RFC 4559) with tokens that somebody else makes: Kerberos. For one
// identity only. It may be used by many goroutines, and must not be copied nor
// changed after its first use.
//
// A login belongs to its connection: requests on one that is logged in carry no
// token. If the server wants a token with every request, they get one. What is
// said at NTLMTransport about connections, repetitions and refusals holds here
// too. A token that proves the server's identity is not looked at: TLS has done
// that.
type NegotiateTransport struct {
	// NewContext begins a login. It is called by many goroutines. Its errors
	// are those of RoundTrip, and so are those of Step.
	NewContext func(ctx context.Context, target NegotiateTarget) (NegotiateContext, error) `json:"-"`
	// Base has the settings of the connections: proxy, certificates,
	// timeouts. A copy of it is used. Default as in NTLMTransport.
	Base *http.Transport `json:"-"`
	// MaxConns bounds the requests at a time, and the connections to a host.
	// Default Base.MaxConnsPerHost, or else 24.
	MaxConns int
	// AllowPlaintext allows http to other machines.
	AllowPlaintext bool

	pool loginPool
}

var _ http.RoundTripper = (*NegotiateTransport)(nil)

// RoundTrip implements http.RoundTripper.
func (t *NegotiateTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := guard(req, t.AllowPlaintext); err != nil {
		return nil, err
	}
	if t.NewContext == nil {
		return nil, errors.Join(errors.New("ews: NegotiateTransport: NewContext is missing"), closeBody(req))
	}
	t.pool.setUp(t.Base, t.MaxConns)
	return t.pool.roundTrip(req, &loginMethod{schemes: []string{"Negotiate"}, begin: t.NewContext})
}

// CloseIdleConnections closes the connections that no request is using.
func (t *NegotiateTransport) CloseIdleConnections() { t.pool.closeIdle() }
