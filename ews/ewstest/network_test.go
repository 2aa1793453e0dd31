package ewstest_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews/ewstest"
)

func get(t *testing.T, tr http.RoundTripper, url string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer func() { require.NoError(t, resp.Body.Close()) }()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := ewstest.NewNetwork()
		tr := n.Transport()
		defer tr.CloseIdleConnections()

		_, err := get(t, tr, "http://a.test/")
		require.ErrorIs(t, err, syscall.ECONNREFUSED)

		echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Minute)
			_, err := io.WriteString(w, r.Host+" "+r.RemoteAddr[:strings.IndexByte(r.RemoteAddr, ':')])
			if err != nil {
				t.Error(err)
			}
		})
		stop := n.Serve("A.test", echo)
		require.Panics(t, func() { n.Serve("a.TEST", echo) })
		_, err = n.Listen("a.test")
		require.ErrorIs(t, err, syscall.EADDRINUSE)

		start := time.Now()
		body, err := get(t, tr, "http://a.test:8080/")
		require.NoError(t, err)
		require.Equal(t, "a.test:8080 192.0.2.1", body)
		require.Equal(t, time.Minute, time.Since(start))

		// stop cuts the calls that are under way and waits for them.
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				_, err := get(t, tr, "http://a.test/")
				if err == nil {
					t.Error("a call survived the end of its server")
				}
			})
		}
		time.Sleep(30 * time.Second)
		stop()
		stop()
		all.Wait()
		_, err = get(t, tr, "http://a.test/")
		require.ErrorIs(t, err, syscall.ECONNREFUSED)

		// The name is free again.
		defer n.Serve("a.test", http.NotFoundHandler())()
		_, err = get(t, tr, "http://a.test/")
		require.NoError(t, err)
	})
}
