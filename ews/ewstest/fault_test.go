package ewstest_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

func TestFaultsOfCalls(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		s.Mailbox("room2@example.com")
		request := envelope(room, pushRequest("10", "http://app.test/", ""))

		s.Fault(ewstest.Fault{Kind: ewstest.FaultServerBusy, Mailbox: "ROOM1@example.com", BackOff: 297749 * time.Millisecond, Times: 2})
		for range 2 {
			a := do(t, s, request)
			require.Equal(t, 500, a.Status)
			require.Equal(t, string(ews.ErrorServerBusy), a.code())
			require.Equal(t, "297749", a.Fault.BackOff)
			require.Contains(t, a.Raw, `<t:Value Name="BackOffMilliseconds">297749</t:Value>`)
			// Another mailbox is not concerned.
			require.Equal(t, "NoError", do(t, s, envelope("room2@example.com", pushRequest("10", "http://app.test/", ""))).code())
		}
		require.Equal(t, "NoError", do(t, s, request).code())

		s.Fault(ewstest.Fault{Kind: ewstest.FaultLogin})
		a := do(t, s, request)
		require.Equal(t, 401, a.Status)
		require.NotEmpty(t, a.Header.Get("Www-Authenticate"))

		s.Fault(ewstest.Fault{Kind: ewstest.FaultHTTPStatus, BackOff: 90 * time.Second})
		a = do(t, s, request)
		require.Equal(t, 503, a.Status)
		require.Equal(t, "90", a.Header.Get("Retry-After"))
		s.Fault(ewstest.Fault{Kind: ewstest.FaultHTTPStatus, Status: 403})
		require.Equal(t, 403, do(t, s, request).Status)

		s.Fault(ewstest.Fault{Kind: ewstest.FaultSlowResponse, Delay: 5 * time.Minute})
		synctest.Wait()
		heard := len(l.times())
		start := time.Now()
		require.Equal(t, "NoError", do(t, s, request).code())
		require.Equal(t, 5*time.Minute, time.Since(start))
		require.Len(t, l.times(), heard+1)

		// The effect comes first; a client that does not wait has subscribed.
		before := len(s.Subscriptions())
		s.Fault(ewstest.Fault{Kind: ewstest.FaultSlowResponse})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := call(t, s, request, func(r *http.Request) { *r = *r.WithContext(ctx) })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Len(t, s.Subscriptions(), before+1)

		s.Fault(ewstest.Fault{Kind: ewstest.FaultRestart})
		_, err = call(t, s, request)
		require.Error(t, err)
		require.Empty(t, s.Subscriptions())
		require.Equal(t, before+1, s.Stats().Forgotten)
		require.Empty(t, s.Faults())
	})
}

func TestFaultsOfSubscribe(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		request := envelope(room, pushRequest("10", "http://app.test/", ""))

		s.Fault(ewstest.Fault{Kind: ewstest.FaultResponseCode, Code: ews.ErrorMailboxStoreUnavailable, Skip: 1})
		require.Equal(t, "NoError", do(t, s, request).code())
		l.next()
		a := do(t, s, request)
		require.Equal(t, 200, a.Status)
		require.Equal(t, "Error", a.Messages[0].Class)
		require.Equal(t, string(ews.ErrorMailboxStoreUnavailable), a.code())
		s.Fault(ewstest.Fault{Kind: ewstest.FaultResponseCode, Code: ews.ErrorInternalServerError, Message: "sorry", SOAP: true})
		a = do(t, s, request)
		require.Equal(t, 500, a.Status)
		require.Equal(t, string(ews.ErrorInternalServerError), a.Fault.Code)
		require.Equal(t, "sorry", a.Fault.Message)
		require.Len(t, s.Subscriptions(), 1)
		// Other operations are not concerned.
		s.Fault(ewstest.Fault{Kind: ewstest.FaultResponseCode, Code: ews.ErrorInternalServerError})
		a = do(t, s, envelope(room, "<m:Unsubscribe><m:SubscriptionId>x</m:SubscriptionId></m:Unsubscribe>"))
		require.Equal(t, string(ews.ErrorSubscriptionNotFound), a.code())
		s.ClearFaults()

		// The subscription lives, though nobody was told its id.
		s.Fault(ewstest.Fault{Kind: ewstest.FaultLostResponse})
		_, err := call(t, s, request)
		require.Error(t, err)
		held := s.Subscriptions()
		require.Len(t, held, 2)
		require.Equal(t, held[1].ID, l.next().Notification.SubscriptionID)

		s.Fault(ewstest.Fault{Kind: ewstest.FaultNotificationFirst})
		answered := make(chan struct{})
		l.answers(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(5 * time.Second)
			l.answer(w, ews.StatusOK)
			close(answered)
		})
		require.Equal(t, "NoError", do(t, s, request).code())
		select {
		case <-answered:
		default:
			t.Error("the response came first")
		}
	})
}

func TestFaultsOfNotifications(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		_, mark := subscribe(t, s, "10", "http://app.test/", "")
		mark = chained(t, mark, l.next())

		s.Fault(ewstest.Fault{Kind: ewstest.FaultDuplicate, Mailbox: room})
		m.CreateItem()
		first, second := l.next(), l.next()
		require.Equal(t, first.Body, second.Body)
		mark = chained(t, mark, first)

		s.Fault(ewstest.Fault{Kind: ewstest.FaultSkip})
		m.CreateItem()
		synctest.Wait() // until it has been skipped
		m.CreateItem()
		g := l.next()
		lost := m.Changes()[1].Events[1].Watermark
		require.Equal(t, lost, g.Notification.PreviousWatermark)
		require.NotEqual(t, mark, lost)
		mark = g.Notification.Watermark()

		s.Fault(ewstest.Fault{Kind: ewstest.FaultErrorMessage, Code: ews.ErrorMissedNotificationEvents, Message: "누락"})
		m.CreateItem()
		g = l.next()
		require.Nil(t, g.Notification)
		require.Equal(t, ews.ErrorMissedNotificationEvents, g.ResponseCode)
		require.Equal(t, "누락", g.MessageText)
		m.CreateItem()
		g = l.next()
		require.NotEqual(t, mark, g.Notification.PreviousWatermark) // the events are lost
		mark = g.Notification.Watermark()

		// A damaged body that is not accepted is followed by a whole one.
		var bodies []string
		s.Fault(ewstest.Fault{Kind: ewstest.FaultDamagedBody})
		m.CreateItem()
		g = l.next() // 30 s later
		require.Equal(t, 1, s.Stats().Failed)
		mark = chained(t, mark, g)
		// One that is accepted all the same is gone.
		s.Fault(ewstest.Fault{Kind: ewstest.FaultDamagedBody, Body: []byte("<a")})
		l.answers(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			bodies = append(bodies, string(body))
			l.answer(w, ews.StatusOK)
		})
		m.CreateItem()
		synctest.Wait()
		require.Equal(t, []string{"<a"}, bodies)
		l.answers(nil)
		m.CreateItem()
		require.NotEqual(t, mark, l.next().Notification.PreviousWatermark)

		s.Fault(ewstest.Fault{Kind: ewstest.FaultErrorMessage, Code: ews.ErrorReadEventsFailed, End: true})
		m.CreateItem()
		require.Equal(t, ews.ErrorReadEventsFailed, l.next().ResponseCode)
		synctest.Wait()
		require.Empty(t, s.Subscriptions())
		require.Equal(t, 1, s.Stats().EndedByError)
		require.Empty(t, s.Faults())
		require.Equal(t, 6, s.Stats().Faults)
	})
}

// A damaged heartbeat is damaged, too, and never decodes.
func TestDamage(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		s.Fault(ewstest.Fault{Kind: ewstest.FaultDamagedBody, Times: 2})
		_, mark := subscribe(t, s, "10", "http://app.test/", "")
		chained(t, mark, l.next())
		require.Equal(t, []time.Duration{0, 30 * time.Second, time.Minute}, l.times())
	})
}
