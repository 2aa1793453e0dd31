package notify_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/notify"
)

const base = "https://hooks.example.com/ews"

func newSigner(t testing.TB, secrets ...[]byte) *notify.Signer {
	t.Helper()
	s, err := notify.NewSigner(base, secrets...)
	require.NoError(t, err)
	return s
}

func signedURL(t testing.TB, s *notify.Signer, a notify.Address) string {
	t.Helper()
	u, err := s.URL(a)
	require.NoError(t, err)
	return u
}

// asReceived is the request that a server sees for a URL.
func asReceived(t testing.TB, rawURL string) *http.Request {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, u.RequestURI(), http.NoBody)
	r.Host = u.Host
	return r
}

func TestSignerKeys(t *testing.T) {
	all255 := make([]byte, 255)
	for i := range all255 {
		all255[i] = byte(i + 1)
	}
	keys := map[string]string{
		"plain":         "room-12",
		"slashes":       "a/b//c/",
		"dots":          "../../.",
		"dot segments":  "/./../%2e%2e/",
		"unicode":       "Besprechungsraum Zürich 🏔",
		"address":       "room.12@example.com",
		"query":         "a?b=c&ewspush=d#e",
		"255 bytes":     string(all255),
		"not UTF-8":     "\xff\xfe\x00",
		"blank":         " ",
		"one character": "k",
	}
	bases := []string{
		base, base + "/", "https://hooks.example.com", "http://10.1.2.3:8080/a/b/c/d", "https://h.example.com/svc?Default",
		"https://h.example.com/SyncNotification.svc", "https://h.example.com/x?a=1&b=%20", "https://[2001:db8::1]/ews?",
	}
	for name, key := range keys {
		for _, b := range bases {
			for mode, newSigner := range map[string]func(string, ...[]byte) (*notify.Signer, error){"path": notify.NewSigner, "query": notify.NewQuerySigner} {
				t.Run(name+" "+mode+" "+b, func(t *testing.T) {
					s, err := newSigner(b, secret(1))
					require.NoError(t, err)
					for _, generation := range []int64{1, 35, 36, 1763750000123456789, math.MaxInt64} {
						want := notify.Address{Key: key, Generation: generation}
						u := signedURL(t, s, want)
						require.LessOrEqual(t, len(u), 2082)
						got, err := s.Authenticate(asReceived(t, u))
						require.NoError(t, err, u)
						require.Equal(t, want, got)
					}
				})
			}
		}
	}
}

func TestSignerURLForm(t *testing.T) {
	a := notify.Address{Key: "room-12", Generation: 1763750000123456789}
	path, query := notify.NewSigner, notify.NewQuerySigner
	for _, c := range []struct {
		name       string
		newSigner  func(string, ...[]byte) (*notify.Signer, error)
		base, want string // want without the signature
	}{
		{"path", path, base, base + "/cm9vbS0xMg/deel70clzv2t/"},
		{"path, slash", path, base + "/", base + "/cm9vbS0xMg/deel70clzv2t/"},
		{"path, root", path, "https://h.example.com", "https://h.example.com/cm9vbS0xMg/deel70clzv2t/"},
		{"query", query, base, base + "?ewspush=cm9vbS0xMg.deel70clzv2t."},
		{"query, bare tenant", query, base + "?Default", base + "?Default&ewspush=cm9vbS0xMg.deel70clzv2t."},
		{"query, parameters", query, base + "?a=1&b=", base + "?a=1&b=&ewspush=cm9vbS0xMg.deel70clzv2t."},
		{"query, empty", query, base + "?", base + "?ewspush=cm9vbS0xMg.deel70clzv2t."},
		{"query, slash", query, base + "/", base + "/?ewspush=cm9vbS0xMg.deel70clzv2t."},
		{"query, root", query, "https://h.example.com", "https://h.example.com/?ewspush=cm9vbS0xMg.deel70clzv2t."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := c.newSigner(c.base, secret(1))
			require.NoError(t, err)
			u := signedURL(t, s, a)
			require.Regexp(t, `^[A-Za-z0-9_-]{43}$`, strings.TrimPrefix(u, c.want), u)
		})
	}
	s, err := notify.NewSigner(base+"?Default", secret(1))
	require.NoError(t, err)
	require.Regexp(t, `^https://hooks\.example\.com/ews/cm9vbS0xMg/deel70clzv2t/[A-Za-z0-9_-]{43}\?Default$`, signedURL(t, s, a))
}

// The form of URLs is frozen: subscriptions live longer than processes.
func TestSignerURLIsStable(t *testing.T) {
	s := newSigner(t, []byte("an example secret of 32 bytes ..."))
	u := signedURL(t, s, notify.Address{Key: "room-12", Generation: 1})
	require.Equal(t, base+"/cm9vbS0xMg/1/oRplhhqZG1-1JTXdGpyrsBbg7NjgrE8T2ChqPcGUWD0", u)
}

func TestSignerRotation(t *testing.T) {
	a := notify.Address{Key: "room-12", Generation: 7}
	before := newSigner(t, secret(1))
	during := newSigner(t, secret(2), secret(1))
	after := newSigner(t, secret(2))
	byOld, byNew := signedURL(t, before, a), signedURL(t, during, a)
	require.NotEqual(t, byOld, byNew, "the first secret signs")
	require.Equal(t, byNew, signedURL(t, after, a))

	for _, c := range []struct {
		name string
		by   *notify.Signer
		url  string
		ok   bool
	}{
		{"old URL, old secret", before, byOld, true},
		{"old URL, both secrets", during, byOld, true},
		{"old URL, new secret", after, byOld, false},
		{"new URL, old secret", before, byNew, false},
		{"new URL, both secrets", during, byNew, true},
		{"new URL, new secret", after, byNew, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.by.Authenticate(asReceived(t, c.url))
			if !c.ok {
				require.ErrorIs(t, err, notify.ErrUnauthenticated)
				require.Zero(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, a, got)
		})
	}
}

func TestSignerCopiesSecrets(t *testing.T) {
	mine := secret(1)
	s := newSigner(t, mine)
	u := signedURL(t, s, notify.Address{Key: "k", Generation: 1})
	clear(mine)
	require.Equal(t, u, signedURL(t, s, notify.Address{Key: "k", Generation: 1}))
}

// Every change of any one character of the address must be noticed.
func TestSignerTampering(t *testing.T) {
	for name, newSigner := range map[string]func(string, ...[]byte) (*notify.Signer, error){"path": notify.NewSigner, "query": notify.NewQuerySigner} {
		t.Run(name, func(t *testing.T) {
			s, err := newSigner("https://h.example.com/x", secret(1), secret(2))
			require.NoError(t, err)
			u := signedURL(t, s, notify.Address{Key: "room-12", Generation: 123456789})
			start := strings.LastIndex(u, "cm9vbS0xMg")
			for i := start; i < len(u); i++ {
				for _, c := range "AZaz09-_./%+&=" {
					if rune(u[i]) == c {
						continue
					}
					changed := u[:i] + string(c) + u[i+1:]
					parsed, err := url.Parse(changed)
					if err != nil {
						continue // such a request does not get through net/http
					}
					r := asReceived(t, u)
					r.URL = parsed
					_, err = s.Authenticate(r)
					require.ErrorIs(t, err, notify.ErrUnauthenticated, changed)
				}
			}
			for i := start; i < len(u); i++ {
				_, err := s.Authenticate(asReceived(t, u[:i]))
				require.ErrorIs(t, err, notify.ErrUnauthenticated, "cut to %s", u[:i])
			}
			for _, more := range []string{"A", "=", "==", ".", "%0A", "%20"} {
				_, err := s.Authenticate(asReceived(t, u+more))
				require.ErrorIs(t, err, notify.ErrUnauthenticated, u+more)
			}
		})
	}
}

// Parts of two valid URLs do not make a third one.
func TestSignerSplicing(t *testing.T) {
	s := newSigner(t, secret(1))
	split := func(key string, generation int64) []string {
		u := signedURL(t, s, notify.Address{Key: key, Generation: generation})
		return strings.Split(strings.TrimPrefix(u, base+"/"), "/")
	}
	a, b, c := split("room-1", 5), split("room-2", 5), split("room-1", 6)
	for _, parts := range [][]string{
		{a[0], a[1], b[2]},
		{b[0], a[1], a[2]},
		{a[0], a[1], c[2]},
		{a[0], c[1], a[2]},
		{a[1], a[0], a[2]},
		{a[0], "0" + a[1], a[2]},
		{a[0], "+" + a[1], a[2]},
		{a[0], "-" + a[1], a[2]},
		{"", a[1], a[2]},
		{a[0], "", a[2]},
		{a[0], a[1], ""},
	} {
		_, err := s.Authenticate(asReceived(t, base+"/"+strings.Join(parts, "/")))
		require.ErrorIs(t, err, notify.ErrUnauthenticated, parts)
	}
}

func TestSignerPrefixRewriting(t *testing.T) {
	s := newSigner(t, secret(1))
	a := notify.Address{Key: "room-12", Generation: 7}
	u := signedURL(t, s, a)
	address := strings.TrimPrefix(u, base)
	for _, rewritten := range []string{"http://10.0.0.7:8080" + address, "http://inside/a/b/c" + address, "http://inside//x" + address + "?added=by-proxy"} {
		got, err := s.Authenticate(asReceived(t, rewritten))
		require.NoError(t, err, rewritten)
		require.Equal(t, a, got)
	}

	mux := http.NewServeMux()
	var stripped *http.Request
	mux.Handle("/ews/", http.StripPrefix("/ews", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { stripped = r })))
	mux.ServeHTTP(httptest.NewRecorder(), asReceived(t, u))
	require.NotNil(t, stripped)
	got, err := s.Authenticate(stripped)
	require.NoError(t, err)
	require.Equal(t, a, got)
}

// An installation moves from one form to the other, old subscriptions live on.
func TestSignerAcceptsBothForms(t *testing.T) {
	path := newSigner(t, secret(1))
	query, err := notify.NewQuerySigner("https://hooks.example.com/SyncNotification.svc?Default", secret(1))
	require.NoError(t, err)
	a := notify.Address{Key: "room-12", Generation: 7}
	for _, s := range []*notify.Signer{path, query} {
		for _, u := range []string{signedURL(t, path, a), signedURL(t, query, a)} {
			got, err := s.Authenticate(asReceived(t, u))
			require.NoError(t, err)
			require.Equal(t, a, got)
		}
	}
	other, err := notify.NewQuerySigner("https://h/x", secret(9))
	require.NoError(t, err)
	_, err = path.Authenticate(asReceived(t, signedURL(t, path, a)+"?"+strings.SplitN(signedURL(t, other, a), "?", 2)[1]))
	require.ErrorIs(t, err, notify.ErrUnauthenticated, "an address in the query decides")
	u := signedURL(t, query, a)
	_, err = query.Authenticate(asReceived(t, u+"&"+strings.SplitN(u, "&", 2)[1]))
	require.ErrorIs(t, err, notify.ErrUnauthenticated, "two addresses")
	got, err := query.Authenticate(asReceived(t, strings.Replace(u, "Default&", "Default&x=1&", 1)+"&y=2"))
	require.NoError(t, err, "a proxy adds parameters of its own")
	require.Equal(t, a, got)
}

func TestSignerStripQuery(t *testing.T) {
	for base, want := range map[string]string{
		"https://h/x":               "",
		"https://h/x?Default":       "Default",
		"https://h/x?a=1&b=%20&&c=": "a=1&b=%20&&c=",
	} {
		s, err := notify.NewQuerySigner(base, secret(1))
		require.NoError(t, err)
		u := signedURL(t, s, notify.Address{Key: "k", Generation: 1})
		require.Equal(t, want, s.StripQuery(strings.SplitN(u, "?", 2)[1]))
	}
	s := newSigner(t, secret(1))
	require.Equal(t, "Default", s.StripQuery("Default"))
	require.Equal(t, "ewspushy=1&xewspush=2", s.StripQuery("ewspushy=1&ewspush=3&xewspush=2"))
}

func TestNewSignerRefuses(t *testing.T) {
	for base, want := range map[string]string{
		"":                                  `scheme ""`,
		"hooks.example.com/ews":             `scheme ""`,
		"/ews":                              `scheme ""`,
		"ftp://hooks.example.com/ews":       `scheme "ftp"`,
		"https:///ews":                      "no host",
		"https://:443/ews":                  "no host",
		"https:hooks.example.com":           "no host",
		"https://user:pw@example.com":       "user name",
		"https://h.example.com/x#f":         "fragment",
		"https://h.example.com/x#":          "fragment",
		"https://h.example.com/a b":         "character 24 must be percent-encoded",
		"https://hooks.zürich.example":      "must be percent-encoded",
		"https://h.example.com/x?ewspush=1": "parameter",
		"https://h.example.com:port/":       "port",
	} {
		for name, newSigner := range map[string]func(string, ...[]byte) (*notify.Signer, error){"path": notify.NewSigner, "query": notify.NewQuerySigner} {
			t.Run(name+" "+base, func(t *testing.T) {
				_, err := newSigner(base, secret(1))
				require.ErrorContains(t, err, want)
				require.ErrorContains(t, err, "notify: ")
				require.NotContains(t, err.Error(), "pw")
			})
		}
	}
	_, err := notify.NewSigner(base)
	require.ErrorContains(t, err, "no secret")
	_, err = notify.NewSigner(base, secret(1), []byte("hush, too short"))
	require.EqualError(t, err, "notify: secret 2 of 2 has 15 bytes, want at least 16")
}

func TestSignerURLRefuses(t *testing.T) {
	s := newSigner(t, secret(1))
	for _, a := range []notify.Address{{Generation: 1}, {Key: "k"}, {Key: "k", Generation: -1}, {Key: strings.Repeat("k", 1600), Generation: 1}} {
		_, err := s.URL(a)
		require.Error(t, err)
	}
	// The limit is exact.
	overhead := len(signedURL(t, s, notify.Address{Key: "kkk", Generation: 1})) - 4
	longest := strings.Repeat("k", (2082-overhead)*3/4)
	require.InDelta(t, 2082, len(signedURL(t, s, notify.Address{Key: longest, Generation: 1})), 1)
	_, err := s.URL(notify.Address{Key: longest + "k", Generation: 1})
	require.ErrorContains(t, err, "Exchange accepts 2082")
}

func TestSignerFingerprint(t *testing.T) {
	of := func(newSigner func(string, ...[]byte) (*notify.Signer, error), base string, secrets ...[]byte) string {
		s, err := newSigner(base, secrets...)
		require.NoError(t, err)
		return s.Fingerprint()
	}
	path := of(notify.NewSigner, base, secret(1))
	require.Regexp(t, `^[0-9a-f]{16}$`, path)
	require.Equal(t, path, of(notify.NewSigner, base+"/", secret(2), secret(1)), "same URLs but for the signature")
	seen := map[string]string{path: "path"}
	for name, f := range map[string]string{
		"query":     of(notify.NewQuerySigner, base, secret(1)),
		"query /":   of(notify.NewQuerySigner, base+"/", secret(1)),
		"query ?":   of(notify.NewQuerySigner, base+"?Default", secret(1)),
		"path ?":    of(notify.NewSigner, base+"?Default", secret(1)),
		"path deep": of(notify.NewSigner, base+"/x", secret(1)),
		"path http": of(notify.NewSigner, "http"+base[5:], secret(1)),
	} {
		require.NotContains(t, seen, f, "%s is the same as %s", name, seen[f])
		seen[f] = name
	}
}

func FuzzSignerAuthenticate(f *testing.F) {
	s, err := notify.NewQuerySigner("https://h.example.com/svc?Default", secret(1), secret(2))
	require.NoError(f, err)
	old := newSigner(f, secret(2))
	signed := map[notify.Address]string{}
	for _, a := range []notify.Address{{Key: "room-12", Generation: 7}, {Key: "a/b", Generation: math.MaxInt64}} {
		for _, s := range []*notify.Signer{s, old} {
			u, err := url.Parse(signedURL(f, s, a))
			require.NoError(f, err)
			f.Add(u.Path, u.RawQuery)
			signed[a] += u.Path + "?" + u.RawQuery + "\n"
		}
	}
	f.Add("/a/b/c", "ewspush=a.1.b")
	f.Add("///", "ewspush=&ewspush=")
	f.Add("", "Default")
	f.Fuzz(func(t *testing.T, path, rawQuery string) {
		r := &http.Request{Method: http.MethodPost, URL: &url.URL{Path: path, RawQuery: rawQuery}}
		got, err := s.Authenticate(r)
		if err != nil {
			require.ErrorIs(t, err, notify.ErrUnauthenticated)
			require.Zero(t, got)
			return
		}
		// What is accepted was signed, and is spelt as it was signed: it ends in
		// the very characters of a signed URL.
		require.Contains(t, signed, got)
		if rest := s.StripQuery(rawQuery); rest != rawQuery {
			token := rawQuery[strings.Index("&"+rawQuery, "&ewspush="):]
			token, _, _ = strings.Cut(token, "&")
			require.Contains(t, signed[got], token)
			return
		}
		parts := strings.Split(path, "/")
		require.Contains(t, signed[got], "/"+strings.Join(parts[len(parts)-3:], "/")+"?")
	})
}
