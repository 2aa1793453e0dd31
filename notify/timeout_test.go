package notify_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/notify"
)

// caller posts by hand, so that it can stop in the middle.
type caller struct {
	t       *testing.T
	conn    net.Conn
	answers *bufio.Reader
}

func call(t *testing.T, l *pipeListener) *caller {
	t.Helper()
	conn, err := l.DialContext(t.Context(), "", "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return &caller{t: t, conn: conn, answers: bufio.NewReader(conn)}
}

// send writes without waiting: nobody may be reading.
func (c *caller) send(s string) {
	go func() {
		if _, err := io.WriteString(c.conn, s); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			c.t.Errorf("send: %v", err)
		}
	}()
	synctest.Wait()
}

// answer waits for the answer and returns its status code, and how long it took
// to come.
func (c *caller) answer() (code int, waited time.Duration) {
	c.t.Helper()
	start := time.Now()
	resp, err := http.ReadResponse(c.answers, nil)
	require.NoError(c.t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(c.t, err)
	require.NoError(c.t, resp.Body.Close())
	return resp.StatusCode, time.Since(start)
}

// head is a POST as Exchange sends it, up to the body.
func head(path string, length int) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n", path, length)
}

// after is a receiver's work that takes some time, unless its context ends.
func after(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func TestTimeouts(t *testing.T) {
	body := string(sample(t, "rooms-2020-body.xml"))
	signer := newSigner(t, secret(1))
	path := strings.TrimPrefix(signedURL(t, signer, room12), "https://hooks.example.com")
	const second = time.Second

	for _, c := range []struct {
		name     string
		opts     notify.Options
		server   time.Duration // ReadTimeout of the http.Server
		path     string
		sent     []string // of the body, a second in between
		result   func(context.Context) error
		code     int
		waited   time.Duration // since the last part was sent
		received int
	}{
		{name: "body stops", sent: []string{body[:100]}, code: 400, waited: 30 * second},
		{name: "body never comes", sent: []string{""}, code: 400, waited: 30 * second},
		{name: "body trickles", sent: []string{body[:1], body[1:2], body[2:3]}, code: 400, waited: 28 * second},
		{name: "body stops, own timeout", opts: notify.Options{ReadTimeout: 5 * second}, sent: []string{body[:100]}, code: 400, waited: 5 * second},
		{name: "body stops, server's timeout is shorter", server: 3 * second, sent: []string{body[:100]}, code: 400, waited: 3 * second},
		{name: "body stops, server's timeout is longer", server: 60 * second, sent: []string{body[:100]}, code: 400, waited: 30 * second},
		{name: "body stops, server's timeout only", opts: notify.Options{ReadTimeout: -1}, server: 60 * second, sent: []string{body[:100]}, code: 400, waited: 60 * second},
		{name: "a stranger's body stops", path: "/ews/a/b/c", sent: []string{"x"}, code: 404, waited: 30 * second},
		{name: "slow but whole", sent: []string{body[:100], body[100:200], body[200:]}, code: 200, received: 1},

		{name: "receiver takes its time", sent: []string{body}, result: after(24 * second), code: 200, waited: 24 * second, received: 1},
		{name: "receiver is too slow", sent: []string{body}, result: after(26 * second), code: 503, waited: 25 * second, received: 1},
		{name: "receiver is too slow, own timeout", opts: notify.Options{ReceiveTimeout: second}, sent: []string{body}, result: after(2 * second), code: 503, waited: second, received: 1},
		{name: "no bound for the receiver", opts: notify.Options{ReceiveTimeout: -1}, sent: []string{body}, result: after(time.Hour), code: 200, waited: time.Hour, received: 1},
		{
			name: "the bound for reading does not end the receiver", opts: notify.Options{ReadTimeout: 3 * second},
			sent: []string{body[:100], body[100:]}, result: after(20 * second), code: 200, waited: 20 * second, received: 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := &keeper{recorder: recorder{result: c.result}}
				c.opts.Logger = slog.New(slog.DiscardHandler)
				to := path
				if c.path != "" {
					to = c.path
				}
				l := serve(t, &http.Server{Handler: notify.NewHandler(signer, k, &c.opts), ReadTimeout: c.server})
				caller := call(t, l)
				caller.send(head(to, len(body)))
				for i, part := range c.sent {
					if i > 0 {
						time.Sleep(time.Second)
					}
					caller.send(part)
				}
				code, waited := caller.answer()
				require.Equal(t, c.code, code)
				require.Equal(t, c.waited, waited)
				require.Len(t, k.got(), c.received)
				require.Empty(t, k.undecodable())
			})
		})
	}
}

// A deadline of one request must not end the next one on the same connection.
func TestDeadlineDoesNotLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := string(sample(t, "rooms-2020-body.xml"))
		signer := newSigner(t, secret(1))
		path := strings.TrimPrefix(signedURL(t, signer, room12), "https://hooks.example.com")
		rec := &recorder{}
		l := serve(t, &http.Server{Handler: notify.NewHandler(signer, rec, nil)})
		caller := call(t, l)
		for range 5 {
			caller.send(head(path, len(body)) + body)
			code, _ := caller.answer()
			require.Equal(t, http.StatusOK, code)
			time.Sleep(time.Hour) // a heartbeat is not rare, but may be
		}
		require.Len(t, rec.got(), 5)
	})
}

// A middleware may have read the body already, to log or to check it.
func TestDeadlineBehindBufferingMiddleware(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := string(sample(t, "rooms-2020-body.xml"))
		signer := newSigner(t, secret(1))
		path := strings.TrimPrefix(signedURL(t, signer, room12), "https://hooks.example.com")
		h := notify.NewHandler(signer, &recorder{result: after(20 * time.Second)}, &notify.Options{ReadTimeout: 3 * time.Second, Logger: slog.New(slog.DiscardHandler)})
		buffering := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			r.Body = io.NopCloser(strings.NewReader(string(b)))
			h.ServeHTTP(w, r)
		})
		caller := call(t, serve(t, &http.Server{Handler: buffering}))
		caller.send(head(path, len(body)) + body)
		code, waited := caller.answer()
		require.Equal(t, http.StatusOK, code)
		require.Equal(t, 20*time.Second, waited)
	})
}

func TestNoAnswerBeforeReceiveReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := string(sample(t, "rooms-2020-body.xml"))
		signer := newSigner(t, secret(1))
		path := strings.TrimPrefix(signedURL(t, signer, room12), "https://hooks.example.com")
		release := make(chan struct{})
		rec := &recorder{result: func(context.Context) error { <-release; return nil }}
		caller := call(t, serve(t, &http.Server{Handler: notify.NewHandler(signer, rec, nil)}))
		caller.send(head(path, len(body)) + body)
		require.Len(t, rec.got(), 1)
		answered := false
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err := caller.answers.Peek(1)
			answered = err == nil
		}()
		synctest.Wait()
		require.False(t, answered, "not a byte of the answer before Receive has returned")
		close(release)
		<-done
		require.True(t, answered)
		code, _ := caller.answer()
		require.Equal(t, http.StatusOK, code)
	})
}

func TestReceiverLearnsThatTheCallerIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := string(sample(t, "rooms-2020-body.xml"))
		signer := newSigner(t, secret(1))
		path := strings.TrimPrefix(signedURL(t, signer, room12), "https://hooks.example.com")
		var answers []notify.Answer
		rec := &recorder{result: after(20 * time.Second)}
		l := serve(t, &http.Server{Handler: notify.NewHandler(signer, rec, &notify.Options{
			Logger: slog.New(slog.DiscardHandler),
			Trace:  &notify.Trace{Answered: func(_ context.Context, a notify.Answer) { answers = append(answers, a) }},
		})})
		caller := call(t, l)
		caller.send(head(path, len(body)) + body)
		require.Len(t, rec.got(), 1)
		time.Sleep(time.Second)
		require.NoError(t, caller.conn.Close())
		synctest.Wait()
		require.Len(t, answers, 1)
		require.Equal(t, notify.CauseCanceled, answers[0].Cause)
		require.Equal(t, time.Second, answers[0].Duration)
	})
}

func TestAllowFromDoesNotWaitForStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := notify.AllowFrom(http.NotFoundHandler(), notify.AllowOptions{Clients: prefixes(t, "198.51.100.0/24"), Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		caller := call(t, serve(t, &http.Server{Handler: h}))
		caller.send(head("/ews/a/b/c", 100) + "only this")
		code, waited := caller.answer()
		require.Equal(t, http.StatusForbidden, code)
		require.Equal(t, 5*time.Second, waited)
	})
}
