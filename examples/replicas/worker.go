package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
)

// lease is after what time the others take over from a worker that is gone.
const lease = 3 * time.Second

// work runs a manager. It receives nothing itself.
func (r role) work(ctx context.Context, store subscribe.Store, reports *reporter) error {
	client, err := ews.NewClient(r.Exchange, nil)
	if err != nil {
		return err
	}
	svc, err := push.New(push.Config{
		Client:      client,
		CallbackURL: r.Callback, // the receiver's
		Secrets:     [][]byte{r.Secret},
		Store:       store,
		Handler:     bookings{reports},
		Manage: subscribe.Config{
			Replica: r.Worker, Lease: lease,
			// A minute lasts a second here.
			Silence: 5 * time.Second, SweepInterval: 200 * time.Millisecond,
			Trace: &subscribe.Trace{
				Led: func(i subscribe.LedInfo) {
					shards := i.Shards.Len()
					_ = reports.write(report{Shards: &shards}) // if nobody reads, this process is about to end
				},
				Subscribed: func(i subscribe.SubscribedInfo) {
					how := "subscribed to " + i.Key + " (" + string(i.Cause) + ")"
					if i.Err != nil {
						how = "cannot subscribe to " + i.Key + ": " + i.Err.Error()
					}
					_ = reports.write(report{Subscribed: how})
				},
			},
		},
	})
	if err != nil {
		return err
	}
	// Every worker says what is wanted, at every start: it is the same each
	// time, so it changes nothing the second time.
	for name, mailbox := range r.Rooms {
		err := svc.Subscribe(ctx, subscribe.Spec{Key: name, Mailbox: mailbox, StatusFrequency: time.Minute})
		if err != nil {
			return err
		}
	}
	return errors.Join(reports.write(report{Ready: true}), svc.Run(ctx))
}

// bookings is the application.
type bookings struct{ reports *reporter }

// HandleEvent implements subscribe.Handler.
func (b bookings) HandleEvent(_ context.Context, e subscribe.Event) error {
	return b.reports.write(report{Room: e.Key, Event: eventWord(e), Name: eventName(&e.Event)})
}

// HandleGap implements subscribe.Handler.
func (b bookings) HandleGap(_ context.Context, g subscribe.Gap) error {
	return b.reports.write(report{Room: g.Key, Gap: string(g.Cause)})
}

// eventName names an event in its mailbox.
func eventName(e *ews.Event) string { return string(e.Type) + " " + e.Watermark }

// eventWord says in a few words what an event tells. That something in the
// calendar has changed follows every event of an item, and is left out.
func eventWord(e subscribe.Event) string {
	verb := strings.ToLower(strings.TrimSuffix(string(e.Type), "Event"))
	if e.ItemID == nil {
		return ""
	}
	return "item " + short(e.ItemID.ID) + " " + verb
}

// short is the end of an id, where ids differ.
func short(id string) string {
	id = strings.TrimRight(id, "=A")
	return "…" + id[max(len(id)-5, 0):]
}
