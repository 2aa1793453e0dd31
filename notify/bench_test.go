package notify_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
)

// clients is how many keep-alive connections the benchmarks use.
const clients = 64

// bare reads the body and gives a fixed answer: the least that net/http does.
func bare(answer []byte) http.Handler {
	length := strconv.Itoa(len(answer))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		w.Header().Set("Content-Length", length)
		_, _ = w.Write(answer)
	})
}

// xmlEvent and the rest are what one writes first for encoding/xml.
type xmlEvent struct {
	Watermark string
	TimeStamp time.Time
	ItemID    struct {
		ID        string `xml:"Id,attr"`
		ChangeKey string `xml:",attr"`
	} `xml:"ItemId"`
	FolderID struct {
		ID string `xml:"Id,attr"`
	} `xml:"FolderId"`
	ParentFolderID struct {
		ID string `xml:"Id,attr"`
	} `xml:"ParentFolderId"`
}

type xmlEnvelope struct {
	XMLName xml.Name `xml:"Envelope"`
	Body    struct {
		SendNotification struct {
			ResponseMessages struct {
				Messages []struct {
					ResponseCode string
					Notification struct {
						SubscriptionID    string `xml:"SubscriptionId"`
						PreviousWatermark string
						MoreEvents        bool
						Modified          []xmlEvent `xml:"ModifiedEvent"`
						Created           []xmlEvent `xml:"CreatedEvent"`
						Moved             []xmlEvent `xml:"MovedEvent"`
						Deleted           []xmlEvent `xml:"DeletedEvent"`
						Status            []xmlEvent `xml:"StatusEvent"`
					}
				} `xml:"SendNotificationResponseMessage"`
			}
		}
	}
}

// unmarshalling is bare with encoding/xml in between.
func unmarshalling(answer []byte) http.Handler {
	reply := bare(answer)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			var e xmlEnvelope
			err = xml.Unmarshal(body, &e)
			if len(e.Body.SendNotification.ResponseMessages.Messages) != 1 {
				err = io.ErrUnexpectedEOF
			}
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		r.Body = http.NoBody
		reply.ServeHTTP(w, r)
	})
}

// BenchmarkHandler sends the same notifications to a bare handler, to one that
// unmarshals with encoding/xml, and to a notify.Handler with its signature
// check, in short turns so that all three see the same machine. It reports how
// many requests a second each of them gets, compared with the bare one.
func BenchmarkHandler(b *testing.B) {
	packet := sample(b, "rooms-2020-body.xml")
	for _, size := range []struct {
		name string
		body []byte
	}{{"events=2", packet}, {"events=50", repeatEvents(b, packet, 25)}} {
		b.Run(size.name, func(b *testing.B) { benchmarkHandlers(b, size.body) })
	}
}

func benchmarkHandlers(b *testing.B, body []byte) {
	b.Helper()
	answer := []byte(resultBody(b, ews.StatusOK))
	signer := newSigner(b, secret(1))
	path := strings.TrimPrefix(signedURL(b, signer, room12), "https://hooks.example.com")
	receiver := notify.ReceiverFunc(func(context.Context, *notify.Delivery) error { return nil })
	handlers := []http.Handler{
		bare(answer), unmarshalling(answer),
		notify.NewHandler(signer, receiver, &notify.Options{Logger: slog.New(slog.DiscardHandler)}),
	}
	spent := make([]time.Duration, len(handlers))
	urls := make([]string, len(handlers))
	transport := &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for i, h := range handlers {
		srv := httptest.NewServer(h)
		defer srv.Close()
		urls[i] = srv.URL + path
		require.NoError(b, flood(b.Context(), client, urls[i], body, clients)) // open the connections
	}
	const turn = 512
	b.ResetTimer()
	for done := 0; done < b.N; done += turn {
		n := min(turn, b.N-done)
		for i := range handlers {
			start := time.Now()
			if err := flood(b.Context(), client, urls[i], body, n); err != nil {
				b.Fatal(err)
			}
			spent[i] += time.Since(start)
		}
	}
	b.ReportMetric(float64(spent[0])/float64(spent[1]), "unmarshal/bare")
	b.ReportMetric(float64(spent[0])/float64(spent[2]), "notify/bare")
	b.ReportMetric(float64(spent[1])/float64(spent[2]), "notify/unmarshal")
	b.ReportMetric(float64(b.N)/spent[2].Seconds(), "notify-req/s")
	b.ReportMetric(0, "ns/op") // of all three together: it says nothing
}

// flood posts a body n times from parallel clients.
func flood(ctx context.Context, client *http.Client, url string, body []byte, n int) error {
	var left atomic.Int64
	left.Store(int64(n))
	errs := make([]error, min(clients, n))
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for left.Add(-1) >= 0 && errs[i] == nil {
				errs[i] = postOnce(ctx, client, url, body)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func postOnce(ctx context.Context, client *http.Client, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answer: %s", resp.Status)
	}
	return nil
}

// repeatEvents returns a packet with its events several times over.
func repeatEvents(tb testing.TB, body []byte, times int) []byte {
	tb.Helper()
	n, err := ews.ParseSendNotification(body, nil)
	require.NoError(tb, err)
	events := n.ResponseMessages[0].Notification.Events
	for range times - 1 {
		n.ResponseMessages[0].Notification.Events = append(n.ResponseMessages[0].Notification.Events, events...)
	}
	out, err := ews.EncodeSendNotification(n)
	require.NoError(tb, err)
	return out
}

// BenchmarkSigner is what the signature costs.
func BenchmarkSigner(b *testing.B) {
	signer := newSigner(b, secret(1))
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, signedURL(b, signer, room12), http.NoBody)
	b.Run("Authenticate", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := signer.Authenticate(r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("URL", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := signer.URL(room12); err != nil {
				b.Fatal(err)
			}
		}
	})
}
