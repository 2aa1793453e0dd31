package main

import (
	"bytes"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/notify"
	"github.com/stretchr/testify/require"
)

// The program against a fake Exchange, from the first notification on.
func TestHandlerPrintsWhatChanges(t *testing.T) {
	var out bytes.Buffer
	printed := make(chan string, 10)
	server := httptest.NewUnstartedServer(nil)
	server.Start()
	defer server.Close()
	signer, err := notify.NewSigner(server.URL+"/ews", []byte("a secret for this test"))
	require.NoError(t, err)
	server.Config.Handler = routes(signer, writerFunc(func(p []byte) (int, error) {
		printed <- string(p)
		return out.Write(p)
	}))

	exchange := ewstest.NewServer(nil)
	defer exchange.Close()
	room := exchange.Mailbox("room12@example.com")
	client, err := ews.NewClient(exchange.URL(), nil)
	require.NoError(t, err)
	u, err := signer.URL(notify.Address{Key: "room-12", Generation: 1})
	require.NoError(t, err)
	_, err = client.As(ews.ConnectingSID{SMTPAddress: room.Address()}).Subscribe(t.Context(), &ews.PushSubscriptionRequest{
		FolderIDs:       []ews.FolderID{{DistinguishedID: ews.CalendarFolder}},
		EventTypes:      []ews.EventType{ews.CreatedEvent},
		StatusFrequency: time.Minute,
		URL:             u,
	})
	require.NoError(t, err)
	require.Contains(t, <-printed, "StatusEvent")
	room.CreateItem()
	require.Regexp(t, `^room-12: \S+Z CreatedEvent\n$`, <-printed)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
