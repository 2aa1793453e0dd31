package push_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// collector is a Handler that passes on what it gets.
type collector struct {
	events chan subscribe.Event
	gaps   chan subscribe.Gap
}

func newCollector() collector {
	return collector{make(chan subscribe.Event, 100), make(chan subscribe.Gap, 100)}
}

// HandleEvent implements subscribe.Handler.
func (c collector) HandleEvent(_ context.Context, e subscribe.Event) error {
	c.events <- e
	return nil
}

// HandleGap implements subscribe.Handler.
func (c collector) HandleGap(_ context.Context, g subscribe.Gap) error {
	c.gaps <- g
	return nil
}

// TestRealNotifications sends the packet that Exchange Online sent in 2020, and
// the same packet as it was published, damaged, through the whole service.
func TestRealNotifications(t *testing.T) {
	urls := make(chan string, 1)
	exchange := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, rest, _ := bytes.Cut(body, []byte("<t:URL>"))
		u, _, _ := bytes.Cut(rest, []byte("</t:URL>"))
		urls <- string(u)
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = io.WriteString(w, `<s:Envelope xmlns:s="`+ews.NamespaceEnvelope+`"><s:Body><m:SubscribeResponse xmlns:m="`+
			ews.NamespaceMessages+`"><m:ResponseMessages><m:SubscribeResponseMessage ResponseClass="Success">`+
			`<m:ResponseCode>NoError</m:ResponseCode><m:SubscriptionId>id</m:SubscriptionId>`+
			`</m:SubscribeResponseMessage></m:ResponseMessages></m:SubscribeResponse></s:Body></s:Envelope>`)
	}))
	defer exchange.Close()
	client, err := ews.NewClient(exchange.URL, nil)
	require.NoError(t, err)

	server := httptest.NewUnstartedServer(nil)
	server.Start()
	defer server.Close()
	app := newCollector()
	svc, err := push.New(push.Config{
		Client: client, CallbackURL: server.URL + "/Webservices", Secrets: [][]byte{[]byte("a secret for this test")},
		Store: memstore.New(), Handler: app,
	})
	require.NoError(t, err)
	server.Config.Handler = svc
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- svc.Run(ctx) }()
	defer func() {
		stop()
		require.NoError(t, <-ran)
	}()
	require.NoError(t, svc.Subscribe(ctx, subscribe.Spec{Key: "room-12", Mailbox: "room12@example.com"}))
	callback, err := url.Parse(<-urls)
	require.NoError(t, err)

	// The headers as captured, the path of the day instead of the path of then.
	send := func(file string) (status int, reply []byte) {
		t.Helper()
		headers, err := os.ReadFile("../testdata/rooms-2020-headers.txt")
		require.NoError(t, err)
		body, err := os.ReadFile("../testdata/" + file)
		require.NoError(t, err)
		head := append(bytes.TrimRight(headers, "\r\n"), "\r\n\r\n"...)
		req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
		require.NoError(t, err)
		req.RequestURI, req.URL = "", callback
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		res, err := server.Client().Do(req)
		require.NoError(t, err)
		defer func() { require.NoError(t, res.Body.Close()) }()
		reply, err = io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, reply
	}
	accepted := func(file string) {
		t.Helper()
		status, reply := send(file)
		require.Equal(t, http.StatusOK, status)
		answer, err := ews.ParseSendNotificationResult(reply, nil)
		require.NoError(t, err)
		require.Equal(t, ews.StatusOK, answer)
	}

	accepted("rooms-2020-body.xml")
	require.Equal(t, subscribe.CauseFirstStart, (<-app.gaps).Cause)
	item, folder := <-app.events, <-app.events
	require.Equal(t, ews.ModifiedEvent, item.Type)
	require.Equal(t, "AQAAAExY/dNdjDVKjtBVHKR5IOsoIukhAAAAAAE=", item.Watermark)
	require.Contains(t, item.ItemID.ID, "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQBGAAAD")
	require.Equal(t, "AQAAAExY/dNdjDVKjtBVHKR5IOstIukhAAAAAAE=", folder.Watermark)
	require.NotNil(t, folder.FolderID)
	require.Equal(t, time.Date(2020, 12, 3, 11, 3, 50, 0, time.UTC), folder.TimeStamp)

	accepted("rooms-2020-body-as-published.xml")
	gap := <-app.gaps
	require.Equal(t, subscribe.CauseUndecodable, gap.Cause)
	require.Regexp(t, `line 1, column \d+`, gap.Detail)
	var parked []subscribe.ParkedEvent
	for p, err := range svc.Parked(ctx) {
		require.NoError(t, err)
		parked = append(parked, p)
	}
	require.Len(t, parked, 1)
	published, err := os.ReadFile("../testdata/rooms-2020-body-as-published.xml")
	require.NoError(t, err)
	require.Equal(t, published, parked[0].Body, "kept byte for byte")

	// And it goes on: the next notification is accepted as if nothing had been.
	req, err := ewstest.NewRequest(ctx, callback.String(), readFile(t, "../testdata/rooms-2020-body.xml"))
	require.NoError(t, err)
	res, err := server.Client().Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, item.ID, (<-app.events).ID, "the same events have the same IDs")
	require.Empty(t, app.gaps)
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return b
}
