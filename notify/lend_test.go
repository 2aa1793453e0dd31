package notify_test

import (
	"bytes"
	"context"
	"fmt"
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

// lender is a receiver that looks at what it is lent, and looks again after
// others had the time to spoil it.
type lender struct {
	t       *testing.T
	meeting chan struct{} // two receivers at a time meet here

	mu   sync.Mutex
	kept []string // watermarks, which are safe to keep
}

func (l *lender) Receive(_ context.Context, d *notify.Delivery) error {
	var s int
	_, err := fmt.Sscanf(d.Address.Key, "room/%d", &s)
	if err != nil {
		return err
	}
	n := len(d.Messages[0].Notification.Events)
	want := crowd(l.t, s, n)
	for range 2 {
		if string(d.Body) != string(want) {
			return fmt.Errorf("the body of %s is another one's", d.Address.Key)
		}
		for i, e := range d.Messages[0].Notification.Events {
			if e.Watermark != fmt.Sprintf("w%d-%d", s, i) || e.ItemID.ID != fmt.Sprintf("item %d-%d", s, i) {
				return fmt.Errorf("the events of %s are another one's", d.Address.Key)
			}
		}
		select {
		case l.meeting <- struct{}{}:
		case <-l.meeting:
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range d.Messages[0].Notification.Events {
		l.kept = append(l.kept, e.Watermark)
	}
	return nil
}

func (l *lender) ReceiveUndecodable(_ context.Context, u *notify.Undecodable) error {
	if !strings.HasSuffix(string(u.Body), "<junk/>") {
		return fmt.Errorf("the body of %s is another one's", u.Address.Key)
	}
	return nil
}

// crowd is a notification of a subscription with many events.
func crowd(t testing.TB, subscription, events int) []byte {
	t.Helper()
	n := &ews.Notification{SubscriptionID: "s"}
	for i := range events {
		n.Events = append(n.Events, ews.Event{
			Type: ews.ModifiedEvent, Watermark: fmt.Sprintf("w%d-%d", subscription, i),
			ItemID:         &ews.ItemID{ID: fmt.Sprintf("item %d-%d", subscription, i)},
			ParentFolderID: &ews.FolderID{ID: "calendar"},
		})
	}
	body, err := ews.EncodeSendNotification(&ews.SendNotification{
		ResponseMessages: []ews.SendNotificationResponseMessage{{Notification: n}},
	})
	if err != nil {
		t.Error(err)
	}
	return body
}

// What is lent belongs to one receiver until it returns, and its strings for
// ever.
func TestLend(t *testing.T) {
	const subscriptions, notifications = 8, 40
	l := &lender{t: t, meeting: make(chan struct{})}
	signer := newSigner(t, secret(1))
	srv := httptest.NewServer(notify.NewHandler(signer, l, &notify.Options{Lend: true, Logger: slog.New(slog.DiscardHandler)}))
	defer srv.Close()
	var wg sync.WaitGroup
	for s := range subscriptions {
		u := strings.TrimPrefix(signedURL(t, signer, notify.Address{Key: fmt.Sprintf("room/%d", s), Generation: 1}), "https://hooks.example.com")
		wg.Go(func() {
			for n := range notifications {
				body := crowd(t, s, 1+(s*notifications+n)%30)
				if err := post(t, srv.Client(), srv.URL+u, body); err != nil {
					t.Errorf("notification %d of %d: %v", n, s, err)
				}
				if err := post(t, srv.Client(), srv.URL+u, append(body, "<junk/>"...)); err != nil {
					t.Errorf("junk %d of %d: %v", n, s, err)
				}
			}
		})
	}
	// Whoever is alone at the end meets this.
	over := make(chan struct{})
	var host sync.WaitGroup
	host.Go(func() {
		for {
			select {
			case <-l.meeting:
			case <-over:
				return
			}
		}
	})
	wg.Wait()
	close(over)
	host.Wait()
	all := make(map[string]int)
	for _, w := range l.kept {
		all[w]++
	}
	for s := range subscriptions {
		total := 0
		for w, count := range all {
			if strings.HasPrefix(w, fmt.Sprintf("w%d-", s)) {
				total += count
			}
		}
		want := 0
		for n := range notifications {
			want += 1 + (s*notifications+n)%30
		}
		require.Equal(t, want, total, "of subscription %d", s)
	}
}

// A body of any size is read whole into memory that had another size before.
func TestLendAllSizes(t *testing.T) {
	signer := newSigner(t, secret(1))
	var got []byte
	h := notify.NewHandler(signer, notify.ReceiverFunc(func(_ context.Context, d *notify.Delivery) error {
		got = append(got[:0], d.Body...)
		return nil
	}), &notify.Options{Lend: true, MaxBodyBytes: 4 << 20, Limits: &ews.Limits{MaxEvents: 10_000}})
	for _, events := range []int{1, 2000, 1, 50, 1, 300, 2} {
		body := crowd(t, 1, events)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, signedURL(t, signer, room12), bytes.NewReader(body)))
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, string(body), string(got))
	}
}
