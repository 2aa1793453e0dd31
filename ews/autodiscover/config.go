package autodiscover

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
)

// Config says how a Client discovers. Required is one of TrustedHosts, AllowHost
// and URLs.
type Config struct {
	// HTTPClient logs in: its Transport is the place for authentication, as that
	// of ews.ClientOptions.HTTPClient, and usually it is the same. It is used for
	// trusted hosts only. It is copied, and the copy follows no redirects and has
	// no cookies. Nil: nothing that needs a login is tried, only JSON.
	HTTPClient *http.Client
	// Anonymous asks what needs no login; it must have no credentials of any
	// kind. Where a private CA has signed the certificates, its Transport must
	// know that CA. It is copied like HTTPClient. Nil stands for one of its own,
	// with the proxy of the environment.
	Anonymous *http.Client

	// TrustedHosts are the hosts that may see credentials, for Autodiscover and
	// as EWS endpoints: "mail.example.com"; "mail.example.com:8443" where the
	// port is not 443; ".example.com" for all hosts below a domain, with port
	// 443, which includes each web server there. Whoever uses Exchange Online
	// adds outlook.office365.com and autodiscover-s.outlook.com.
	TrustedHosts []string
	// AllowHost is asked about hosts that are not in TrustedHosts, in lower case,
	// with the port if it is not 443. It is called from many goroutines. Default:
	// no host.
	AllowHost func(host string) bool

	// URLs are tried first. Each is the https URL of an Autodiscover service,
	// with any of its endings, or only of a host. Their hosts are trusted: they
	// stand in a configuration. Exchange Online is asked only if it is one of
	// them.
	URLs []string
	// Lookup returns more such URLs for an address, for instance from the
	// service connection points of an Active Directory. It may be called from
	// many goroutines. Its hosts are not trusted by that. An error becomes an
	// attempt, and what else there is is tried.
	Lookup func(ctx context.Context, smtp string) ([]string, error)
	// LookupSRV is net.Resolver.LookupSRV. Default net.DefaultResolver's.
	LookupSRV func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)

	// Account is the SMTP address of the login's own mailbox, for ClientFor
	// without a mailbox. Default none: that is an error there.
	Account string

	// Settings are the names of further user settings (a:Setting) for
	// Result.Settings. If there are any, even those that are always asked for,
	// hosts are asked with a login before they are asked anonymously.
	Settings []string
	// PreferInternal prefers the internal EWS URL to the external one. The other
	// serves where the preferred one is missing or not trusted.
	PreferInternal bool
	// UserAgent is the header of that name. Default "ewspush".
	UserAgent string

	// Timeout bounds each request and each DNS query. Default 10 s.
	Timeout time.Duration
	// TTL is how long a result is kept. Default 24 h.
	TTL time.Duration
	// NegativeTTL is how long a failure is kept: for its address, and what has
	// nothing to do with the address, such as a host that cannot be reached, for
	// all addresses. It is also how often ClientFor asks again at most. Default
	// 1 min.
	NegativeTTL time.Duration
	// MaxAddresses is how many results and failures are kept. Default 10,000.
	MaxAddresses int
	// MaxConcurrent is how many discoveries run at a time; others wait. Default 8.
	MaxConcurrent int

	// MaxRefusals is how many logins in a row may be refused (HTTP 401), over
	// all discoveries together; as many are under way at a time at most, so that
	// it cannot be exceeded. Then none is tried for LoginPause, after which a
	// single refusal begins the next pause. A login that is accepted ends the
	// row. Default 2: accounts are often locked after five.
	MaxRefusals int
	// LoginPause is how long no login is tried after MaxRefusals, and how long
	// a host that refused one is not asked to log in again. Default 15 min.
	LoginPause time.Duration
}

func (c *Config) withDefaults() (Config, []candidate, trust, error) {
	set := *c
	setDefault(&set.UserAgent, "ewspush")
	setDefault(&set.Timeout, 10*time.Second)
	setDefault(&set.TTL, 24*time.Hour)
	setDefault(&set.NegativeTTL, time.Minute)
	setDefault(&set.MaxAddresses, 10_000)
	setDefault(&set.MaxConcurrent, 8)
	setDefault(&set.MaxRefusals, 2)
	setDefault(&set.LoginPause, 15*time.Minute)
	if set.LookupSRV == nil {
		set.LookupSRV = net.DefaultResolver.LookupSRV
	}
	set.Settings = slices.Clone(set.Settings)
	if err := set.validate(); err != nil {
		return set, nil, trust{}, err
	}
	var configured []candidate
	for _, raw := range set.URLs {
		c, err := parseCandidate(raw)
		if err != nil {
			return set, nil, trust{}, fmt.Errorf("URLs: %w", err)
		}
		configured = append(configured, c)
	}
	t, err := newTrust(set.TrustedHosts, configured, set.AllowHost)
	if err != nil {
		return set, nil, trust{}, err
	}
	if set.HTTPClient != nil {
		set.HTTPClient = strict(set.HTTPClient)
	}
	if set.Anonymous == nil {
		set.Anonymous = newAnonymous()
	}
	set.Anonymous = strict(set.Anonymous)
	return set, configured, t, nil
}

func (c *Config) validate() error {
	switch {
	case c.Timeout < 0:
		return errors.New("Timeout: negative")
	case c.TTL < 0:
		return errors.New("TTL: negative")
	case c.NegativeTTL < 0:
		return errors.New("NegativeTTL: negative")
	case c.MaxAddresses < 0:
		return errors.New("MaxAddresses: negative")
	case c.MaxConcurrent < 0:
		return errors.New("MaxConcurrent: negative")
	case c.MaxRefusals < 0:
		return errors.New("MaxRefusals: negative")
	case c.LoginPause < 0:
		return errors.New("LoginPause: negative")
	case slices.Contains(c.Settings, ""):
		return errors.New("Settings: empty name")
	}
	return nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// strict returns a copy that follows no redirects, since where to go is decided
// here, and that carries nothing from host to host.
func strict(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own.Jar = nil
	return &own
}

func newAnonymous() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
	}}
}
