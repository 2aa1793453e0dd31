package ewstest_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

func text(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Whatever is not HTTP 200 with a SendNotificationResult is no acknowledgement.
func TestWrongReplies(t *testing.T) {
	t.Parallel()
	result := func(status string) string {
		return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` +
			`<m:SendNotificationResult xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:SubscriptionStatus>` +
			status + `</m:SubscriptionStatus></m:SendNotificationResult></s:Body></s:Envelope>`
	}
	for name, reply := range map[string]func(http.ResponseWriter, *http.Request){
		"empty":           text(200, ""),
		"text":            text(200, "OK"),
		"lower case":      text(200, result("ok")),
		"shouted":         text(200, result("UNSUBSCRIBE")),
		"wrong namespace": text(200, strings.Replace(result("OK"), "http://schemas.microsoft", "https://schemas.microsoft", 1)),
		"no envelope":     text(200, `<m:SubscriptionStatus xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">OK</m:SubscriptionStatus>`),
		"cut short":       text(200, result("OK")[:200]),
		"201":             text(201, result("OK")),
		"202":             text(202, result("OK")),
		"204":             text(204, ""),
		"401":             text(401, result("OK")),
		"404":             text(404, result("Unsubscribe")),
		"500":             text(500, result("OK")),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
		"huge":    text(200, strings.Repeat(" ", 100<<10)+result("OK")),
		"cut off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"silent":  func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
				var calls atomic.Int32
				l.answers(func(w http.ResponseWriter, r *http.Request) {
					calls.Add(1)
					if r.URL.Path != "/" {
						t.Error("the redirect was followed")
					}
					reply(w, r)
				})
				start := time.Now()
				subscribe(t, s, "5", "http://app.test/", "")
				synctest.Wait()
				time.Sleep(4*time.Minute + 45*time.Second) // a silent listener takes 30 s each time
				require.LessOrEqual(t, int32(4), calls.Load())
				time.Sleep(time.Hour)
				require.Equal(t, int32(5), calls.Load(), "attempts")
				require.Empty(t, s.Subscriptions())
				stats := s.Stats()
				require.Equal(t, 1, stats.Dropped)
				require.Equal(t, 5, stats.Failed)
				require.Equal(t, 5, stats.Sent)
				require.Equal(t, 4, stats.Repeated)
				require.Zero(t, stats.Accepted)
				require.Greater(t, time.Since(start), time.Hour)
			})
		})
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, _ *listener) {
		subscribe(t, s, "5", "http://nobody.test/", "")
		time.Sleep(3 * time.Minute)
		require.Equal(t, 4, s.Subscriptions()[0].Attempts)
		time.Sleep(2 * time.Minute)
		require.Empty(t, s.Subscriptions())
	})
}

// A repeated notification is the same one, and what happens meanwhile waits.
func TestRepeatIsTheSame(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		_, mark := subscribe(t, s, "10", "http://app.test/", "")
		last := chained(t, mark, l.next())
		var bodies []string
		l.answers(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			bodies = append(bodies, string(body))
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		m.CreateItem()
		time.Sleep(90 * time.Second)
		m.CreateItem()
		time.Sleep(60 * time.Second) // attempts after 0, 30 s, 1 and 2 minutes
		l.answers(nil)
		first, second := l.next(), l.next()
		require.Len(t, l.times(), 1+4+2)
		require.Len(t, first.Notification.Events, 2)
		require.Len(t, second.Notification.Events, 2)
		chained(t, last, first, second)
		require.Zero(t, s.Subscriptions()[0].Attempts)
	})
}

func TestUnsubscribeAnswer(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		subscribe(t, s, "10", "http://app.test/", "")
		subscribe(t, s, "10", "http://app.test/", "")
		l.next()
		l.next()
		l.answers(func(w http.ResponseWriter, _ *http.Request) { l.answer(w, ews.StatusUnsubscribe) })
		s.Mailbox(room).CreateItem()
		time.Sleep(time.Hour)
		require.Empty(t, s.Subscriptions())
		require.Equal(t, 2, s.Stats().Unsubscribed)
		require.Equal(t, 4, s.Stats().Sent)
	})
}

// While a notification is under way, nothing else is posted, and what happens
// goes into the next one together.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		_, mark := subscribe(t, s, "10", "http://app.test/", "")
		last := chained(t, mark, l.next())
		var busy atomic.Int32
		l.answers(func(w http.ResponseWriter, _ *http.Request) {
			if busy.Add(1) > 1 {
				t.Error("two at a time")
			}
			time.Sleep(20 * time.Second)
			busy.Add(-1)
			l.answer(w, ews.StatusOK)
		})
		m.CreateItem()
		synctest.Wait()
		for range 3 {
			m.CreateItem()
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
		require.Len(t, l.times(), 3)
		require.NotEqual(t, last, s.Subscriptions()[0].Watermark)
	})
}

func TestDelayCollects(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{Delay: 5 * time.Second}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		start := time.Now()
		subscribe(t, s, "10", "http://app.test/", "")
		require.Equal(t, start, l.next().At) // the first status is not delayed
		id := m.CreateItem()
		time.Sleep(3 * time.Second)
		require.NoError(t, m.ModifyItem(id))
		g := l.next()
		require.Equal(t, 5*time.Second, g.At.Sub(start))
		require.Len(t, g.Notification.Events, 4)
		// The heartbeat counts from here.
		require.Equal(t, 10*time.Minute+5*time.Second, l.next().At.Sub(start))
	})
}

func TestMinute(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{Minute: time.Second}, func(t *testing.T, s *ewstest.Server, l *listener) {
		start := time.Now()
		subscribe(t, s, "10", "http://app.test/", "")
		l.next()
		require.Equal(t, 10*time.Second, l.next().At.Sub(start))
		l.answers(text(500, ""))
		time.Sleep(time.Minute) // heartbeat at 20 s, repeated after 0.5, 1, 2, 4, 8 s
		times := l.times()
		require.Len(t, times, 2+6)
		require.Equal(t, 28*time.Second, times[7])
	})
}

// Callers of a subscription to nothing that happens hear heartbeats only.
func TestOtherEventsDoNotDelayHeartbeats(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		m := s.Mailbox(room)
		start := time.Now()
		subscribe(t, s, "10", "http://app.test/", "")
		l.next()
		for range 15 {
			time.Sleep(time.Minute)
			_, err := m.CreateItemIn(ews.FolderID{DistinguishedID: ews.InboxFolder})
			require.NoError(t, err)
		}
		g := l.next()
		require.True(t, g.Notification.IsStatus())
		require.Equal(t, 10*time.Minute, g.At.Sub(start))
	})
}

func TestNotificationHeader(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
		lengths := make(chan int64, 1)
		l.answers(func(w http.ResponseWriter, r *http.Request) {
			lengths <- r.ContentLength
			if r.URL.RawQuery != "Default" {
				t.Errorf("query %q", r.URL.RawQuery)
			}
			if len(r.TransferEncoding) > 0 {
				t.Error("chunked")
			}
			l.mu.Lock()
			l.all = append(l.all, got{Header: r.Header})
			l.mu.Unlock()
			l.answer(w, ews.StatusOK)
		})
		subscribe(t, s, "10", "http://app.test/hook.svc?Default", "")
		require.Positive(t, <-lengths)
		synctest.Wait()
		require.Equal(t, http.Header{
			"Accept":         {"text/xml"},
			"Content-Type":   {"text/xml; charset=utf-8"},
			"Soapaction":     {"http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification"},
			"Content-Length": l.all[0].Header["Content-Length"],
		}, l.all[0].Header)
	})
}

func TestWatermarkModes(t *testing.T) {
	t.Parallel()
	for mode, check := range map[ewstest.Watermarks]func(*testing.T, *ews.Notification, *ews.Notification, *ews.Notification){
		ewstest.WatermarksAdvance: func(t *testing.T, first, status, event *ews.Notification) {
			t.Helper()
			require.Equal(t, first.Watermark(), status.PreviousWatermark)
			require.NotEqual(t, first.Watermark(), status.Watermark())
			require.Equal(t, status.Watermark(), event.PreviousWatermark)
		},
		ewstest.WatermarksStill: func(t *testing.T, first, status, event *ews.Notification) {
			t.Helper()
			require.Equal(t, first.Watermark(), status.Watermark())
			require.Equal(t, first.Watermark(), event.PreviousWatermark)
			require.NotEqual(t, first.Watermark(), event.Watermark())
		},
		ewstest.WatermarksNone: func(t *testing.T, first, status, event *ews.Notification) {
			t.Helper()
			for _, n := range []*ews.Notification{first, status, event} {
				require.Empty(t, n.Watermark())
				require.Empty(t, n.PreviousWatermark)
				require.NotEmpty(t, n.Events)
			}
		},
	} {
		bubble(t, ewstest.Options{Watermarks: mode}, func(t *testing.T, s *ewstest.Server, l *listener) {
			subscribe(t, s, "10", "http://app.test/", "")
			first, status := l.next(), l.next()
			s.Mailbox(room).CreateItem()
			check(t, first.Notification, status.Notification, l.next().Notification)
		})
	}
}
