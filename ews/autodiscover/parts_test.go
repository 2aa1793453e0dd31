package autodiscover

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseCandidate(t *testing.T) {
	for raw, want := range map[string]candidate{
		"https://mail.example.com":                                                                  standard("mail.example.com"),
		"https://Mail.Example.com.:443/":                                                            standard("mail.example.com"),
		"https://mail.example.com/autodiscover/autodiscover.xml":                                    standard("mail.example.com"),
		"https://mail.example.com/autodiscover/autodiscover.svc":                                    standard("mail.example.com"),
		"https://mail.example.com/Autodiscover/Autodiscover.xml":                                    {"mail.example.com", "/Autodiscover/Autodiscover"},
		"https://outlook.office365.com/autodiscover/autodiscover.json?Email=a%40b.c&Protocol=EWS":   standard("outlook.office365.com"),
		"https://outlook.office365.com/autodiscover/autodiscover.json/v1.0/a@example.com?Protocol=": standard("outlook.office365.com"),
		"https://mail.example.com:8443/x/autodiscover.svc":                                          {"mail.example.com:8443", "/x/autodiscover"},
	} {
		got, err := parseCandidate(raw)
		require.NoError(t, err, raw)
		require.Equal(t, want, got, raw)
	}
	for _, raw := range []string{"http://mail.example.com/autodiscover/autodiscover.xml", "ftp://x", "", "mail.example.com"} {
		_, err := parseCandidate(raw)
		require.ErrorIs(t, err, ErrNotHTTPS, raw)
	}
	for _, raw := range []string{"https://", "https://.", "https://a..b/", "https://ä.example.com", "https://a:b@mail.example.com/", "https://mail.example.com/owa/auth/logon.aspx?url=https://x/autodiscover.xml", "https://%zz", "https://h/autodiscover.xmlx"} {
		_, err := parseCandidate(raw)
		require.ErrorIs(t, err, ErrRedirect, raw)
		require.NotContains(t, err.Error(), "a:b")
	}
	a, err := parseAddress("a b+c/d@example.com")
	require.ErrorIs(t, err, ErrAddress)
	require.Zero(t, a)
	a, err = parseAddress(" a+c/d?#%@Example.COM ")
	require.NoError(t, err)
	require.Equal(t, "https://h/autodiscover/autodiscover.json/v1.0/a+c%2Fd%3F%23%25@example.com?Protocol=EWS", standard("h").url(JSON, a))
}

func TestTrust(t *testing.T) {
	asked := ""
	tr, err := newTrust([]string{"Mail.Example.com", "other.example.com:8443", ".rooms.example.com"}, []candidate{standard("cfg.example.com")},
		func(host string) bool { asked = host; return host == "asked.example.com" })
	require.NoError(t, err)
	for _, host := range []string{"mail.example.com", "other.example.com:8443", "a.rooms.example.com", "a.b.rooms.example.com", "cfg.example.com", "asked.example.com"} {
		require.True(t, tr.of(host), host)
	}
	for _, host := range []string{
		"example.com", "mail.example.com:8443", "other.example.com", "rooms.example.com", "evilrooms.example.com", "a.rooms.example.com:8443",
		"mail.example.com.evil.test", "evil.test", "",
	} {
		require.False(t, tr.of(host), host)
		require.Equal(t, host, asked)
	}

	for raw, want := range map[string]string{
		"https://mail.example.com/EWS/Exchange.asmx":     "https://mail.example.com/EWS/Exchange.asmx",
		"https://MAIL.example.com:443/EWS/Exchange.asmx": "https://MAIL.example.com:443/EWS/Exchange.asmx",
	} {
		got, err := tr.endpoint(raw)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err = tr.endpoint("http://mail.example.com/EWS/Exchange.asmx")
	require.ErrorIs(t, err, ErrNotHTTPS)
	_, err = tr.endpoint("https://mail.example.com.evil.test/EWS/Exchange.asmx")
	require.ErrorIs(t, err, ErrUntrustedHost)
	_, err = tr.endpoint("https://mail.example.com@evil.test/EWS/Exchange.asmx")
	require.Error(t, err)
}

func TestConfig(t *testing.T) {
	for want, cfg := range map[string]Config{
		"autodiscover: Config.TrustedHosts: name the hosts": {},
		"Config.TrustedHosts: \"https://x/\" is not a host": {TrustedHosts: []string{"https://x/"}},
		"Config.TrustedHosts: \".com\"":                     {TrustedHosts: []string{".com"}},
		"Config.TrustedHosts: empty":                        {TrustedHosts: []string{""}},
		"Config.URLs: not an https URL":                     {URLs: []string{"http://mail.example.com"}},
		"Config.Timeout":                                    {Timeout: -1},
		"Config.TTL":                                        {TTL: -1},
		"Config.NegativeTTL":                                {NegativeTTL: -1},
		"Config.MaxAddresses":                               {MaxAddresses: -1},
		"Config.MaxConcurrent":                              {MaxConcurrent: -1},
		"Config.MaxRefusals":                                {MaxRefusals: -1},
		"Config.LoginPause":                                 {LoginPause: -1},
		"Config.Settings":                                   {Settings: []string{""}},
		"Config.Account":                                    {Account: "svc", TrustedHosts: []string{"h.example.com"}},
	} {
		_, err := New(cfg)
		require.ErrorContains(t, err, want)
	}
	_, err := New(Config{URLs: []string{"https://mail.example.com"}})
	require.NoError(t, err)
}

func TestLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLogins(2, 15*time.Minute)
		require.NoError(t, l.acquire(t.Context(), "a"))
		require.NoError(t, l.acquire(t.Context(), "b"))

		// As many are under way as may be refused; a third waits.
		third := make(chan error, 1)
		go func() { third <- l.acquire(t.Context(), "c") }()
		synctest.Wait()
		require.Empty(t, third)
		l.release("a", unclear)
		require.NoError(t, <-third)
		l.release("b", refusal)
		l.release("c", accepted) // ends the row

		require.ErrorIs(t, l.acquire(t.Context(), "b"), ErrLoginWithheld, "the host that refused is left alone")
		require.NoError(t, l.acquire(t.Context(), "a"))
		l.release("a", refusal)
		require.NoError(t, l.acquire(t.Context(), "c"))
		go func() { third <- l.acquire(t.Context(), "d") }()
		synctest.Wait()
		require.Empty(t, third)
		l.release("c", refusal)
		require.ErrorIs(t, <-third, ErrLoginWithheld)
		require.ErrorIs(t, l.acquire(t.Context(), "e"), ErrLoginWithheld)

		time.Sleep(15 * time.Minute)
		require.NoError(t, l.acquire(t.Context(), "b"))
		l.release("b", refusal)
		require.ErrorIs(t, l.acquire(t.Context(), "e"), ErrLoginWithheld, "one refusal after the pause begins the next")
		time.Sleep(15 * time.Minute)
		require.NoError(t, l.acquire(t.Context(), "b"))
		l.release("b", accepted)
		require.Empty(t, l.refused)
	})
}

func TestMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo(3)
		for i, key := range []string{"a", "b", "c"} {
			m.put(key, memoEntry{until: time.Now().Add(time.Duration(3-i) * time.Minute)})
		}
		m.put("a", memoEntry{until: time.Now().Add(9 * time.Minute)}) // known: needs no room
		require.Len(t, m.entries, 3)
		m.put("d", memoEntry{until: time.Now().Add(time.Minute)})
		require.Len(t, m.entries, 3)
		_, found := m.get("c")
		require.False(t, found, "what would have been over first")
		time.Sleep(3 * time.Minute)
		_, found = m.get("b")
		require.False(t, found)
		m.put("e", memoEntry{until: time.Now().Add(time.Minute)})
		require.Len(t, m.entries, 2, "what is over goes")
	})
}

func TestClip(t *testing.T) {
	require.Equal(t, "a b c", clip("a\r\n\tb\x00 c"))
	require.Less(t, len(clip(string(make([]byte, 1000))+"ä")), 200)
	require.Less(t, len(clip(strings.Repeat("ä", 200))), 170)
}
