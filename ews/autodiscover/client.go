package autodiscover

import (
	"context"
	"fmt"

	"github.com/ewspush/ewspush/ews"
)

// Client discovers, and remembers what it has found. All methods may be called
// from many goroutines. It starts none.
type Client struct {
	cfg        Config // all fields set, except those whose nil means something
	configured []candidate
	trust      trust
	cache      *cache
	memo       *memo
	logins     *logins
	slots      chan struct{} // one per discovery under way
}

// New returns a Client, or an error that names the field of the Config that is
// wrong. It sends nothing.
func New(cfg Config) (*Client, error) {
	set, configured, t, err := cfg.withDefaults()
	if err == nil && set.Account != "" {
		if _, err = parseAddress(set.Account); err != nil {
			err = fmt.Errorf("Account: %w", err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("autodiscover: Config.%w", err)
	}
	return &Client{
		cfg:        set,
		configured: configured,
		trust:      t,
		cache:      newCache(set.MaxAddresses),
		memo:       newMemo(set.MaxAddresses),
		logins:     newLogins(set.MaxRefusals, set.LoginPause),
		slots:      make(chan struct{}, set.MaxConcurrent),
	}, nil
}

// Discover finds the EWS endpoint of the mailbox with an SMTP address, which is
// compared without regard to case. Results are kept for Config.TTL, failures for
// Config.NegativeTTL; calls for the same address share one discovery.
//
// The error is an *Error that lists what was tried, also where ctx has ended, or
// wraps ErrAddress, or is that of ctx while the discovery of another call is
// waited for. A failure that ctx is the cause of is not kept.
func (c *Client) Discover(ctx context.Context, smtp string) (*Result, error) {
	a, err := parseAddress(smtp)
	if err != nil {
		return nil, fmt.Errorf("autodiscover: %w", err)
	}
	return c.discover(ctx, a)
}

func (c *Client) discover(ctx context.Context, a address) (*Result, error) {
	for {
		e, mine := c.cache.begin(a.key())
		if mine {
			r, err := c.search(ctx, a)
			c.finish(ctx, a.key(), e, r, err)
			return r, err
		}
		select {
		case <-e.done:
			if !e.abandoned {
				return e.result, e.err
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("autodiscover: %s: %w", a, ctx.Err())
		}
	}
}

// search does one discovery when there is room for it.
func (c *Client) search(ctx context.Context, a address) (*Result, error) {
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("autodiscover: %s: %w", a, ctx.Err())
	}
	defer func() { <-c.slots }()
	s := &search{client: c, seen: map[string]bool{}}
	return s.run(ctx, a)
}

func (c *Client) finish(ctx context.Context, key string, e *entry, r *Result, err error) {
	if err != nil && ctx.Err() != nil {
		c.cache.abandon(key, e)
		return
	}
	ttl := c.cfg.TTL
	if err != nil {
		ttl = c.cfg.NegativeTTL
	}
	c.cache.finish(e, r, err, ttl)
}

// Forget drops what is known about an address, for the error codes that say that
// the mailbox is somewhere else now. A discovery that is under way is not
// affected.
func (c *Client) Forget(smtp string) {
	if a, err := parseAddress(smtp); err == nil {
		c.cache.forget(a.key())
	}
}

// CloseIdleConnections closes the connections that no discovery is using,
// including those of Config.HTTPClient.
func (c *Client) CloseIdleConnections() {
	c.cfg.Anonymous.CloseIdleConnections()
	if c.cfg.HTTPClient != nil {
		c.cfg.HTTPClient.CloseIdleConnections()
	}
}

// ClientFor returns a function that makes the ews.Client to call for a mailbox,
// for the field ClientFor of push.Config. There is one ews.Client for all
// mailboxes with the same endpoint, so that they share its connections and
// limits; who to act as is up to the caller.
//
// again says that the endpoint returned before was wrong; then the address is
// discovered anew, unless that has happened within Config.NegativeTTL. An empty
// mailbox stands for Config.Account. Nil options stand for the defaults of ews,
// which have no login. The errors are those of Discover and of ews.NewClient.
func (c *Client) ClientFor(opts *ews.ClientOptions) func(ctx context.Context, mailbox string, again bool) (*ews.Client, error) {
	shared := &endpoints{opts: opts, clients: map[string]*ews.Client{}}
	return func(ctx context.Context, mailbox string, again bool) (*ews.Client, error) {
		if mailbox == "" {
			mailbox = c.cfg.Account
		}
		a, err := parseAddress(mailbox)
		if err != nil {
			return nil, fmt.Errorf("autodiscover: %w", err)
		}
		if again {
			c.cache.forgetOlder(a.key(), c.cfg.NegativeTTL)
		}
		r, err := c.discover(ctx, a)
		if err != nil {
			return nil, err
		}
		return shared.client(r.EWSURL)
	}
}
