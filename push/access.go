package push

import (
	"context"
	"fmt"
	"slices"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
)

// Access says by what right the mailboxes are watched.
type Access int

const (
	// Impersonation: the login acts as each mailbox, by the role
	// ApplicationImpersonation. The server charges the mailbox, so one login
	// can watch any number.
	Impersonation Access = iota
	// Delegate: the login has rights to the folders of the mailboxes.
	Delegate
)

func (a Access) validate() error {
	if a != Impersonation && a != Delegate {
		return fmt.Errorf("push: Config.Access: %d is not an Access", a)
	}
	return nil
}

// subscriber is the part of an EWS client that the manager needs.
type subscriber struct {
	client *ews.Client
	access Access
}

var _ subscribe.Subscriber = subscriber{}

// Subscribe implements subscribe.Subscriber.
func (s subscriber) Subscribe(ctx context.Context, mailbox string, req *ews.PushSubscriptionRequest) (*ews.SubscribeResponse, error) {
	switch {
	case mailbox == "":
		return s.client.Subscribe(ctx, req)
	case s.access == Delegate:
		return s.client.WithAnchor(mailbox).Subscribe(ctx, inMailbox(req, mailbox))
	default:
		return s.client.As(ews.ConnectingSID{SMTPAddress: mailbox}).Subscribe(ctx, req)
	}
}

// inMailbox returns a copy of the request whose distinguished folders are those
// of the mailbox, not the login's own.
func inMailbox(req *ews.PushSubscriptionRequest, mailbox string) *ews.PushSubscriptionRequest {
	named := *req
	named.FolderIDs = slices.Clone(req.FolderIDs)
	for i := range named.FolderIDs {
		if f := &named.FolderIDs[i]; f.DistinguishedID != "" && f.Mailbox == "" {
			f.Mailbox = mailbox
		}
	}
	return &named
}
