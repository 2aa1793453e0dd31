package ewstest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// until collects the notifications up to the next heartbeat.
func until(l *listener) (all []got) {
	l.t.Helper()
	for {
		g := l.next()
		all = append(all, g)
		if g.Notification != nil && g.Notification.IsStatus() {
			return all
		}
	}
}

// chained checks PreviousWatermark from one notification to the next and
// returns the last watermark.
func chained(t *testing.T, mark string, all ...got) string {
	t.Helper()
	for _, g := range all {
		require.Equal(t, mark, g.Notification.PreviousWatermark)
		mark = g.Notification.Watermark()
	}
	return mark
}

func TestReplay(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{MaxEvents: 5}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		_, mark := subscribe(t, s, "10", "http://app.test/", "")
		chained(t, mark, l.next())
		for range 7 {
			m.CreateItem()
		}
		live := until(l)
		chained(t, mark, live...)

		// From the beginning again, in a second subscription, after a restart.
		s.Restart()
		_, again := subscribe(t, s, "10", "http://app.test/", mark)
		require.Equal(t, mark, again)
		first := l.next()
		require.True(t, first.Notification.IsStatus())
		require.Equal(t, mark, first.Notification.PreviousWatermark)
		replayed := until(l)
		last := chained(t, mark, replayed...)

		events := func(all []got) (events []ews.Event) {
			for _, g := range all {
				require.LessOrEqual(t, len(g.Notification.Events), 5)
				if !g.Notification.IsStatus() {
					events = append(events, g.Notification.Events...)
				}
			}
			return events
		}
		require.Len(t, events(live), 14)
		require.Equal(t, events(live), events(replayed)) // the same watermarks
		for i, g := range replayed {
			require.Equal(t, i < 2, g.Notification.MoreEvents, i)
		}

		// A heartbeat's watermark is one to go on from, too.
		s.Restart()
		subscribe(t, s, "10", "http://app.test/", last)
		require.Len(t, until(l), 1)
		require.Len(t, until(l), 1)
	})
}

func TestForgetEvents(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		_, mark := subscribe(t, s, "10", "http://app.test/", "")
		l.next()
		m.CreateItem()
		n := l.next()

		// Everything has been sent: the subscription goes on.
		m.ForgetEvents()
		a := do(t, s, envelope(room, pushRequest("10", "http://app.test/", mark)))
		require.Equal(t, string(ews.ErrorInvalidWatermark), a.code())
		m.CreateItem()
		chained(t, n.Notification.Watermark(), l.next())
		require.Len(t, s.Subscriptions(), 1)
	})
}

func TestForgetEventsThatWereNotSent(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{Delay: time.Minute}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		subscribe(t, s, "10", "http://app.test/", "")
		l.next()
		m.CreateItem()
		m.ForgetEvents()
		g := l.next()
		require.Nil(t, g.Notification)
		require.Equal(t, ews.ResponseClassError, g.ResponseClass)
		require.Equal(t, ews.ErrorEventNotFound, g.ResponseCode)
		synctest.Wait()
		require.Empty(t, s.Subscriptions())
		require.Equal(t, 1, s.Stats().EndedByError)
	})
}

func TestMoveDatabase(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		id, mark := subscribe(t, s, "10", "http://app.test/", "")
		l.next()
		m.MoveDatabase()
		g := l.next()
		require.Nil(t, g.Notification)
		require.Equal(t, ews.ResponseClassError, g.ResponseClass)
		require.Equal(t, ews.ErrorReadEventsFailed, g.ResponseCode)
		require.Equal(t, 0, g.DescriptiveLinkKey)
		require.Equal(t, id, g.MessageXML.Get("SubscriptionId"))
		require.NotEmpty(t, g.MessageText)
		require.Contains(t, g.Body, "<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>")
		require.NotContains(t, g.Body, "<m:Notification>")
		synctest.Wait()
		require.Empty(t, s.Subscriptions())

		a := do(t, s, envelope(room, pushRequest("10", "http://app.test/", mark)))
		require.Equal(t, string(ews.ErrorInvalidWatermark), a.code())
		_, fresh := subscribe(t, s, "10", "http://app.test/", "")
		require.NotEqual(t, mark[:20], fresh[:20]) // another database
		chained(t, fresh, l.next())
	})
}

func TestHistoryExpires(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{History: 48 * time.Hour}, func(t *testing.T, s *ewstest.Server, _ *listener) {
		m := s.Mailbox(room)
		nowhere := "http://nowhere.test/"
		_, old := subscribe(t, s, "1", nowhere, "")
		m.CreateItem()
		time.Sleep(24 * time.Hour)
		_, newer := subscribe(t, s, "1", nowhere, "")
		m.CreateItem()
		subscribe(t, s, "1", nowhere, old)
		time.Sleep(25 * time.Hour)
		a := do(t, s, envelope(room, pushRequest("1", nowhere, old)))
		require.Equal(t, string(ews.ErrorInvalidWatermark), a.code())
		subscribe(t, s, "1", nowhere, newer)
	})
}

// A watermark is of one mailbox.
func TestForeignWatermark(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, _ *listener) {
		_, mark := subscribe(t, s, "1", "http://app.test/", "")
		s.Mailbox("room2@example.com")
		a := do(t, s, envelope("room2@example.com", pushRequest("1", "http://app.test/", mark)))
		require.Equal(t, string(ews.ErrorInvalidWatermark), a.code())
	})
}
