package ewstest_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

var regexpOperation = regexp.MustCompile(`(</?m:)(Unsubscribe|GetEvents|GetFolder|ResolveNames|ConvertId)(Response)`)

// bubble runs f with a server and a listener at http://app.test/ on fake time.
func bubble(t *testing.T, opts ewstest.Options, f func(t *testing.T, s *ewstest.Server, l *listener)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := ewstest.NewNetwork()
		opts.Network, opts.Logger = n, slog.New(slog.DiscardHandler)
		s := ewstest.NewServer(&opts)
		defer s.Close()
		l := newListener(t)
		defer n.Serve("app.test", l)()
		s.Mailbox(room)
		f(t, s, l)
	})
}

func TestPushOverLoopback(t *testing.T) {
	t.Parallel()
	s := ewstest.NewServer(nil)
	defer s.Close()
	l := newListener(t)
	app := httptest.NewServer(l)
	defer app.Close()
	m := s.Mailbox(room)

	id, mark := subscribe(t, s, "5", app.URL+"/hook?a=b&amp;c", "")
	first := l.next()
	require.Equal(t, id, first.Notification.SubscriptionID)
	require.Equal(t, mark, first.Notification.PreviousWatermark)
	require.True(t, first.Notification.IsStatus())
	require.Equal(t, "Exchange2013_SP1", first.Version)

	item := m.CreateItem()
	n := l.next().Notification
	require.Equal(t, mark, n.PreviousWatermark)
	require.Len(t, n.Events, 2)
	require.Equal(t, ews.CreatedEvent, n.Events[0].Type)
	require.Equal(t, item, n.Events[0].ItemID.ID)
	require.Equal(t, ews.ModifiedEvent, n.Events[1].Type)
	require.Equal(t, n.Events[0].ParentFolderID.ID, n.Events[1].FolderID.ID)
}

func TestHeartbeats(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		start := time.Now()
		_, mark := subscribe(t, s, "10", "http://app.test/", "")
		for i := range 5 {
			g := l.next()
			require.Equal(t, time.Duration(i)*10*time.Minute, g.At.Sub(start))
			require.True(t, g.Notification.IsStatus())
			require.Equal(t, mark, g.Notification.PreviousWatermark)
			mark = g.Notification.Watermark()
		}
	})
}

func TestRetryLadder(t *testing.T) {
	t.Parallel()
	elapsed := map[string]struct {
		attempts int
		last     time.Duration
	}{
		"1": {3, time.Minute}, "5": {5, 4 * time.Minute}, "15": {6, 8 * time.Minute}, "30": {7, 16 * time.Minute},
		"60": {8, 32 * time.Minute}, "120": {9, 64 * time.Minute}, "1440": {13, 1024 * time.Minute},
	}
	waits := map[string]struct {
		attempts int
		last     time.Duration
	}{
		"1": {2, 30 * time.Second}, "5": {4, 3*time.Minute + 30*time.Second}, "15": {5, 7*time.Minute + 30*time.Second},
		"30": {6, 15*time.Minute + 30*time.Second}, "60": {7, 31*time.Minute + 30*time.Second}, "120": {8, 63*time.Minute + 30*time.Second},
		"1440": {12, 1023*time.Minute + 30*time.Second},
	}
	for ladder, table := range map[ewstest.Ladder]map[string]struct {
		attempts int
		last     time.Duration
	}{ewstest.LadderElapsed: elapsed, ewstest.LadderWaits: waits} {
		for minutes, want := range table {
			bubble(t, ewstest.Options{Ladder: ladder}, func(t *testing.T, s *ewstest.Server, l *listener) {
				l.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
				subscribe(t, s, minutes, "http://app.test/", "")
				time.Sleep(48 * time.Hour)
				times := l.times()
				require.Len(t, times, want.attempts, "StatusFrequency %s", minutes)
				require.Equal(t, want.last, times[len(times)-1], "StatusFrequency %s", minutes)
				require.Empty(t, s.Subscriptions())
				require.Equal(t, 1, s.Stats().Dropped)
			})
		}
	}
}
