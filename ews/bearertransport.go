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

// TokenFunc returns an OAuth 2.0 access token. It is asked for every request,
// by many goroutines, so it should keep a token until that expires. refused is
// empty, or the token that the server has just refused: whoever keeps tokens
// should then get a new one, and may return the same if there is none.
type TokenFunc func(ctx context.Context, refused string) (token string, err error)

// errNoToken: a TokenFunc returned what is no token. It is not shown.
var errNoToken = errors.New("not a token: empty, or with characters that a header cannot have")

// BearerTransport is an http.RoundTripper that logs in with bearer tokens
// (RFC 6750), for Exchange Online and Hybrid Modern Authentication. It may be
// used by many goroutines, and must not be changed while it is in use.
//
// If the server refuses a token with 401, Token is asked once more. If it has
// another one, the request is sent once more: a 401 means that nothing was
// carried out. That needs a body that can be had again (http.Request.GetBody);
// the requests of a Client have one.
//
// Redirects and plain http are treated as by BasicTransport. Neither printing
// nor logging the transport shows a token, and nor do its errors; what Token
// puts into its own errors is passed on.
type BearerTransport struct {
	Token          TokenFunc         `json:"-"`
	Base           http.RoundTripper `json:"-"` // nil: http.DefaultTransport
	AllowPlaintext bool
}

var (
	_ http.RoundTripper = (*BearerTransport)(nil)
	_ slog.LogValuer    = BearerTransport{}
	_ fmt.Formatter     = BearerTransport{}
)

// RoundTrip implements http.RoundTripper. Its own errors are ErrPlaintext and
// ErrForeignHost, and those of Token, all before anything has been sent.
func (t *BearerTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := guard(req, t.AllowPlaintext); err != nil {
		return nil, err
	}
	token, err := t.token(req.Context(), "")
	if err != nil {
		return nil, errors.Join(err, closeBody(req))
	}
	resp, err := t.send(req, req.Body, token)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	again := t.again(req, token)
	if again == nil {
		return resp, nil
	}
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxRefusalBytes)) // to keep the connection
	if err = errors.Join(err, resp.Body.Close(), req.Context().Err()); err != nil {
		return nil, errors.Join(err, closeBody(again.req))
	}
	return t.send(again.req, again.req.Body, again.token)
}

// repetition is a request with another token.
type repetition struct {
	req   *http.Request
	token string
}

// again prepares the repetition, or returns nil if there is nothing to gain. An
// error of Token is no answer: the 401 says more.
func (t *BearerTransport) again(req *http.Request, refused string) *repetition {
	hasBody := req.Body != nil && req.Body != http.NoBody
	if hasBody && req.GetBody == nil {
		return nil
	}
	token, err := t.token(req.Context(), refused)
	if err != nil || token == refused {
		return nil
	}
	own := req.Clone(req.Context())
	if hasBody {
		if own.Body, err = req.GetBody(); err != nil {
			return nil
		}
	}
	return &repetition{own, token}
}

func (t *BearerTransport) token(ctx context.Context, refused string) (string, error) {
	if t.Token == nil {
		return "", errors.New("ews: BearerTransport: Token is missing")
	}
	token, err := t.Token(ctx, refused)
	if err == nil && !isToken(token) {
		err = errNoToken
	}
	if err != nil {
		return "", fmt.Errorf("ews: BearerTransport: token: %w", err)
	}
	return token, nil
}

// isToken says whether all characters are visible ones of ASCII.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func (t *BearerTransport) send(req *http.Request, body io.ReadCloser, token string) (*http.Response, error) {
	own := req.Clone(req.Context())
	own.Body = body
	own.Header.Set("Authorization", "Bearer "+token)
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	return base.RoundTrip(own)
}

// CloseIdleConnections passes the call on to Base.
func (t *BearerTransport) CloseIdleConnections() {
	if base, ok := t.Base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// String shows the name of the type only.
func (t BearerTransport) String() string { return "BearerTransport" }

// GoString is String.
func (t BearerTransport) GoString() string { return t.String() }

// Format prints String for all verbs: some of them would go past it.
func (t BearerTransport) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// LogValue is String, for log/slog.
func (t BearerTransport) LogValue() slog.Value { return slog.StringValue(t.String()) }
