package notify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
)

var errStore = errors.New("the store is away")

// room12 is the address of most tests.
var room12 = notify.Address{Key: "room-12", Generation: 7}

// statusCase is one line of the status table.
type statusCase struct {
	name    string
	method  string                // default POST
	change  func(r *http.Request) // of an authenticated request with the real body
	body    io.Reader             // instead of the real body; its length is not announced
	options notify.Options        // beside Logger and Trace
	result  func(ctx context.Context) error
	plain   bool // a Receiver that is no UndecodableReceiver

	code      int
	status    ews.SubscriptionStatus
	cause     notify.Cause
	received  int
	kept      int
	allow     string
	emptyBody bool
	level     slog.Level
	noLog     bool
	stranger  bool
}

func statusCases(t *testing.T, body string) []statusCase {
	t.Helper()
	set := func(name string, values ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header[http.CanonicalHeaderKey(name)] = values }
	}
	returns := func(err error) func(context.Context) error {
		return func(context.Context) error { return err }
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "it works") })
	strict := notify.Options{RequireHeaders: true}
	ok := ews.StatusOK

	cases := []statusCase{
		{name: "OK", code: 200, status: ok, received: 1, noLog: true},
		{name: "unsubscribe", result: returns(notify.ErrUnsubscribe), code: 200, status: ews.StatusUnsubscribe, received: 1, level: slog.LevelInfo},
		{name: "unsubscribe, wrapped", result: returns(fmt.Errorf("superseded: %w", notify.ErrUnsubscribe)), code: 200, status: ews.StatusUnsubscribe, received: 1, level: slog.LevelInfo},
		{name: "receiver error", result: returns(errStore), code: 503, cause: notify.CauseReceiver, received: 1, level: slog.LevelWarn},
		{name: "receiver panic", result: func(context.Context) error { panic("oh no") }, code: 503, cause: notify.CausePanic, received: 1, level: slog.LevelError},
		{name: "receiver panics by itself", result: func(context.Context) error { var d *notify.Delivery; d.Body = nil; return nil }, code: 503, cause: notify.CausePanic, received: 1, level: slog.LevelError},
		{name: "receiver panics with ErrUnsubscribe", result: func(context.Context) error { panic(notify.ErrUnsubscribe) }, code: 503, cause: notify.CausePanic, received: 1, level: slog.LevelError},
		{
			name: "receiver timeout", options: notify.Options{ReceiveTimeout: time.Nanosecond},
			result: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
			code:   503, cause: notify.CauseTimeout, received: 1, level: slog.LevelWarn,
		},
		{
			name: "receiver succeeds after its time", options: notify.Options{ReceiveTimeout: time.Nanosecond},
			result: func(ctx context.Context) error { <-ctx.Done(); return nil },
			code:   200, status: ok, received: 1, noLog: true,
		},
		{
			name: "no receiver timeout", options: notify.Options{ReceiveTimeout: -1},
			result: func(ctx context.Context) error {
				if _, limited := ctx.Deadline(); limited {
					return errors.New("there is one")
				}
				return nil
			},
			code: 200, status: ok, received: 1, noLog: true,
		},
		{
			name: "caller gone", change: func(r *http.Request) {
				ctx, cancel := context.WithCancel(r.Context())
				cancel()
				*r = *r.WithContext(ctx)
			},
			result: func(ctx context.Context) error { return ctx.Err() },
			code:   503, cause: notify.CauseCanceled, received: 1, level: slog.LevelWarn,
		},

		{name: "not signed", change: func(r *http.Request) { r.URL.Path += "x"; r.Body = io.NopCloser(unreadable{t}) }, code: 404, cause: notify.CauseUnauthenticated, emptyBody: true, level: slog.LevelDebug, stranger: true},
		{name: "not signed and too large", change: func(r *http.Request) {
			r.URL.Path = "/ews/"
			r.ContentLength = 1 << 40
			r.Body = io.NopCloser(unreadable{t})
		}, code: 404, cause: notify.CauseUnauthenticated, emptyBody: true, level: slog.LevelDebug, stranger: true},

		{name: "gzip", change: set("Content-Encoding", "gzip"), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "identity, gzip", change: set("Content-Encoding", "identity, gzip"), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "gzip in a second line", change: set("Content-Encoding", "identity", "gzip"), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "identity", change: set("Content-Encoding", "Identity"), code: 200, status: ok, received: 1, noLog: true},
		{name: "empty Content-Encoding", change: set("Content-Encoding", ""), code: 200, status: ok, received: 1, noLog: true},
		{name: "unsupported is not read", change: func(r *http.Request) {
			r.Header.Set("Content-Encoding", "br")
			r.Body = io.NopCloser(unreadable{t})
		}, code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},

		{name: "headers of Exchange", options: strict, code: 200, status: ok, received: 1, noLog: true},
		{name: "quoted SOAPAction", options: strict, change: set("SOAPAction", `"`+ews.SOAPActionSendNotification+`"`), code: 200, status: ok, received: 1, noLog: true},
		{name: "no SOAPAction", options: strict, change: func(r *http.Request) { r.Header.Del("SOAPAction") }, code: 200, status: ok, received: 1, noLog: true},
		{name: "other SOAPAction", options: strict, change: set("SOAPAction", "urn:other"), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "empty SOAPAction", options: strict, change: set("SOAPAction", `""`), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "two SOAPActions", options: strict, change: set("SOAPAction", ews.SOAPActionSendNotification, "urn:other"), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "half a quotation", options: strict, change: set("SOAPAction", `"`), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "text/xml alone", options: strict, change: set("Content-Type", "Text/XML"), code: 200, status: ok, received: 1, noLog: true},
		{name: "text/xml with an odd parameter", options: strict, change: set("Content-Type", "text/xml; charset"), code: 200, status: ok, received: 1, noLog: true},
		{name: "no Content-Type", options: strict, change: func(r *http.Request) { r.Header.Del("Content-Type") }, code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "other Content-Type", options: strict, change: set("Content-Type", "application/soap+xml"), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "two Content-Types", options: strict, change: set("Content-Type", "text/xml", "text/plain"), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "garbled Content-Type", options: strict, change: set("Content-Type", "/;;"), code: 415, cause: notify.CauseUnsupported, level: slog.LevelWarn},
		{name: "anything goes without RequireHeaders", change: set("Content-Type", "text/plain"), code: 200, status: ok, received: 1, noLog: true},

		{name: "as large as allowed", options: notify.Options{MaxBodyBytes: int64(len(body))}, code: 200, status: ok, received: 1, noLog: true},
		{name: "as large as allowed, chunked", options: notify.Options{MaxBodyBytes: int64(len(body))}, body: strings.NewReader(body), code: 200, status: ok, received: 1, noLog: true},
		{name: "too large", options: notify.Options{MaxBodyBytes: int64(len(body)) - 1}, code: 413, cause: notify.CauseTooLarge, level: slog.LevelWarn},
		{name: "too large is not read", change: func(r *http.Request) {
			r.ContentLength = 2<<20 + 1
			r.Body = io.NopCloser(unreadable{t})
		}, code: 413, cause: notify.CauseTooLarge, level: slog.LevelWarn},
		{name: "too large, chunked", options: notify.Options{MaxBodyBytes: int64(len(body)) - 1}, body: strings.NewReader(body), code: 413, cause: notify.CauseTooLarge, level: slog.LevelWarn},
		{name: "larger than 2 MiB", body: strings.NewReader(body + strings.Repeat(" ", 2<<20)), code: 413, cause: notify.CauseTooLarge, level: slog.LevelWarn},
		{name: "larger than 2 MiB and allowed", options: notify.Options{MaxBodyBytes: 3 << 20}, body: strings.NewReader(body + strings.Repeat(" ", 2<<20)), code: 200, status: ok, received: 1, noLog: true},

		{name: "byte by byte", body: iotest.OneByteReader(strings.NewReader(body)), code: 200, status: ok, received: 1, noLog: true},
		{name: "end with the last bytes", body: iotest.DataErrReader(strings.NewReader(body)), code: 200, status: ok, received: 1, noLog: true},
		{name: "empty", body: strings.NewReader(""), code: 400, cause: notify.CauseCutShort, level: slog.LevelWarn},
		{name: "no body at all", change: func(r *http.Request) { r.Body = nil }, code: 400, cause: notify.CauseCutShort, level: slog.LevelWarn},
		{name: "connection lost", body: io.MultiReader(strings.NewReader(body[:700]), iotest.ErrReader(io.ErrUnexpectedEOF)), code: 400, cause: notify.CauseCutShort, level: slog.LevelWarn},
		{name: "connection lost after the last byte", body: io.MultiReader(strings.NewReader(body), iotest.ErrReader(errors.New("reset"))), code: 400, cause: notify.CauseCutShort, level: slog.LevelWarn},
		{name: "shorter than Content-Length", change: func(r *http.Request) { r.ContentLength++ }, code: 400, cause: notify.CauseCutShort, level: slog.LevelWarn},
		{name: "longer than Content-Length", change: func(r *http.Request) { r.ContentLength-- }, code: 400, cause: notify.CauseCutShort, level: slog.LevelWarn},
		{name: "XML ends too early", body: strings.NewReader(body[:len(body)-10]), code: 400, cause: notify.CauseCutShort, level: slog.LevelWarn},

		{name: "undecodable", plain: true, body: strings.NewReader("<a/>"), code: 400, cause: notify.CauseUndecodable, level: slog.LevelWarn},
		{name: "undecodable, kept", body: strings.NewReader("<a/>"), code: 200, status: ok, cause: notify.CauseUndecodable, kept: 1, level: slog.LevelWarn},
		{name: "undecodable, unsubscribe", body: strings.NewReader("<a/>"), result: returns(notify.ErrUnsubscribe), code: 200, status: ews.StatusUnsubscribe, cause: notify.CauseUndecodable, kept: 1, level: slog.LevelWarn},
		{name: "undecodable, not kept", body: strings.NewReader("<a/>"), result: returns(errStore), code: 503, cause: notify.CauseReceiver, kept: 1, level: slog.LevelWarn},
		{name: "undecodable, panic", body: strings.NewReader("<a/>"), result: func(context.Context) error { panic(1) }, code: 503, cause: notify.CausePanic, kept: 1, level: slog.LevelError},
		{name: "not XML", body: strings.NewReader("hello"), plain: true, code: 400, cause: notify.CauseUndecodable, level: slog.LevelWarn},
		{name: "DOCTYPE", body: strings.NewReader("<!DOCTYPE a>" + body), plain: true, code: 400, cause: notify.CauseUndecodable, level: slog.LevelWarn},
		{name: "beyond a limit", options: notify.Options{Limits: &ews.Limits{MaxEvents: 1}}, code: 200, status: ok, cause: notify.CauseUndecodable, kept: 1, level: slog.LevelWarn},
	}
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "post", "PROPFIND"} {
		cases = append(cases, statusCase{
			name: method, method: method, change: func(r *http.Request) { r.Body = io.NopCloser(unreadable{t}) },
			code: 405, cause: notify.CauseMethod, allow: "POST", level: slog.LevelDebug, stranger: true,
		})
	}
	for _, method := range []string{"PUT", "DELETE"} {
		cases = append(cases, statusCase{
			name: method + " beside a page", method: method, options: notify.Options{GET: page},
			code: 405, cause: notify.CauseMethod, allow: "GET, HEAD, POST", level: slog.LevelDebug, stranger: true,
		})
	}
	return append(cases, statusCase{name: "POST beside a page", options: notify.Options{GET: page}, code: 200, status: ok, received: 1, noLog: true})
}

func TestHandlerStatusTable(t *testing.T) {
	body := string(sample(t, "rooms-2020-body.xml"))
	signer := newSigner(t, secret(1))
	for _, c := range statusCases(t, body) {
		t.Run(c.name, func(t *testing.T) {
			var logs logBuffer
			var answers []notify.Answer
			opts := c.options
			opts.Logger = logs.logger()
			opts.Trace = &notify.Trace{Answered: func(_ context.Context, a notify.Answer) { answers = append(answers, a) }}
			k := &keeper{recorder: recorder{result: c.result}}
			var rcv notify.Receiver = k
			if c.plain {
				rcv = &k.recorder
			}

			r := asReceived(t, signedURL(t, signer, room12)+"?Default")
			r.Method = http.MethodPost
			if c.method != "" {
				r.Method = c.method
			}
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
			if c.body != nil {
				r.Body, r.ContentLength = io.NopCloser(c.body), -1
			}
			r.Header.Set("Content-Type", "text/xml; charset=utf-8")
			r.Header.Set("Soapaction", ews.SOAPActionSendNotification)
			if c.change != nil {
				c.change(r)
			}
			w := httptest.NewRecorder()
			notify.NewHandler(signer, rcv, &opts).ServeHTTP(w, r)

			require.Equal(t, c.code, w.Code)
			require.Len(t, k.got(), c.received)
			require.Len(t, k.undecodable(), c.kept)
			require.Empty(t, w.Header().Values("Connection"))
			require.Equal(t, c.allow, w.Header().Get("Allow"))
			switch {
			case c.status != "":
				require.Equal(t, resultBody(t, c.status), w.Body.String())
				require.Equal(t, "text/xml; charset=utf-8", w.Header().Get("Content-Type"))
				require.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
			case c.emptyBody:
				require.Empty(t, w.Body.Bytes())
			default:
				require.Less(t, w.Body.Len(), 40, "a few plain words")
				require.NotContains(t, w.Body.String(), "store", "nothing of what is inside")
			}

			require.Len(t, answers, 1)
			a := answers[0]
			require.Equal(t, c.code, a.StatusCode)
			require.Equal(t, c.status, a.Status)
			require.Equal(t, c.cause, a.Cause)
			require.Positive(t, a.Duration)
			if c.stranger {
				require.Zero(t, a.Address)
				require.Zero(t, a.BodyBytes)
			} else {
				require.Equal(t, room12, a.Address)
			}
			if c.cause != "" && c.cause != notify.CauseMethod {
				require.Error(t, a.Err)
			}
			checkLog(t, c, logs.String(), r)
		})
	}
}

// checkLog: one record at the right level, with the address if and only if it
// was authenticated, and no credential or content in it.
func checkLog(t *testing.T, c statusCase, logs string, r *http.Request) {
	t.Helper()
	if c.noLog {
		require.Empty(t, logs)
		return
	}
	require.Equal(t, 1, strings.Count(logs, "\n"), logs)
	require.Contains(t, logs, `"level":"`+c.level.String()+`"`)
	require.Equal(t, !c.stranger, strings.Contains(logs, `"subscription":"room-12","generation":7`), logs)
	if c.cause != "" {
		require.Contains(t, logs, `"cause":"`+string(c.cause)+`"`)
	}
	if c.cause == notify.CausePanic {
		require.Contains(t, logs, "receivers_test.go", "the stack")
	}
	segments := strings.Split(r.URL.Path, "/")
	for _, secret := range []string{"/ews/", segments[len(segments)-1], "Default", "SubscriptionId", "HQBvdXR"} {
		if secret != "" {
			require.NotContains(t, logs, secret)
		}
	}
}

func TestHandlerGET(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "it works") })
	rec := &recorder{}
	h := notify.NewHandler(newSigner(t, secret(1)), rec, &notify.Options{GET: page, Trace: &notify.Trace{
		Answered: func(context.Context, notify.Answer) { t.Error("not an answer to a notification") },
	}})
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/anything", http.NoBody))
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, "it works", w.Body.String())
	}
	require.Empty(t, rec.got())
}

func TestHandlerAbort(t *testing.T) {
	signer := newSigner(t, secret(1))
	h := notify.NewHandler(signer, notify.ReceiverFunc(func(context.Context, *notify.Delivery) error { panic(http.ErrAbortHandler) }), nil)
	r := asReceived(t, signedURL(t, signer, room12))
	r.Body = io.NopCloser(strings.NewReader(string(sample(t, "rooms-2020-body.xml"))))
	r.ContentLength = -1
	w := httptest.NewRecorder()
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { h.ServeHTTP(w, r) })
	require.Empty(t, w.Body.Bytes())
}

func TestHandlerAuthenticatorFunc(t *testing.T) {
	rec := &recorder{}
	auth := notify.AuthenticatorFunc(func(r *http.Request) (notify.Address, error) {
		if r.URL.Path != "/one" {
			return notify.Address{}, errors.New("which one?")
		}
		return notify.Address{Key: "one", Generation: 1}, nil
	})
	h := notify.NewHandler(auth, rec, &notify.Options{Logger: slog.New(slog.DiscardHandler)})
	for path, want := range map[string]int{"/one": http.StatusOK, "/two": http.StatusNotFound} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path+"?ewspush=1&Default", strings.NewReader(string(sample(t, "rooms-2020-body.xml")))))
		require.Equal(t, want, w.Code)
	}
	require.Len(t, rec.got(), 1)
	require.Equal(t, "ewspush=1&Default", rec.got()[0].RawQuery, "no QueryStripper, nothing stripped")
}

func TestNewHandlerPanics(t *testing.T) {
	require.PanicsWithValue(t, "notify: NewHandler: nil Authenticator", func() { notify.NewHandler(nil, &recorder{}, nil) })
	require.PanicsWithValue(t, "notify: NewHandler: nil Receiver", func() { notify.NewHandler(newSigner(t, secret(1)), nil, nil) })
}

// lostWriter is a connection that breaks while the answer is written.
type lostWriter struct{ http.ResponseWriter }

func (lostWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestHandlerAnswerLost(t *testing.T) {
	var logs logBuffer
	signer := newSigner(t, secret(1))
	h := notify.NewHandler(signer, &recorder{}, &notify.Options{Logger: logs.logger()})
	r := asReceived(t, signedURL(t, signer, room12))
	r.Body = io.NopCloser(strings.NewReader(string(sample(t, "rooms-2020-body.xml"))))
	r.ContentLength = -1
	h.ServeHTTP(lostWriter{httptest.NewRecorder()}, r)
	require.Contains(t, logs.String(), `"level":"WARN"`)
	require.Contains(t, logs.String(), io.ErrClosedPipe.Error())
}
