package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
	"github.com/ewspush/ewspush/subscribe"
)

// Config is what a Service is made of.
type Config struct {
	// Client talks to Exchange: one endpoint, one login. Exactly one of Client
	// and ClientFor is required.
	Client *ews.Client
	// ClientFor returns the client for a mailbox, or for the login's own if it
	// is empty, where endpoints or logins differ: by domain, or as Autodiscover
	// finds them. It must return the same client for the same endpoint and
	// login, since limits and connections are the client's; Access is applied
	// to what it returns. again is set when the server has said that the
	// endpoint is wrong for this mailbox: what was remembered of it should be
	// looked up anew. It is called from many goroutines.
	ClientFor func(ctx context.Context, mailbox string, again bool) (*ews.Client, error)
	// Access says by what right the mailboxes are watched. Default:
	// Impersonation.
	Access Access
	// ConnectingSID names the user to impersonate for a mailbox, given its
	// address. Default: ews.ConnectingSID{SMTPAddress: mailbox}. Others are
	// PrimarySMTPAddress, if aliases are to be refused, and PrincipalName or
	// SID, if the application knows them. It is called from many goroutines.
	ConnectingSID func(mailbox string) ews.ConnectingSID
	// CallbackURL is where Exchange reaches this Service, as Exchange sees it:
	// an absolute http or https URL. Required. What follows it in the URL of
	// each subscription is a signed address.
	CallbackURL string
	// CallbackInQuery puts the address into the query of CallbackURL instead
	// of its path, for a proxy that publishes exactly one path.
	CallbackInQuery bool
	// Secrets sign the addresses, at least 16 bytes each. At least one is
	// required. The first signs, all are accepted: to rotate, put a new one in
	// front and keep the old one until every subscription was renewed.
	Secrets [][]byte
	// Store keeps subscriptions and journals. Required.
	Store subscribe.Store
	// Handler is the application. Required.
	Handler subscribe.Handler

	// Logger, nil for slog.Default().
	Logger *slog.Logger
	// Receive tunes the receiver. Its Logger is set if it is nil.
	Receive notify.Options
	// Manage tunes the manager. The fields that New knows from above are set
	// by New; they must be left empty.
	Manage subscribe.Config
}

// ReceiverConfig is what a receiver of its own is made of. CallbackURL,
// CallbackInQuery, Secrets and Store must be those of the Service.
type ReceiverConfig struct {
	CallbackURL     string          // required, as in Config
	CallbackInQuery bool            // as in Config
	Secrets         [][]byte        // required, as in Config
	Store           subscribe.Store // required, the same storage

	Logger  *slog.Logger // nil for slog.Default()
	Receive notify.Options
	Trace   *subscribe.Trace // nil for none
}

func (c *Config) validate() error {
	switch m := &c.Manage; {
	case c.Client == nil && c.ClientFor == nil:
		return errors.New("push: Config.Client or Config.ClientFor is required")
	case c.Client != nil && c.ClientFor != nil:
		return errors.New("push: Config.Client and Config.ClientFor: only one can be set")
	case c.ClientFor != nil && m.Rediscover != nil:
		return errors.New("push: Config.Manage.Rediscover: must be left empty, ClientFor takes its place")
	case c.Access == Delegate && c.ConnectingSID != nil:
		return errors.New("push: Config.ConnectingSID: Delegate impersonates nobody")
	case c.Store == nil:
		return errors.New("push: Config.Store is required")
	case c.Handler == nil:
		return errors.New("push: Config.Handler is required")
	case m.Store != nil, m.Subscriber != nil, m.Handler != nil, m.CallbackURL != nil, m.CallbackFingerprint != "":
		return errors.New("push: Config.Manage: Store, Subscriber, Handler, CallbackURL and CallbackFingerprint must be left empty")
	}
	return c.Access.validate()
}

// signer checks the address settings that both kinds of Config have.
func signer(callbackURL string, inQuery bool, secrets [][]byte) (*notify.Signer, error) {
	if callbackURL == "" {
		return nil, errors.New("push: Config.CallbackURL is required")
	}
	if len(secrets) == 0 {
		return nil, errors.New("push: Config.Secrets: at least one is required")
	}
	newSigner := notify.NewSigner
	if inQuery {
		newSigner = notify.NewQuerySigner
	}
	s, err := newSigner(callbackURL, secrets...)
	if err != nil {
		return nil, fmt.Errorf("push: %w", err)
	}
	return s, nil
}
