package push_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/subscribe"
)

// TestWrongPasswordForManyRooms: a thousand rooms with a wrong password cost one
// attempt, and one more each time the pause is over. When somebody has mended
// it, Resume brings all of them to work at once.
func TestWrongPasswordForManyRooms(t *testing.T) {
	const rooms = 1000
	inWard(t, nil, func(t *testing.T, w *ward) {
		var refused atomic.Int64
		w.exchange.AddAccount("svc-rooms", "mended", ewstest.Impersonate())
		w.exchange.AddAccount("ward", "right", ewstest.Impersonate())
		transport := w.client2(t, "svc-rooms", "wrong", &refused)
		for i := range rooms {
			mailbox := fmt.Sprintf("room%d@example.com", i)
			w.exchange.Mailbox(mailbox)
			require.NoError(t, w.svc.Subscribe(t.Context(), subscribe.Spec{Key: mailbox, Mailbox: mailbox}))
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		require.EqualValues(t, 1, refused.Load())
		st, err := w.svc.Status(t.Context(), "room7@example.com")
		require.NoError(t, err)
		require.Equal(t, subscribe.StateFailed, st.State)
		require.Equal(t, "HTTP 401", st.ErrorCode)
		require.Equal(t, ews.ActionStopLogin, st.Action)
		require.Equal(t, ews.ScopeClient, st.BackOffScope)
		require.WithinRange(t, st.BackOffUntil, time.Now().Add(4*time.Minute), time.Now().Add(6*time.Minute))
		require.WithinDuration(t, st.BackOffUntil, st.NextAttempt, 2*time.Minute)
		require.Contains(t, st.Reaction, "stop using the login")

		time.Sleep(6 * time.Hour)
		require.LessOrEqual(t, refused.Load(), int64(7))
		require.GreaterOrEqual(t, refused.Load(), int64(4))
		before := refused.Load()
		throttles := w.svc.Throttle()
		require.Len(t, throttles, 2)
		require.Contains(t, throttles[1].BackOffCause, "401")

		transport.Password = "mended"
		require.NoError(t, w.svc.Resume(t.Context()))
		time.Sleep(time.Minute)
		synctest.Wait()
		for st, err := range w.svc.All(t.Context()) {
			require.NoError(t, err)
			require.Equal(t, subscribe.StateActive, st.State, "%s: %s", st.Spec.Key, st.Error)
		}
		require.Equal(t, before, refused.Load())
	})
}

// client2 has ClientFor return another client for all rooms but the ward: with a
// login, on the same exchange. Refusals are counted.
func (w *ward) client2(t *testing.T, user, password string, refused *atomic.Int64) *ews.BasicTransport {
	t.Helper()
	login := &ews.BasicTransport{Username: user, Password: password, AllowPlaintext: true, Base: w.transport}
	client, err := ews.NewClient(w.exchange.URL(), &ews.ClientOptions{
		HTTPClient: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			resp, err := login.RoundTrip(r)
			if err == nil && resp.StatusCode == http.StatusUnauthorized {
				refused.Add(1)
			}
			return resp, err
		})},
	})
	require.NoError(t, err)
	w.mu.Lock()
	w.other = client
	w.mu.Unlock()
	return login
}

// TestSpuriousRefusal: one 401 in the middle of work, a session that has ended,
// holds nothing up.
func TestSpuriousRefusal(t *testing.T) {
	inWard(t, nil, func(t *testing.T, w *ward) {
		w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultLogin})
		w.lose()
		attempts := w.tried()
		require.Len(t, attempts, 1)
		require.Equal(t, ews.ActionRefreshLogin, attempts[0].Reaction.Action)
		require.Zero(t, w.svc.Throttle()[0].BackOffUntil)
		time.Sleep(time.Minute)
		require.Equal(t, subscribe.StateActive, w.status().State)
	})
}

// TestBusyServerIsShown: what the server wants is kept to, and shown.
func TestBusyServerIsShown(t *testing.T) {
	inWard(t, nil, func(t *testing.T, w *ward) {
		w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultServerBusy, BackOff: 5 * time.Minute})
		w.lose()
		st := w.status()
		require.Equal(t, "ErrorServerBusy", st.ErrorCode)
		require.Equal(t, ews.ScopeMailbox, st.BackOffScope)
		require.Equal(t, "try again after 5m", st.Reaction)
		require.WithinDuration(t, time.Now().Add(5*time.Minute-30*time.Second), st.BackOffUntil, 0)
		require.Len(t, w.svc.Throttle()[0].Mailboxes, 1)
		attempts := st.Attempts

		require.NoError(t, w.svc.Retry(t.Context(), "ward"), "somebody is impatient")
		synctest.Wait()
		st = w.status()
		require.Equal(t, "ErrorServerBusy", st.ErrorCode)
		require.Contains(t, st.Error, "not sent, backing off for the mailbox until")
		require.Less(t, st.Attempts, attempts+1, "what is not sent is no attempt")
		require.WithinDuration(t, st.BackOffUntil, st.NextAttempt, 0)
		time.Sleep(6 * time.Minute)
		require.Equal(t, subscribe.StateActive, w.status().State)
	})
}
