package notify

import (
	"errors"
	"net/http"
)

// ErrUnauthenticated is what a Signer's Authenticate returns, wrapped with the
// reason, for a request whose URL it has not signed.
var ErrUnauthenticated = errors.New("notify: not a signed callback URL")

// Authenticator decides whether a request may be a notification, and for whom.
// A notification carries no credentials other than its URL.
//
// Authenticate must look at the request line and the headers only: the body of
// a stranger is never read. Every error is answered 404 without a body, so that
// a stranger learns nothing, and is logged at debug level only. Authenticate is
// called from many goroutines at a time. Signer is the implementation to use
// unless there is a reason for another.
type Authenticator interface {
	Authenticate(r *http.Request) (Address, error)
}

// AuthenticatorFunc is a function as an Authenticator.
type AuthenticatorFunc func(r *http.Request) (Address, error)

var _ Authenticator = AuthenticatorFunc(nil)

// Authenticate calls f.
func (f AuthenticatorFunc) Authenticate(r *http.Request) (Address, error) { return f(r) }

// QueryStripper is an optional interface of an Authenticator: one that keeps
// credentials in the query removes them from what Delivery.RawQuery shows, so
// that a receiver sees the installation's own query ("Default" for a callback
// URL …?Default) and cannot log a credential by accident. Signer implements it.
type QueryStripper interface {
	StripQuery(rawQuery string) string
}
