package ewstest_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

func TestRestart(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		item := m.CreateItem()
		subscribe(t, s, "1", "http://app.test/", "")
		l.next()
		s.Restart()
		require.Empty(t, s.Subscriptions())
		require.NoError(t, m.ModifyItem(item)) // mailboxes stay
		time.Sleep(time.Hour)
		require.Len(t, l.times(), 1) // nobody is told
		require.Equal(t, 1, s.Stats().Forgotten)
		subscribe(t, s, "1", "http://app.test/", "")
		l.next()
	})
}

// A restart from inside a callback, in the middle of a delivery.
func TestRestartFromHandler(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		cut := make(chan struct{})
		l.answers(func(_ http.ResponseWriter, r *http.Request) {
			s.Restart()
			<-r.Context().Done()
			close(cut)
		})
		subscribe(t, s, "1", "http://app.test/", "")
		<-cut
		time.Sleep(time.Hour)
		require.Len(t, l.times(), 1)
	})
}

func TestDownAndUp(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		_, mark := subscribe(t, s, "10", "http://app.test/", "")
		mark = chained(t, mark, l.next())
		s.Down()
		s.Down()
		_, err := call(t, s, envelope(room, pushRequest("10", "http://app.test/", "")))
		require.Error(t, err)
		m.CreateItem()
		time.Sleep(24 * time.Hour)
		require.Len(t, l.times(), 1)
		require.Len(t, s.Subscriptions(), 1)
		s.Up()
		s.Up()
		chained(t, mark, l.next())
		subscribe(t, s, "10", "http://app.test/", "")
	})
}

// A delivery that Down interrupts is not an attempt of the ladder.
func TestDownDuringDelivery(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		l.answers(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		subscribe(t, s, "1", "http://app.test/", "")
		synctest.Wait()
		s.Down()
		time.Sleep(time.Hour)
		l.answers(nil)
		s.Up()
		require.True(t, l.next().Notification.IsStatus())
		require.Zero(t, s.Stats().Failed)
	})
}

func TestCloseTwiceAndInTheMiddle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := ewstest.NewNetwork()
		s := ewstest.NewServer(&ewstest.Options{Network: n, Host: "mail.test"})
		require.Equal(t, "http://mail.test/EWS/Exchange.asmx", s.URL())
		l := newListener(t)
		defer n.Serve("app.test", l)()
		l.answers(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		s.Mailbox(room)
		subscribe(t, s, "10", "http://app.test/", "")
		s.Fault(ewstest.Fault{Kind: ewstest.FaultSlowResponse, Delay: time.Hour})
		failed := make(chan error)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL(), strings.NewReader(envelope(room, pushRequest("10", "http://app.test/", ""))))
		require.NoError(t, err)
		go func() {
			resp, err := s.Client().Do(req)
			if err == nil {
				err = resp.Body.Close()
			}
			failed <- err
		}()
		synctest.Wait()
		start := time.Now()
		s.Close()
		s.Close()
		require.Less(t, time.Since(start), time.Second)
		require.Error(t, <-failed)
		require.Empty(t, s.Subscriptions())
	})
}

func TestPanicsWhereItCannotListen(t *testing.T) {
	t.Parallel()
	n := ewstest.NewNetwork()
	s := ewstest.NewServer(&ewstest.Options{Network: n})
	defer s.Close()
	require.Panics(t, func() { ewstest.NewServer(&ewstest.Options{Network: n}) })
}

// TestManyRooms is what the whole package is for: many rooms and a long time in
// a few seconds.
func TestManyRooms(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		const rooms, hours = 20, 24
		l.answers(func(w http.ResponseWriter, _ *http.Request) { l.answer(w, ews.StatusOK) })
		var boxes []*ewstest.Mailbox
		for i := range rooms {
			m := s.Mailbox(string(rune('a'+i)) + "@example.com")
			boxes = append(boxes, m)
			a := do(t, s, envelope(m.Address(), pushRequest("10", "http://app.test/", "")))
			require.Equal(t, "NoError", a.code())
		}
		for hour := range hours {
			time.Sleep(time.Hour + time.Millisecond)
			boxes[hour%rooms].CreateItem()
		}
		require.Len(t, s.Subscriptions(), rooms)
		require.Greater(t, s.Stats().Accepted, rooms*hours*6)
		require.Zero(t, s.Stats().Failed)
	})
}
