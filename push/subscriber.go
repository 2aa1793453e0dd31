package push

import (
	"context"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
)

// subscriber is the part of an EWS client that the manager needs.
type subscriber struct {
	clients *clients
	answers func(context.Context, ews.ServerVersionInfo) // how the server named itself
}

var _ subscribe.Subscriber = subscriber{}

// Subscribe implements subscribe.Subscriber.
func (s subscriber) Subscribe(ctx context.Context, mailbox string, req *ews.PushSubscriptionRequest) (*ews.SubscribeResponse, error) {
	client, err := s.clients.of(ctx, mailbox, false)
	if err != nil {
		return nil, err
	}
	named := *req
	named.FolderIDs = make([]ews.FolderID, len(req.FolderIDs))
	for i, folder := range req.FolderIDs {
		named.FolderIDs[i] = s.clients.folderID(mailbox, folder)
	}
	answer, err := client.Subscribe(ctx, &named)
	if err == nil {
		s.answers(ctx, answer.ServerVersion)
	} else if version, ok := ews.ServerVersionOf(err); ok {
		s.answers(ctx, version)
	}
	return answer, err
}
