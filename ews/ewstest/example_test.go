package ewstest_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// hook is what a user may have: a handler that counts events.
type hook struct{ counts map[ews.EventType]int }

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	n, err := ews.ParseSendNotification(body, nil)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	for _, m := range n.ResponseMessages {
		if m.Notification == nil {
			continue
		}
		for _, e := range m.Notification.Events {
			h.counts[e.Type]++
		}
	}
	reply, err := ews.EncodeSendNotificationResult(ews.StatusOK)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = w.Write(reply)
}

// A handler is tested without any server: the builder makes the bodies.
func ExampleNotificationBuilder() {
	h := &hook{counts: map[ews.EventType]int{}}
	b := ewstest.NewNotificationBuilder("room12@example.com", nil)

	booking := b.Mailbox.CreateItem()
	if err := b.Mailbox.ModifyItem(booking); err != nil {
		log.Fatal(err)
	}
	for range 2 { // the changes, then a heartbeat
		req, err := ewstest.NewRequest(context.Background(), "http://example.com/hook", b.Body())
		if err != nil {
			log.Fatal(err)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		fmt.Println(rec.Code)
	}
	fmt.Println(h.counts)
	// Output:
	// 200
	// 200
	// map[CreatedEvent:1 ModifiedEvent:3 StatusEvent:1]
}

// A whole program runs against a server on loopback.
func ExampleServer() {
	exchange := ewstest.NewServer(nil)
	defer exchange.Close()
	exchange.AddAccount("svc-rooms", "secret", ewstest.Impersonate())
	room := exchange.Mailbox("room12@example.com")

	heard := make(chan ews.Event, 10)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		n, err := ews.ParseSendNotification(body, nil)
		if err != nil {
			return
		}
		for _, e := range n.ResponseMessages[0].Notification.Events {
			heard <- e
		}
		reply, err := ews.EncodeSendNotificationResult(ews.StatusOK)
		if err == nil {
			_, _ = w.Write(reply)
		}
	}))
	defer app.Close()

	client, err := ews.NewClient(exchange.URL(), &ews.ClientOptions{
		HTTPClient: &http.Client{Transport: &ews.BasicTransport{Username: "svc-rooms", Password: "secret"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.As(ews.ConnectingSID{SMTPAddress: room.Address()}).Subscribe(context.Background(), &ews.PushSubscriptionRequest{
		FolderIDs:       []ews.FolderID{{DistinguishedID: ews.CalendarFolder}},
		EventTypes:      []ews.EventType{ews.CreatedEvent},
		StatusFrequency: 5 * time.Minute,
		URL:             app.URL + "/hook",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println((<-heard).Type)

	booking := room.CreateItem()
	e := <-heard
	fmt.Println(e.Type, e.ItemID.ID == booking)
	// Output:
	// StatusEvent
	// CreatedEvent true
}

// In a bubble a day is nothing.
func ExampleNetwork() {
	// Of a test function:
	test := func(t *testing.T) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			network := ewstest.NewNetwork()
			exchange := ewstest.NewServer(&ewstest.Options{Network: network})
			defer exchange.Close()
			h := &hook{counts: map[ews.EventType]int{}}
			stop := network.Serve("app.test", h)
			defer stop()
			exchange.Mailbox("room12@example.com")
			// Subscribe with the URL http://app.test/, then:
			time.Sleep(24 * time.Hour)
		})
	}
	_ = test
}
