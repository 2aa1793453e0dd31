package push

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/ewspush/ewspush/ews"
)

// clients makes the client to call for a mailbox: of the right endpoint, and as
// the right user. It remembers those of the source, of which there is one for
// each endpoint and login.
type clients struct {
	source        func(ctx context.Context, mailbox string, again bool) (*ews.Client, error)
	access        Access
	connectingSID func(mailbox string) ews.ConnectingSID // nil: by SMTPAddress
	noticed       func(ctx context.Context, client *ews.Client)

	mu    sync.Mutex
	known []*ews.Client
}

// maxKnown bounds what is remembered if, against what it is told, ClientFor
// returns a new client each time.
const maxKnown = 1000

func newClients(cfg *Config, noticed func(context.Context, *ews.Client)) *clients {
	c := &clients{source: cfg.ClientFor, access: cfg.Access, connectingSID: cfg.ConnectingSID, noticed: noticed}
	if client := cfg.Client; client != nil {
		c.source = func(context.Context, string, bool) (*ews.Client, error) { return client, nil }
		c.known = []*ews.Client{client}
	}
	return c
}

// note remembers a client.
func (c *clients) note(ctx context.Context, client *ews.Client) {
	c.mu.Lock()
	fresh := !slices.Contains(c.known, client)
	if fresh {
		if len(c.known) == maxKnown {
			c.known = slices.Delete(c.known, 0, 1)
		}
		c.known = append(c.known, client)
	}
	c.mu.Unlock()
	if fresh {
		c.noticed(ctx, client)
	}
}

// all returns the clients that are known.
func (c *clients) all() []*ews.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.known)
}

var errNoClient = errors.New("Config.ClientFor returned neither a client nor an error")

func (c *clients) of(ctx context.Context, mailbox string, again bool) (*ews.Client, error) {
	client, err := c.source(ctx, mailbox, again)
	if err == nil && client == nil {
		err = errNoClient
	}
	if err != nil {
		return nil, fmt.Errorf("push: client for %q: %w", mailbox, err)
	}
	c.note(ctx, client)
	switch {
	case mailbox == "":
		return client, nil // the login's own
	case c.access == Delegate:
		return client.WithAnchor(mailbox), nil
	case c.connectingSID == nil:
		return client.As(ews.ConnectingSID{SMTPAddress: mailbox}), nil
	}
	// The address says where the mailbox is, also if the user is named by
	// something else.
	return client.As(c.connectingSID(mailbox)).WithAnchor(mailbox), nil
}

// folderID names a folder as seen by the user of the client.
func (c *clients) folderID(mailbox string, folder ews.FolderID) ews.FolderID {
	if c.access == Delegate && folder.DistinguishedID != "" && folder.Mailbox == "" {
		folder.Mailbox = mailbox
	}
	return folder
}

// ClientFor returns the client to call for a mailbox, or for the login's own if
// it is empty: it already impersonates the mailbox, or is anchored to it, as
// Config.Access says. Clients of one endpoint and login share their connections
// and limits. again tells Config.ClientFor that the endpoint it gave before was
// wrong for this mailbox. The errors are those of Config.ClientFor.
func (s *Service) ClientFor(ctx context.Context, mailbox string, again bool) (*ews.Client, error) {
	return s.clients.of(ctx, mailbox, again)
}

// FolderID returns how a folder of a mailbox is named in requests of the client
// that ClientFor returns: without impersonation, a distinguished folder needs
// the name of its mailbox, or it would be the login's own.
func (s *Service) FolderID(mailbox string, folder ews.FolderID) ews.FolderID {
	return s.clients.folderID(mailbox, folder)
}
