package subscribe_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// printer is an application.
type printer struct{ events chan string }

func (p printer) HandleEvent(_ context.Context, e subscribe.Event) error {
	p.events <- fmt.Sprint(e.Key, " ", e.Type)
	return nil
}

func (p printer) HandleGap(_ context.Context, g subscribe.Gap) error {
	p.events <- fmt.Sprint(g.Key, " gap: ", g.Cause)
	return nil
}

// exchange stands for an EWS client; package push has one that is complete.
type exchange struct {
	asked chan *ews.PushSubscriptionRequest
}

func (x exchange) Subscribe(_ context.Context, _ string, req *ews.PushSubscriptionRequest) (*ews.SubscribeResponse, error) {
	x.asked <- req
	return &ews.SubscribeResponse{SubscriptionID: "s"}, nil
}

// Manager and Recorder without package push, for an application that receives
// notifications in a way of its own.
func Example() {
	x, app, store := exchange{make(chan *ews.PushSubscriptionRequest, 1)}, printer{make(chan string)}, memstore.New()
	var generation int64
	manager, err := subscribe.New(subscribe.Config{
		Store: store, Subscriber: x, Handler: app, Logger: slog.New(slog.DiscardHandler),
		CallbackURL: func(key string, g int64) (string, error) {
			generation = g // usually it comes back in the URL of each notification
			return fmt.Sprintf("https://hooks.example.com/%s/%d", key, g), nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	recorder := subscribe.NewRecorder(store, &subscribe.RecorderOptions{Manager: manager})

	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- manager.Run(ctx) }()
	if err := manager.Subscribe(ctx, subscribe.Spec{Key: "room-12"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println("asked for", (<-x.asked).EventTypes)

	// What a receiver does with a notification.
	messages := []ews.SendNotificationResponseMessage{{Notification: &ews.Notification{
		SubscriptionID: "s",
		Events: []ews.Event{{
			Type: ews.CreatedEvent, Watermark: "w", TimeStamp: time.Now(),
			ItemID: &ews.ItemID{ID: "i"}, ParentFolderID: &ews.FolderID{ID: "f"},
		}},
	}}}
	body, err := ews.EncodeSendNotification(&ews.SendNotification{ResponseMessages: messages})
	if err != nil {
		log.Fatal(err)
	}
	err = recorder.Record(ctx, &subscribe.Received{
		Key: "room-12", Generation: generation, At: time.Now(), Body: body, Messages: messages,
	})
	fmt.Println("answer OK:", err == nil)
	fmt.Println(<-app.events)
	fmt.Println(<-app.events)

	stop()
	fmt.Println(<-ended)
	// Output:
	// asked for [CreatedEvent ModifiedEvent MovedEvent DeletedEvent CopiedEvent]
	// answer OK: true
	// room-12 gap: firstStart
	// room-12 CreatedEvent
	// <nil>
}
