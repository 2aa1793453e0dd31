package ews

import (
	"fmt"
	"math"
	"net/http"
	"time"
)

const (
	defaultUserAgent        = "ewspush"
	defaultMaxResponseBytes = 32 << 20
	defaultTimeout          = 2 * time.Minute
	defaultMaxConcurrent    = 24
	defaultLoginPause       = 15 * time.Minute
)

// ClientOptions are the choices that a Client has defaults for; a nil
// *ClientOptions stands for all of them.
type ClientOptions struct {
	// HTTPClient sends the requests; its Transport is the place for
	// authentication. It is copied, and the copy follows no redirects, whatever
	// its CheckRedirect says. Nil stands for a client of its own with a timeout
	// of two minutes.
	HTTPClient *http.Client
	// RequestServerVersion is the attribute Version of t:RequestServerVersion.
	// Default Exchange2013_SP1.
	RequestServerVersion string
	// UserAgent is the header of that name. Administrators allow and block
	// programs by it, so it should stay the same from release to release.
	// Default "ewspush".
	UserAgent string
	// AnchorMailbox is the address that X-AnchorMailbox is set to, so that the
	// request goes to the server that holds the mailbox. Default none.
	AnchorMailbox string
	// Impersonate is t:ExchangeImpersonation. Default none. AnchorMailbox, if
	// empty, follows it as in Client.As.
	Impersonate *ConnectingSID
	// MaxResponseBytes bounds what is read of a response, after
	// decompression. Default 32 MiB.
	MaxResponseBytes int64
	// MaxConcurrent is how many calls of the client and its copies are in
	// flight at the most; the others wait, each mailbox in its turn. Exchange
	// allows 27 for a login since 2013, 10 before, and answers
	// ErrorExceededConnectionCount to more, which makes the client halve the
	// limit for a while. Default 24, which leaves a few to other programs of
	// the same login.
	MaxConcurrent int
	// LoginPause is for how long nothing is sent after the login was refused,
	// since repeating a wrong password locks the account; it doubles with each
	// further refusal, up to eight times. Client.Resume ends it. Default 15
	// minutes.
	LoginPause time.Duration
}

func (o *ClientOptions) withDefaults() (ClientOptions, error) {
	var set ClientOptions
	if o != nil {
		set = *o
	}
	if set.RequestServerVersion == "" {
		set.RequestServerVersion = Exchange2013_SP1
	}
	if set.UserAgent == "" {
		set.UserAgent = defaultUserAgent
	}
	if set.MaxResponseBytes < 0 {
		return set, fmt.Errorf("MaxResponseBytes: %d is negative", set.MaxResponseBytes)
	}
	if set.MaxResponseBytes == 0 {
		set.MaxResponseBytes = defaultMaxResponseBytes
	}
	set.MaxResponseBytes = min(set.MaxResponseBytes, math.MaxInt64-1) // one more is read to tell
	if set.Impersonate != nil {
		if err := set.Impersonate.validate(); err != nil {
			return set, fmt.Errorf("Impersonate: %w", err)
		}
		sid := *set.Impersonate
		set.Impersonate = &sid
		set.AnchorMailbox = firstOf(set.AnchorMailbox, sid.address())
	}
	if set.MaxConcurrent < 0 {
		return set, fmt.Errorf("MaxConcurrent: %d is negative", set.MaxConcurrent)
	}
	if set.MaxConcurrent == 0 {
		set.MaxConcurrent = defaultMaxConcurrent
	}
	if set.LoginPause < 0 {
		return set, fmt.Errorf("LoginPause: %v is negative", set.LoginPause)
	}
	if set.LoginPause == 0 {
		set.LoginPause = defaultLoginPause
	}
	set.HTTPClient = withoutRedirects(set.HTTPClient)
	return set, nil
}

// withoutRedirects returns a copy of a client that hands out 3xx responses as
// they are: following one could take credentials to a server that somebody else
// has chosen.
func withoutRedirects(c *http.Client) *http.Client {
	if c == nil {
		c = &http.Client{
			Timeout: defaultTimeout,
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				ForceAttemptHTTP2:   true,
				MaxIdleConnsPerHost: 16,
				IdleConnTimeout:     90 * time.Second,
				TLSHandshakeTimeout: 10 * time.Second,
			},
		}
	}
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
