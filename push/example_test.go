package push_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http/httptest"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// rooms is the application.
type rooms struct{ events chan subscribe.Event }

func (r rooms) HandleEvent(_ context.Context, e subscribe.Event) error {
	r.events <- e
	return nil // done with; an error would bring it again
}

func (r rooms) HandleGap(_ context.Context, g subscribe.Gap) error {
	fmt.Println(g.Key, "must be compared with Exchange:", g.Cause)
	return nil
}

// A service against an Exchange in process, from the first Subscribe to the
// first event.
func Example() {
	exchange := ewstest.NewServer(nil)
	defer exchange.Close()
	mailbox := exchange.Mailbox("room12@example.com")
	client, err := ews.NewClient(exchange.URL(), nil)
	if err != nil {
		log.Fatal(err)
	}

	web := httptest.NewServer(nil) // the application's own web server
	defer web.Close()
	app := rooms{make(chan subscribe.Event)}
	svc, err := push.New(push.Config{
		Client:      client,
		CallbackURL: web.URL + "/ews",
		Secrets:     [][]byte{[]byte("at least 16 bytes, kept secret")},
		Store:       memstore.New(),
		Handler:     app,
		Logger:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		log.Fatal(err)
	}
	web.Config.Handler = svc

	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- svc.Run(ctx) }()
	if err := svc.Subscribe(ctx, subscribe.Spec{Key: "room-12", Mailbox: "room12@example.com"}); err != nil {
		log.Fatal(err)
	}
	for {
		st, err := svc.Status(ctx, "room-12")
		if err != nil {
			log.Fatal(err)
		}
		if st.State == subscribe.StateActive {
			break
		}
	}

	mailbox.CreateItem()
	e := <-app.events
	fmt.Println(e.Key, e.Type, e.ItemID != nil)
	e = <-app.events
	fmt.Println(e.Key, e.Type, e.FolderID != nil)

	stop()
	fmt.Println(<-ended)
	// Output:
	// room-12 must be compared with Exchange: firstStart
	// room-12 CreatedEvent true
	// room-12 ModifiedEvent true
	// <nil>
}
