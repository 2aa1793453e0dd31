package autodiscover

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func addSamples(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", pattern))
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(body)
	}
	f.Add([]byte("\xff\xfe<\x00a\x00/\x00>\x00"))
}

// requireAnswer checks what holds for all that a parser returns.
func requireAnswer(t *testing.T, a *answer, err error) {
	t.Helper()
	if err == nil {
		require.NotNil(t, a)
		return
	}
	require.Nil(t, a)
	e, isService := errors.AsType[*ServiceError](err)
	require.NotEqual(t, isService, errors.Is(err, ErrAnswer), "%v is one kind of error", err)
	if isService {
		require.NotEqual(t, NoError, e.Code)
	}
	require.Less(t, len(err.Error()), 1000, "errors end in logs")
	require.NotContains(t, err.Error(), "\n")
}

func FuzzParseSOAP(f *testing.F) {
	addSamples(f, "soap-*.xml")
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parseSOAP(body)
		requireAnswer(t, a, err)
	})
}

func FuzzParsePOX(f *testing.F) {
	addSamples(f, "pox-*.xml")
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parsePOX(body)
		requireAnswer(t, a, err)
	})
}

func FuzzParseJSON(f *testing.F) {
	addSamples(f, "*.json")
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parseJSON(body)
		requireAnswer(t, a, err)
	})
}

// FuzzParseCandidate: whatever a server points to, what comes of it is https, has
// the host that is in the URL, and is stable.
func FuzzParseCandidate(f *testing.F) {
	for _, raw := range []string{
		"https://mail.example.com/autodiscover/autodiscover.xml", "https://mail.example.com", "https://mail.example.com:8443/x/Autodiscover.SVC",
		"https://outlook.office365.com/autodiscover/autodiscover.json?Email=a%40b.c&Protocol=EWS", "https://[::1]:443/", "https://u@h/", "https://.", "http://h/", "//h/autodiscover.xml",
		"https://mail.example.com%2f.evil.test/autodiscover.xml", "https://mail.example.com\\@evil.test/", "https://MAIL.example.com./autodiscover/autodiscover.json/v1.0/x",
	} {
		f.Add(raw)
	}
	a, err := parseAddress("room@example.com")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, raw string) {
		c, err := parseCandidate(raw)
		if err != nil {
			require.True(t, errors.Is(err, ErrRedirect) || errors.Is(err, ErrNotHTTPS), "%v", err)
			return
		}
		for _, m := range []Method{JSON, SOAP, POX} {
			made := c.url(m, a)
			require.True(t, strings.HasPrefix(made, "https://"), made)
			again, err := parseCandidate(made)
			require.NoError(t, err, made)
			require.Equal(t, c, again, made)
		}
	})
}

func FuzzParseAddress(f *testing.F) {
	for _, smtp := range []string{"room@example.com", "a@b@example.com", "room@com", "ö@example.com", "a@xn--bcher-kva.example", "a@-x.y", "a@x..y", "a@example.com/", "a@example.com:80"} {
		f.Add(smtp)
	}
	f.Fuzz(func(t *testing.T, smtp string) {
		a, err := parseAddress(smtp)
		if err != nil {
			require.ErrorIs(t, err, ErrAddress)
			return
		}
		for _, host := range []string{a.domain, "autodiscover." + a.domain} {
			c, err := parseCandidate("https://" + host)
			require.NoError(t, err, "what an address stands for can be asked")
			require.Equal(t, standard(host), c)
		}
		_, err = (&question{method: JSON, url: standard(a.domain).url(JSON, a), address: a}).request(t.Context(), "test")
		require.NoError(t, err)
		again, err := parseAddress(a.String())
		require.NoError(t, err)
		require.Equal(t, a, again)
	})
}
