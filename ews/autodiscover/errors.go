package autodiscover

import "errors"

// What can be wrong with one attempt, or with a whole discovery; errors.Is finds
// them in an *Error.
var (
	// ErrAddress: not an SMTP address that anything can be derived from.
	ErrAddress = errors.New("not an SMTP address with a domain of two labels or more")
	// ErrUntrustedHost: the host is none of Config.TrustedHosts, and AllowHost
	// does not allow it. It was sent no credentials.
	ErrUntrustedHost = errors.New("host is not trusted")
	// ErrNotHTTPS: a URL that is not https; it was not used.
	ErrNotHTTPS = errors.New("not an https URL")
	// ErrRedirect: a redirect that leads nowhere: to no URL, to one that is not
	// Autodiscover's, or to an address that was asked before.
	ErrRedirect = errors.New("redirect that cannot be followed")
	// ErrTooManyRedirects: more than ten redirects in one discovery.
	ErrTooManyRedirects = errors.New("too many redirects")
	// ErrLoginWithheld: logins were refused, so that no other was tried; see
	// Config.MaxRefusals.
	ErrLoginWithheld = errors.New("login withheld after refused ones")
	// ErrAnswer: the answer cannot be understood.
	ErrAnswer = errors.New("not an Autodiscover answer")
	// ErrNoEndpoint: the answer names no EWS endpoint.
	ErrNoEndpoint = errors.New("answer without an EWS endpoint")
	// ErrUnreachable: no connection to the host, or no verified one.
	ErrUnreachable = errors.New("host cannot be reached")
	// ErrNoHint: the anonymous GET was not redirected, or DNS has no SRV record
	// that is of use.
	ErrNoHint = errors.New("no hint")
)
