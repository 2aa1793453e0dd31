package ews

import (
	"errors"
	"fmt"
	"net/url"
)

// Client calls the operations of one EWS endpoint. It may be used by many
// goroutines. Its copies for other mailboxes, made by As and WithAnchor, cost
// next to nothing and share its connections.
//
// Each call is one HTTP request: nothing is repeated and no redirect is
// followed. To try again, and when, is for the caller to decide; BackOff helps.
type Client struct {
	endpoint string
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
	return &Client{endpoint: endpoint, opts: set}, nil
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

// CloseIdleConnections closes the connections that no call is using. Copies
// share them.
func (c *Client) CloseIdleConnections() { c.opts.HTTPClient.CloseIdleConnections() }
