package ews

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Client calls the operations of one EWS endpoint. It may be used by many
// goroutines. Its copies for other mailboxes, made by As and WithAnchor, cost
// next to nothing and share its connections and its limits.
//
// Each call is one HTTP request: nothing is repeated and no redirect is
// followed. To try again, and when, is for the caller to decide; ReactionTo
// helps.
//
// A client restrains itself. Calls beyond ClientOptions.MaxConcurrent wait for
// their turn. While the server wants to be left alone, which it says of one
// mailbox or of all, calls are not sent and fail at once with a *BackOffError;
// so they do for ClientOptions.LoginPause after the login was refused. Until the
// login was accepted, one call at a time finds out. Throttle shows all this.
type Client struct {
	endpoint string
	throttle *throttle
	opts     ClientOptions // all fields set, except AnchorMailbox and Impersonate
}

// NewClient returns a client of the endpoint, an absolute http or https URL
// such as https://mail.example.com/EWS/Exchange.asmx. Nil options stand for the
// defaults. It sends nothing.
func NewClient(endpoint string, opts *ClientOptions) (*Client, error) {
	if err := checkEndpoint(endpoint); err != nil {
		return nil, fmt.Errorf("ews: endpoint: %w", err)
	}
	set, err := opts.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("ews: ClientOptions: %w", err)
	}
	return &Client{endpoint: endpoint, throttle: newThrottle(&set), opts: set}, nil
}

func checkEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil: // not the error itself, which repeats a URL that may have a password in it
		return errors.New("not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("not an absolute http or https URL")
	case u.Hostname() == "":
		return errors.New("URL without a host")
	case u.User != nil:
		return errors.New("URL with a user name; authentication belongs into the HTTPClient's Transport")
	case u.Fragment != "":
		return errors.New("URL with a fragment")
	}
	return nil
}

// Endpoint returns the URL that the client was made for.
func (c *Client) Endpoint() string { return c.endpoint }

// As returns a copy that impersonates the user. It sets X-AnchorMailbox if the
// user is named by an SMTP address, and removes it otherwise, because it would
// be another mailbox's. A ConnectingSID without exactly one field fails each
// call of the copy.
func (c *Client) As(sid ConnectingSID) *Client {
	own := *c
	own.opts.Impersonate = &sid
	own.opts.AnchorMailbox = sid.address()
	return &own
}

// WithAnchor returns a copy that sets X-AnchorMailbox to the address: for
// delegate access, where nobody is impersonated, or to go with a user who is
// not named by an address.
func (c *Client) WithAnchor(smtp string) *Client {
	own := *c
	own.opts.AnchorMailbox = smtp
	return &own
}

// Throttle returns how the client and its copies restrain themselves now.
func (c *Client) Throttle() ThrottleStatus {
	st := c.throttle.status()
	st.Endpoint = c.endpoint
	return st
}

// Resume lifts the pause that a refused login has caused: for who has mended
// the password, or the account. One call then finds out whether the login is
// accepted. What the server has asked for is kept to all the same.
func (c *Client) Resume() { c.throttle.resume() }

// call is what the throttle has to know of a call.
func (c *Client) call(operation string) call {
	mailbox := c.opts.AnchorMailbox
	if sid := c.opts.Impersonate; mailbox == "" && sid != nil {
		mailbox = firstOf(sid.address(), sid.PrincipalName, sid.SID)
	}
	return call{operation: operation, mailbox: strings.ToLower(mailbox), impersonates: c.opts.Impersonate != nil}
}

// CloseIdleConnections closes the connections that no call is using. Copies
// share them.
func (c *Client) CloseIdleConnections() { c.opts.HTTPClient.CloseIdleConnections() }
