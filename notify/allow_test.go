package notify_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/notify"
)

func prefixes(t testing.TB, list ...string) []netip.Prefix {
	t.Helper()
	p, err := notify.ParsePrefixes(list...)
	require.NoError(t, err)
	return p
}

func TestAllowFrom(t *testing.T) {
	opts := notify.AllowOptions{
		Clients:        prefixes(t, "192.0.2.0/24", "2603:1026::/32", "10.9.9.9"),
		TrustedProxies: prefixes(t, "10.0.0.0/8", "fd00::/8", "fe80::/10"),
		Logger:         slog.New(slog.DiscardHandler),
	}
	for _, c := range []struct {
		name, peer string
		forwarded  []string
		ok         bool
	}{
		{"direct", "192.0.2.7:1234", nil, true},
		{"direct, not allowed", "198.51.100.7:1234", nil, false},
		{"direct IPv6", "[2603:1026:c02:3097::5]:1234", nil, true},
		{"direct IPv6, not allowed", "[2001:db8::1]:1234", nil, false},
		{"direct IPv4-mapped", "[::ffff:192.0.2.7]:1234", nil, true},
		{"direct without port", "192.0.2.7", nil, true},
		{"header of a stranger is ignored", "198.51.100.7:1234", []string{"192.0.2.7"}, false},
		{"header beside an allowed peer is ignored", "192.0.2.7:1234", []string{"198.51.100.7"}, true},
		{"peer cannot be read", "@", nil, false},
		{"no peer", "", nil, false},

		{"proxy", "10.1.1.1:1234", []string{"192.0.2.7"}, true},
		{"proxy, not allowed", "10.1.1.1:1234", []string{"198.51.100.7"}, false},
		{"proxy for itself", "10.1.1.1:1234", nil, false},
		{"proxy for itself, allowed", "10.9.9.9:1234", nil, true},
		{"real header, IPv6", "10.1.1.1:1234", []string{"2603:1026:c02:3097::5"}, true},
		{"brackets", "10.1.1.1:1234", []string{"[2603:1026::5]"}, true},
		{"brackets and port", "10.1.1.1:1234", []string{"[2603:1026::5]:443"}, true},
		{"port", "10.1.1.1:1234", []string{"192.0.2.7:443"}, true},
		{"IPv4-mapped", "10.1.1.1:1234", []string{"::ffff:192.0.2.7"}, true},
		{"IPv4-mapped, brackets and port", "10.1.1.1:1234", []string{"[::ffff:192.0.2.7]:443"}, true},
		{"proxy with a zone", "[fe80::1%eth0]:1234", []string{"192.0.2.7"}, true},
		{"hop with a zone", "10.1.1.1:1234", []string{"192.0.2.7, fe80::2%3"}, true},
		{"proxy IPv4-mapped", "[::ffff:10.1.1.1]:1234", []string{"192.0.2.7"}, true},

		{"forged left of the client", "10.1.1.1:1234", []string{"192.0.2.7, 198.51.100.7"}, false},
		{"anything left of the client", "10.1.1.1:1234", []string{"unknown, <script>,, 192.0.2.7"}, true},
		{"two proxies", "10.1.1.1:1234", []string{"192.0.2.7, 10.2.2.2"}, true},
		{"two proxies, forged", "10.1.1.1:1234", []string{"192.0.2.7,198.51.100.7,10.2.2.2"}, false},
		{"two lines", "10.1.1.1:1234", []string{"192.0.2.7", "10.2.2.2"}, true},
		{"two lines, forged first", "10.1.1.1:1234", []string{"192.0.2.7", "198.51.100.7"}, false},
		{"two lines, forged second is the last hop", "10.1.1.1:1234", []string{"198.51.100.7", "192.0.2.7"}, true},
		{"proxies only", "10.1.1.1:1234", []string{"10.3.3.3, 10.2.2.2"}, false},
		{"proxies only, first allowed", "10.1.1.1:1234", []string{"10.9.9.9, 10.2.2.2"}, true},
		{"spaces and tabs", "10.1.1.1:1234", []string{" \t192.0.2.7\t , 10.2.2.2 "}, true},

		{"empty", "10.1.1.1:1234", []string{""}, false},
		{"empty last hop", "10.1.1.1:1234", []string{"192.0.2.7,"}, false},
		{"unknown", "10.1.1.1:1234", []string{"192.0.2.7, unknown"}, false},
		{"obfuscated", "10.1.1.1:1234", []string{"_hidden"}, false},
		{"name", "10.1.1.1:1234", []string{"mail.example.com"}, false},
		{"bad port", "10.1.1.1:1234", []string{"192.0.2.7:http"}, false},
		{"brackets around IPv4", "10.1.1.1:1234", []string{"[192.0.2.7]"}, false},
		{"leading zeros", "10.1.1.1:1234", []string{"192.000.002.007"}, false},
		{"half a bracket", "10.1.1.1:1234", []string{"[2603:1026::5"}, false},
		{"as in Forwarded", "10.1.1.1:1234", []string{"for=192.0.2.7"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			reached := false
			h, err := notify.AllowFrom(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }), opts)
			require.NoError(t, err)
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", unreadable{t})
			r.RemoteAddr = c.peer
			r.Header["X-Forwarded-For"] = c.forwarded
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			require.Equal(t, c.ok, reached)
			if !c.ok {
				require.Equal(t, http.StatusForbidden, w.Code)
				require.Empty(t, w.Body.Bytes())
			}
		})
	}
}

func TestAllowFromRefuses(t *testing.T) {
	next := http.NotFoundHandler()
	some := prefixes(t, "192.0.2.0/24")
	for want, build := range map[string]func() (http.Handler, error){
		"nil handler":      func() (http.Handler, error) { return notify.AllowFrom(nil, notify.AllowOptions{Clients: some}) },
		"Clients is empty": func() (http.Handler, error) { return notify.AllowFrom(next, notify.AllowOptions{}) },
		"AllowOptions.Clients[1], invalid Prefix": func() (http.Handler, error) {
			return notify.AllowFrom(next, notify.AllowOptions{Clients: append(some, netip.Prefix{})})
		},
		"AllowOptions.TrustedProxies[0], 10.1.2.3/8: it has bits beyond its length; did you mean 10.0.0.0/8?": func() (http.Handler, error) {
			return notify.AllowFrom(next, notify.AllowOptions{Clients: some, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.1.2.3/8")}})
		},
	} {
		_, err := build()
		require.ErrorContains(t, err, want)
	}
}

func TestParsePrefixes(t *testing.T) {
	for in, want := range map[string]string{
		"10.1.0.0/16":          "10.1.0.0/16",
		" 10.1.2.3 ":           "10.1.2.3/32",
		"2603:1006::/40":       "2603:1006::/40",
		"2001:db8::1":          "2001:db8::1/128",
		"::ffff:10.0.0.0/104":  "10.0.0.0/8",
		"::ffff:10.1.2.3":      "10.1.2.3/32",
		"0.0.0.0/0":            "0.0.0.0/0",
		"::/0":                 "::/0",
		"::ffff:192.0.2.0/120": "192.0.2.0/24",
	} {
		got, err := notify.ParsePrefixes(in)
		require.NoError(t, err, in)
		require.Equal(t, []netip.Prefix{netip.MustParsePrefix(want)}, got)
	}
	for in, want := range map[string]string{
		"":                  "empty",
		"10.1.2.3/8":        "did you mean 10.0.0.0/8?",
		"10.1.0.0/33":       "want a network",
		"10.1.0.0/":         "want a network",
		"10.1/16":           "want a network",
		"example.com":       "want an IP address",
		"fe80::1%eth0":      "zone",
		"fe80::%eth0/10":    "want a network",
		"::ffff:0:0/95":     "bits beyond",
		"10.0.0.0-10.0.0.9": "want an IP address",
	} {
		_, err := notify.ParsePrefixes("192.0.2.0/24", in)
		require.ErrorContains(t, err, want, in)
		require.ErrorContains(t, err, "network 2 of 2")
	}
	none, err := notify.ParsePrefixes()
	require.NoError(t, err)
	require.Empty(t, none)
}

// FuzzForwardedFor: whatever a stranger writes into the header before it
// reaches the trusted proxy, only the address that the proxy adds decides.
func FuzzForwardedFor(f *testing.F) {
	for _, s := range []string{
		"", "192.0.2.7", "192.0.2.7, 10.1.1.1", ",", "unknown", "[::1]:1", "\x00", "::ffff:192.0.2.7", "fe80::1%x,10.0.0.1",
		"192.0.2.7\n10.1.1.1", "[192.0.2.7]:80",
	} {
		f.Add(s, "192.0.2.7")
		f.Add(s, "198.51.100.7")
	}
	clients, err := notify.ParsePrefixes("192.0.2.0/24", "2603:1026::/32")
	require.NoError(f, err)
	proxies, err := notify.ParsePrefixes("10.0.0.0/8")
	require.NoError(f, err)
	reached := false
	h, err := notify.AllowFrom(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }),
		notify.AllowOptions{Clients: clients, TrustedProxies: proxies, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, forged, added string) {
		call := func(peer string, lines ...string) bool {
			reached = false
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
			r.RemoteAddr = peer
			r.Header["X-Forwarded-For"] = lines
			h.ServeHTTP(httptest.NewRecorder(), r)
			return reached
		}
		require.False(t, call("198.51.100.1:1", forged, added), "an untrusted peer is judged by its own address")
		require.True(t, call("192.0.2.1:1", forged, added))
		require.Equal(t, call("10.1.1.1:1", forged+","+added), call("10.1.1.1:1", forged, added), "lines are joined by commas")
		a, err := netip.ParseAddr(added)
		if err != nil || a.Zone() != "" || strings.HasPrefix(added, "10.") || proxies[0].Contains(a.Unmap()) {
			return
		}
		want := clients[0].Contains(a.Unmap()) || clients[1].Contains(a.Unmap())
		require.Equal(t, want, call("10.1.1.1:1", forged, added))
		require.Equal(t, want, call("10.1.1.1:1", forged+","+added))
		require.Equal(t, want, call("10.1.1.1:1", forged, added, "10.2.2.2"))
	})
}
