package notify_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
)

// Many subscriptions at once: everything arrives once, under the right address,
// and nothing that a receiver was given is touched afterwards.
func TestConcurrentDeliveries(t *testing.T) {
	const subscriptions, notifications = 12, 40
	k := &keeper{}
	signer := newSigner(t, secret(2), secret(1))
	srv := httptest.NewServer(notify.NewHandler(signer, k, &notify.Options{Logger: slog.New(slog.DiscardHandler)}))
	defer srv.Close()

	var wg sync.WaitGroup
	for s := range subscriptions {
		wg.Go(func() {
			a := notify.Address{Key: fmt.Sprintf("room/%d", s), Generation: int64(s) + 1}
			u, err := signer.URL(a)
			if err != nil {
				t.Error(err)
				return
			}
			u = srv.URL + strings.TrimPrefix(u, "https://hooks.example.com")
			for n := range notifications {
				body := notification(t, s, n)
				if n%10 == 9 {
					body = append(body, "<junk/>"...) // complete, and no notification
				}
				if err := post(t, srv.Client(), u, body); err != nil {
					t.Errorf("notification %d of %s: %v", n, a.Key, err)
				}
			}
		})
	}
	wg.Wait()

	next := map[string]int{}
	for _, d := range k.got() {
		var s int
		_, err := fmt.Sscanf(d.Address.Key, "room/%d", &s)
		require.NoError(t, err)
		require.Equal(t, int64(s)+1, d.Address.Generation)
		if next[d.Address.Key]%10 == 9 {
			next[d.Address.Key]++
		}
		want := notification(t, s, next[d.Address.Key])
		require.Equal(t, string(want), string(d.Body), "in order for each subscription, and not reused")
		require.Equal(t, fmt.Sprintf("w%d", next[d.Address.Key]), d.Messages[0].Notification.Watermark())
		next[d.Address.Key]++
	}
	require.Len(t, k.got(), subscriptions*notifications*9/10)
	require.Len(t, k.undecodable(), subscriptions*notifications/10)
	for _, u := range k.undecodable() {
		require.True(t, bytes.HasSuffix(u.Body, []byte("<junk/>")))
	}
}

func notification(t testing.TB, subscription, n int) []byte {
	t.Helper()
	body, err := ews.EncodeSendNotification(&ews.SendNotification{ResponseMessages: []ews.SendNotificationResponseMessage{{
		ResponseMessage: ews.ResponseMessage{ResponseClass: ews.ResponseClassSuccess, ResponseCode: ews.NoError},
		Notification: &ews.Notification{
			SubscriptionID:    fmt.Sprintf("subscription-%d", subscription),
			PreviousWatermark: fmt.Sprintf("w%d", n-1),
			Events:            []ews.Event{{Type: ews.StatusEvent, Watermark: fmt.Sprintf("w%d", n)}},
		},
	}}})
	if err != nil {
		t.Error(err)
	}
	return body
}

func post(t testing.TB, client *http.Client, url string, body []byte) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	status, err := ews.ParseSendNotificationResult(answer, nil)
	if err == nil && status != ews.StatusOK {
		err = fmt.Errorf("status %s", status)
	}
	return err
}
