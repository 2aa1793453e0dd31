package autodiscover

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
)

var update = flag.Bool("update", false, "write the requests in testdata anew")

func sample(tb testing.TB, name string) []byte {
	tb.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(tb, err)
	return body
}

func TestRequests(t *testing.T) {
	a, err := parseAddress("o'neill&co@example.com")
	require.NoError(t, err)
	for name, got := range map[string][]byte{
		"soap-request.xml": soapRequest("https://mail.example.com/autodiscover/autodiscover.svc", a, requested([]string{"UserDisplayName", CASVersion})),
		"pox-request.xml":  poxRequest(a),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(path, got, 0o600))
		}
		require.Equal(t, string(sample(t, name)), string(got), name)
		_, err := parseXML(got)
		require.NoError(t, err)
	}
}

func TestAnswers(t *testing.T) {
	const endpoint = "https://mail.example.com/EWS/Exchange.asmx"
	for _, test := range []struct {
		file  string
		parse func([]byte) (*answer, error)
		want  answer
	}{
		{"soap-settings.xml", parseSOAP, answer{
			external: endpoint, internal: "https://mbx01.corp.example.com/EWS/Exchange.asmx", primary: "room12@example.com",
			version:  ews.ServerVersionInfo{MajorVersion: 15, MinorVersion: 2, MajorBuildNumber: 1544, MinorBuildNumber: 4, Version: "Exchange2015"},
			schemas:  []string{"Exchange2007", "Exchange2007_SP1", "Exchange2010", "Exchange2013", "Exchange2013_SP1"},
			grouping: "Default-First-Site-Name",
			settings: map[string]string{
				"ExternalEwsUrl": endpoint, "InternalEwsUrl": "https://mbx01.corp.example.com/EWS/Exchange.asmx",
				"EwsSupportedSchemas": "Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2013, Exchange2013_SP1",
				"CasVersion":          "15.02.1544.004", "GroupingInformation": "Default-First-Site-Name", "AutoDiscoverSMTPAddress": "room12@example.com",
			},
		}},
		{"soap-https-namespaces.xml", parseSOAP, answer{external: endpoint, settings: map[string]string{"ExternalEwsUrl": endpoint}}},
		{"pox-settings.xml", parsePOX, answer{
			external: endpoint, internal: "https://mbx01.corp.example.com/EWS/Exchange.asmx", primary: "room12@example.com",
			version: ews.ServerVersionInfo{MajorVersion: 15, MinorVersion: 2, MajorBuildNumber: 1544}, grouping: "Default-First-Site-Name",
		}},
		{"pox-exhttp.xml", parsePOX, answer{external: endpoint}},
		{"pox-2007.xml", parsePOX, answer{
			internal: "https://mail.example.com/ews/exchange.asmx",
			version:  ews.ServerVersionInfo{MajorVersion: 8, MajorBuildNumber: 647},
		}},
		{"json-ews.json", parseJSON, answer{external: endpoint}},
	} {
		t.Run(test.file, func(t *testing.T) {
			got, err := test.parse(sample(t, test.file))
			require.NoError(t, err)
			require.Equal(t, &test.want, got)
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		file   string
		parse  func([]byte) (*answer, error)
		code   ErrorCode
		target string
	}{
		{"soap-redirect-address.xml", parseSOAP, RedirectAddress, "room12@mail.example.com"},
		{"soap-redirect-url.xml", parseSOAP, RedirectURL, "https://autodiscover-s.outlook.com/autodiscover/autodiscover.svc"},
		{"soap-invalid-user.xml", parseSOAP, InvalidUser, ""},
		{"soap-server-busy.xml", parseSOAP, ServerBusy, ""},
		{"soap-fault.xml", parseSOAP, "ActionNotSupported", ""},
		{"pox-redirect-addr.xml", parsePOX, RedirectAddress, "room12@mail.example.com"},
		{"pox-redirect-url.xml", parsePOX, RedirectURL, "https://other.example.com/autodiscover/autodiscover.xml"},
		{"pox-error.xml", parsePOX, InvalidUser, ""},
		{"json-error.json", parseJSON, "InvalidProtocol", ""},
	} {
		t.Run(test.file, func(t *testing.T) {
			_, err := test.parse(sample(t, test.file))
			require.ErrorIs(t, err, test.code)
			require.NotErrorIs(t, err, NoError)
			var e *ServiceError
			require.ErrorAs(t, err, &e)
			require.Equal(t, test.target, e.Target)
		})
	}
}

func TestUnreadable(t *testing.T) {
	for _, body := range []string{
		"", "<", "<html><body>Welcome</body></html>", `<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`, "<a></b>", "<a/><b/>", "{}", `{"Protocol":"ActiveSync"}`,
		`<?xml version="1.0" encoding="klingon"?><a/>`,
		`<Envelope/>`, `<Envelope><Body/></Envelope>`, `<Envelope><Body><GetUserSettingsResponseMessage><Response/></GetUserSettingsResponseMessage></Body></Envelope>`,
		`<Autodiscover/>`, `<Autodiscover><Response/></Autodiscover>`,
	} {
		_, err := parseSOAP([]byte(body))
		require.ErrorIs(t, err, ErrAnswer, body)
		_, err = parsePOX([]byte(body))
		require.ErrorIs(t, err, ErrAnswer, body)
	}
	_, err := parseJSON([]byte(`{"Protocol":"ActiveSync"}`))
	require.ErrorIs(t, err, ErrAnswer)
	_, err = parseJSON([]byte(`<html/>`))
	require.ErrorIs(t, err, ErrAnswer)
}

// TestEncodings: the same answer, as other platforms would write it.
func TestEncodings(t *testing.T) {
	plain := string(sample(t, "pox-settings.xml"))
	want, err := parsePOX([]byte(plain))
	require.NoError(t, err)
	utf16 := func(big bool) []byte {
		b := []byte{0xff, 0xfe}
		if big {
			b = []byte{0xfe, 0xff}
		}
		for _, c := range []byte(plain) {
			if big {
				b = append(b, 0, c)
			} else {
				b = append(b, c, 0)
			}
		}
		return b
	}
	for name, body := range map[string][]byte{
		"byte order mark": append([]byte("\xEF\xBB\xBF"), plain...),
		"UTF-16LE":        utf16(false),
		"UTF-16BE":        utf16(true),
	} {
		got, err := parsePOX(body)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
	n, err := parseXML([]byte("<?xml version='1.0' encoding='ISO-8859-1'?><a>Stra\xdfe</a>"))
	require.NoError(t, err)
	require.Equal(t, "Straße", n.text)
}
