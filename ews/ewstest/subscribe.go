package ewstest

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// subscribe is the operation Subscribe, for push and pull subscriptions.
func (s *Server) subscribe(ctx context.Context, c *call) ([]responseMessage, error) {
	request := c.body.children[0]
	if request.name == "StreamingSubscriptionRequest" {
		return []responseMessage{failure(ews.ErrorInvalidSubscriptionRequest, "Streaming is not something this server does.")}, nil
	}
	sub := &subscription{
		server: s, owner: c.owner(), types: map[ews.EventType]bool{}, version: c.version,
		created: time.Now(), polled: time.Now(),
		pull: request.name == "PullSubscriptionRequest", wake: make(chan struct{}, 1), settled: make(chan struct{}),
		url: request.value(ews.NamespaceTypes, "URL"), data: request.value(ews.NamespaceTypes, "CallerData"),
	}
	for _, e := range request.child(ews.NamespaceTypes, "EventTypes").children {
		sub.types[ews.EventType(strings.TrimSpace(e.text))] = true
	}
	minutes := request.value(ews.NamespaceTypes, "StatusFrequency") + request.value(ews.NamespaceTypes, "Timeout") // it has one of them
	sub.minutes, _ = strconv.Atoi(minutes)                                                                         // the schema has been checked
	sub.frequency = time.Duration(sub.minutes) * s.opts.Minute

	if !sub.pull && !acceptable(sub.url) {
		return []responseMessage{failure(ews.ErrorInvalidPushSubscriptionURL, "")}, nil
	}
	if code := sub.locate(c, request); code != ews.NoError {
		return []responseMessage{failure(code, "")}, nil
	}
	m := sub.mailbox
	start := m.counter
	sub.last = cmp.Or(request.value(ews.NamespaceTypes, "Watermark"), request.value(ews.NamespaceMessages, "Watermark"))
	if sub.last != "" {
		var ok bool
		if start, ok = m.start(sub.last); !ok {
			return []responseMessage{failure(ews.ErrorInvalidWatermark, "")}, nil
		}
	}
	s.expirePulls()
	if len(m.subscriptions) >= s.opts.MaxSubscriptions {
		return []responseMessage{failure(ews.ErrorExceededSubscriptionCount, "")}, nil
	}
	if sub.last == "" {
		sub.last = m.position()
		start = m.counter
	}
	sub.taken = start
	s.register(sub)
	c.made = sub
	if sub.pull {
		sub.cancel = func() {}
		close(sub.settled)
	} else {
		ctx, sub.cancel = context.WithCancel(context.WithoutCancel(ctx)) // it outlives the request
		sub.start = func() { s.push(ctx, sub) }
	}
	return []responseMessage{success(fmt.Sprintf("<m:SubscriptionId>%s</m:SubscriptionId><m:Watermark>%s</m:Watermark>", sub.id, sub.last))}, nil
}

// acceptable is the server's test of a URL.
func acceptable(raw string) bool {
	if raw == "" || len(raw) >= 2083 {
		return false
	}
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// locate finds out which mailbox and folders the subscription is about.
func (sub *subscription) locate(c *call, request *element) ews.ResponseCode {
	all := false
	switch request.attribute("SubscribeToAllFolders") {
	case "true", "1":
		all = true
	}
	ids := request.child(ews.NamespaceTypes, "FolderIds")
	switch {
	case all == (ids != nil):
		return ews.ErrorInvalidSubscriptionRequest
	case all && c.actor == nil:
		return errorMissingEmailAddress
	case all:
		sub.mailbox = c.actor
		return ews.NoError
	}
	sub.folders = map[*folder]bool{}
	for _, e := range ids.children {
		m, f, code := c.folder(e)
		if code != ews.NoError {
			return code
		}
		if sub.mailbox != nil && sub.mailbox != m {
			return ews.ErrorInvalidSubscriptionRequest
		}
		sub.mailbox = m
		sub.folders[f] = true
	}
	return ews.NoError
}

// owner names the account, for those who may read or end the subscription.
func (c *call) owner() string {
	if c.account == nil {
		return ""
	}
	return c.account.name
}
