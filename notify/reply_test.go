package notify_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
)

// plainWriter adds no header of its own, as the recorder does when it is written
// to.
type plainWriter struct{ *httptest.ResponseRecorder }

func (w plainWriter) Write(p []byte) (int, error) { return w.Body.Write(p) }

// The answer says what it is, and how long, whoever sends it: net/http in both
// versions of HTTP, through what others have put in between, or something else.
func TestReplyHeaders(t *testing.T) {
	through := func(with func(http.ResponseWriter)) func(http.Handler) http.Handler {
		return func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				with(w)
				h.ServeHTTP(w, r)
			})
		}
	}
	for _, tc := range []struct {
		name string
		in   func(http.Handler) http.Handler
		http bool // it comes through a server
		two  bool // HTTP/2
	}{
		{name: "net/http", in: func(h http.Handler) http.Handler { return h }, http: true},
		{name: "HTTP/2", in: func(h http.Handler) http.Handler { return h }, http: true, two: true},
		{name: "http.TimeoutHandler", in: func(h http.Handler) http.Handler { return http.TimeoutHandler(h, time.Minute, "") }, http: true},
		{name: "another header", in: through(func(w http.ResponseWriter) { w.Header().Set("X-Content-Type-Options", "nosniff") }), http: true},
		{name: "another Content-Type", in: through(func(w http.ResponseWriter) { w.Header().Set("Content-Type", "application/json") }), http: true},
		{name: "another Content-Length", in: through(func(w http.ResponseWriter) { w.Header().Set("Content-Length", "7") }), http: true},
		{name: "other server", in: func(h http.Handler) http.Handler { return h }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			const host = "https://hooks.example.com/ews"
			signer, err := notify.NewSigner(host, secret(1))
			require.NoError(t, err)
			body := sample(t, "rooms-2020-body.xml")
			h := tc.in(notify.NewHandler(signer, &keeper{}, nil))
			url := signedURL(t, signer, room12)

			var resp *http.Response
			if tc.http {
				srv := httptest.NewUnstartedServer(h)
				srv.EnableHTTP2 = tc.two
				srv.StartTLS()
				defer srv.Close()
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+url[len("https://hooks.example.com"):], bytes.NewReader(body))
				require.NoError(t, err)
				resp, err = srv.Client().Do(req)
				require.NoError(t, err)
				require.Equal(t, tc.two, resp.ProtoMajor == 2)
			} else {
				w := httptest.NewRecorder()
				h.ServeHTTP(plainWriter{w}, httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body)))
				resp = w.Result()
			}
			answer, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, []string{"text/xml; charset=utf-8"}, resp.Header["Content-Type"])
			require.Equal(t, int64(len(answer)), resp.ContentLength)
			require.Empty(t, resp.TransferEncoding)
			status, err := ews.ParseSendNotificationResult(answer, nil)
			require.NoError(t, err)
			require.Equal(t, ews.StatusOK, status)
		})
	}
}
