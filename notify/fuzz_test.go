package notify_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/notify"
)

// FuzzNewSigner: from whatever base is accepted come URLs that Exchange would
// accept, that lead to the same host, and that are recognised again.
func FuzzNewSigner(f *testing.F) {
	for _, base := range []string{
		"https://hooks.example.com/ews", "http://10.1.2.3:8080", "https://h/x?Default", "https://h/x?a=b&c=%20", "https://[::1]:1/",
		"https://h/%2e%2e/x//", "https://h/x?ewspush", "https://h?", "https://h/x??", "HTTPS://H/x;a=b?;", "https://h/x&y=ewspush=1?&&", "https://h%41/",
	} {
		f.Add(base, "room-12", int64(7), true)
		f.Add(base, "a/b\x00\xff", int64(1<<62), false)
	}
	f.Fuzz(func(t *testing.T, base, key string, generation int64, inQuery bool) {
		newSigner := notify.NewSigner
		if inQuery {
			newSigner = notify.NewQuerySigner
		}
		s, err := newSigner(base, secret(1))
		if err != nil {
			return
		}
		want := notify.Address{Key: key, Generation: generation}
		signed, err := s.URL(want)
		if err != nil {
			require.True(t, key == "" || generation <= 0 || len(base)+2*len(key) > 1900, err)
			return
		}
		require.LessOrEqual(t, len(signed), 2082)
		from, err := url.Parse(base)
		require.NoError(t, err)
		to, err := url.Parse(signed)
		require.NoError(t, err)
		require.Equal(t, from.Scheme, to.Scheme)
		require.Equal(t, from.Host, to.Host)
		require.True(t, strings.HasPrefix(to.Path, strings.TrimRight(from.Path, "/")))
		require.Equal(t, from.RawQuery, s.StripQuery(to.RawQuery), "the query of the base stays")

		// As net/http reads it from the request line.
		received, err := url.ParseRequestURI(to.RequestURI())
		require.NoError(t, err)
		got, err := s.Authenticate(&http.Request{Method: http.MethodPost, URL: received})
		require.NoError(t, err, signed)
		require.Equal(t, want, got)
	})
}

// FuzzParsePrefixes: what is accepted contains its own first address, and is
// read again as the same network.
func FuzzParsePrefixes(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "10.1.2.3", "::/0", "2603:1026::/32", "::ffff:10.0.0.0/104", "fe80::1%eth0", " 1.2.3.4/32 ", "1.2.3.4/", "/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := notify.ParsePrefixes(s)
		if err != nil {
			require.Nil(t, got)
			return
		}
		require.Len(t, got, 1)
		require.True(t, got[0].Contains(got[0].Addr()))
		require.False(t, got[0].Addr().Is4In6())
		again, err := notify.ParsePrefixes(got[0].String())
		require.NoError(t, err)
		require.Equal(t, got, again)
		_, err = notify.AllowFrom(http.NotFoundHandler(), notify.AllowOptions{Clients: got, TrustedProxies: again})
		require.NoError(t, err)
	})
}

// FuzzHandler: no body makes the handler answer anything but 200, 400 or 413,
// and 200 OK means that one of the receivers has it, byte for byte.
func FuzzHandler(f *testing.F) {
	whole := string(sample(f, "rooms-2020-body.xml"))
	f.Add(whole)
	f.Add(whole[:1500])
	f.Add(string(sample(f, "rooms-2020-body-as-published.xml")))
	f.Add("")
	f.Add("<a/>")
	signer := newSigner(f, secret(1))
	target := signedURL(f, signer, room12)
	f.Fuzz(func(t *testing.T, body string) {
		k := &keeper{}
		var logs logBuffer
		h := notify.NewHandler(signer, k, &notify.Options{MaxBodyBytes: 4096, Logger: logs.logger()})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body)))
		bodies := []string{}
		for _, d := range k.got() {
			require.NotEmpty(t, d.Messages)
			bodies = append(bodies, string(d.Body))
		}
		for _, u := range k.undecodable() {
			require.Error(t, u.Err)
			bodies = append(bodies, string(u.Body))
		}
		if w.Code == http.StatusOK {
			require.Equal(t, []string{body}, bodies)
			return
		}
		require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, w.Code)
		require.Equal(t, len(body) > 4096, w.Code == http.StatusRequestEntityTooLarge)
		require.Empty(t, bodies)
	})
}
