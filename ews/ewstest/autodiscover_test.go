package ewstest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews/ewstest"
)

const (
	getUserSettings = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover" ` +
		`xmlns:w="http://www.w3.org/2005/08/addressing"><s:Header><a:RequestedServerVersion>Exchange2013</a:RequestedServerVersion>` +
		`<w:Action>http://schemas.microsoft.com/exchange/2010/Autodiscover/Autodiscover/GetUserSettings</w:Action></s:Header>` +
		`<s:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>Room12@example.com</a:Mailbox></a:User></a:Users>` +
		`<a:RequestedSettings><a:Setting>ExternalEwsUrl</a:Setting><a:Setting>Nonsense</a:Setting></a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>`
	poxRequest = `<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>room12@example.com</EMailAddress>` +
		`<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`
)

// ask sends a request to a service of a server and returns status and body.
func ask(t *testing.T, s *ewstest.Server, path, body, login string) (int, string, http.Header) {
	t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(t.Context(), method, strings.TrimSuffix(s.URL(), "/EWS/Exchange.asmx")+path, strings.NewReader(body))
	require.NoError(t, err)
	if login != "" {
		req.SetBasicAuth(login, "secret")
	}
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(answer), resp.Header
}

func TestAutodiscover(t *testing.T) {
	t.Parallel()
	s := ewstest.NewServer(nil)
	defer s.Close()
	s.AddAccount("svc", "secret")
	s.Mailbox("room12@example.com")
	const (
		svc  = "/autodiscover/autodiscover.svc"
		xml  = "/Autodiscover/Autodiscover.xml"
		json = "/autodiscover/autodiscover.json"
	)
	for _, test := range []struct {
		name, path, body, login string
		script                  ewstest.AutodiscoverAnswer
		status                  int
		want                    []string
	}{
		{"SOAP", svc, getUserSettings, "svc", ewstest.AutodiscoverAnswer{}, 200, []string{
			"<Name>ExternalEwsUrl</Name><Value>" + s.URL() + "</Value>", "<ErrorCode>InvalidSetting</ErrorCode>", "<SettingName>Nonsense</SettingName>", "<h:MajorBuildNumber>2562</h:MajorBuildNumber>",
		}},
		{"SOAP without a login", svc, getUserSettings, "", ewstest.AutodiscoverAnswer{}, 401, nil},
		{"SOAP, GET", svc, "", "svc", ewstest.AutodiscoverAnswer{}, 405, nil},
		{"SOAP, namespaces as they are printed", svc, strings.ReplaceAll(getUserSettings, "http://schemas.microsoft", "https://schemas.microsoft"), "svc", ewstest.AutodiscoverAnswer{}, 500, []string{"Fault"}},
		{"SOAP, no Action", svc, strings.ReplaceAll(getUserSettings, "w:Action", "w:Reaction"), "svc", ewstest.AutodiscoverAnswer{}, 500, []string{"ContractFilter"}},
		{"SOAP, another message", svc, strings.ReplaceAll(getUserSettings, "GetUserSettingsRequestMessage", "X"), "svc", ewstest.AutodiscoverAnswer{}, 500, []string{"Fault"}},
		{"SOAP, no XML", svc, "x", "svc", ewstest.AutodiscoverAnswer{}, 500, []string{"Fault"}},
		{"SOAP, no version", svc, strings.ReplaceAll(getUserSettings, "RequestedServerVersion", "Version"), "svc", ewstest.AutodiscoverAnswer{}, 200, []string{"<ErrorCode>InvalidRequest</ErrorCode>"}},
		{"SOAP, no settings", svc, strings.ReplaceAll(getUserSettings, "a:Setting>", "a:Set>"), "svc", ewstest.AutodiscoverAnswer{}, 200, []string{"<ErrorCode>InvalidRequest</ErrorCode>"}},
		{"SOAP, nobody", svc, strings.ReplaceAll(getUserSettings, "Room12", "nobody"), "svc", ewstest.AutodiscoverAnswer{}, 200, []string{"<ErrorCode>InvalidUser</ErrorCode>"}},
		{"SOAP, redirect", svc, getUserSettings, "svc", ewstest.AutodiscoverAnswer{RedirectURL: "https://a&b"}, 200, []string{"<ErrorCode>RedirectUrl</ErrorCode>", "<RedirectTarget>https://a&amp;b</RedirectTarget>"}},
		{"POX", xml, poxRequest, "svc", ewstest.AutodiscoverAnswer{EWSURL: "https://h/ews"}, 200, []string{"<EwsUrl>https://h/ews</EwsUrl>", "<ServerVersion>73C28A02</ServerVersion>"}},
		{"POX without a login", xml, poxRequest, "", ewstest.AutodiscoverAnswer{}, 401, nil},
		{"POX, nobody", xml, strings.ReplaceAll(poxRequest, "room12", "nobody"), "svc", ewstest.AutodiscoverAnswer{}, 200, []string{"<ErrorCode>500</ErrorCode>"}},
		{"POX, wrong schema", xml, strings.ReplaceAll(poxRequest, "2006a", "2006b"), "svc", ewstest.AutodiscoverAnswer{}, 200, []string{"<ErrorCode>600</ErrorCode>"}},
		{"POX, wrong namespace", xml, strings.ReplaceAll(poxRequest, "http:", "https:"), "svc", ewstest.AutodiscoverAnswer{}, 200, []string{"<ErrorCode>600</ErrorCode>"}},
		{"POX, busy", xml, poxRequest, "svc", ewstest.AutodiscoverAnswer{Code: "ServerBusy"}, 200, []string{"<ErrorCode>603</ErrorCode>"}},
		{"POX, redirect", xml, poxRequest, "svc", ewstest.AutodiscoverAnswer{RedirectAddress: "a@b.c"}, 200, []string{"<Action>redirectAddr</Action><RedirectAddr>a@b.c</RedirectAddr>"}},
		{"GET for a redirect", xml, "", "", ewstest.AutodiscoverAnswer{Status: 302, Location: "https://h/x"}, 302, nil},
		{"JSON", json + "/v1.0/room12@example.com?Protocol=ews", "", "", ewstest.AutodiscoverAnswer{}, 200, []string{`"Protocol":"EWS"`, `"Url":"` + s.URL() + `"`}},
		{"JSON, address in the query", json + "?Email=room12@example.com&Protocol=EWS", "", "", ewstest.AutodiscoverAnswer{}, 200, []string{`"Protocol":"EWS"`}},
		{"JSON, no addresses of another kind", json + "/v1.0/room12@example.com?Protocol=EWS", "", "", ewstest.AutodiscoverAnswer{RedirectAddress: "a@b.c"}, 200, []string{`"Protocol":"EWS"`}},
		{"JSON, redirect", json + "/v1.0/room12@example.com?Protocol=EWS", "", "", ewstest.AutodiscoverAnswer{RedirectURL: "https://h/x"}, 302, nil},
		{"JSON, nobody", json + "/v1.0/nobody@example.com?Protocol=EWS", "", "", ewstest.AutodiscoverAnswer{}, 404, []string{`"ErrorCode":"InvalidUser"`}},
		{"JSON, another protocol", json + "/v1.0/room12@example.com?Protocol=ActiveSync", "", "", ewstest.AutodiscoverAnswer{}, 400, []string{`"ErrorCode":"InvalidProtocol"`}},
		{"JSON, refused", json + "/v1.0/room12@example.com?Protocol=EWS", "", "", ewstest.AutodiscoverAnswer{Status: 401}, 401, nil},
		{"no such service", "/autodiscover/autodiscover.asp", "x", "svc", ewstest.AutodiscoverAnswer{}, 404, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.Autodiscover()
			if test.script != (ewstest.AutodiscoverAnswer{}) {
				s.Autodiscover(test.script)
			}
			status, body, header := ask(t, s, test.path, test.body, test.login)
			require.Equal(t, test.status, status, body)
			for _, want := range test.want {
				require.Contains(t, body, want)
			}
			switch status {
			case http.StatusFound:
				require.Equal(t, "https://h/x", header.Get("Location"))
			case http.StatusUnauthorized:
				require.NotEmpty(t, header.Get("WWW-Authenticate"))
			}
		})
	}
}

// TestAutodiscoverScript: the first line that fits is taken, as often as it says.
func TestAutodiscoverScript(t *testing.T) {
	t.Parallel()
	s := ewstest.NewServer(nil)
	defer s.Close()
	s.Mailbox("room12@example.com")
	s.Autodiscover(
		ewstest.AutodiscoverAnswer{Address: "other@example.com", Status: 500},
		ewstest.AutodiscoverAnswer{Host: "other.example.com", Status: 501},
		ewstest.AutodiscoverAnswer{Service: "xml", Status: 502},
		ewstest.AutodiscoverAnswer{Address: "ROOM12@example.com", Status: 503, Times: 2},
	)
	const path = "/autodiscover/autodiscover.svc"
	for _, want := range []int{503, 503, 200, 200} {
		status, body, _ := ask(t, s, path, getUserSettings, "")
		require.Equal(t, want, status, body)
	}
	status, _, _ := ask(t, s, "/autodiscover/autodiscover.xml", poxRequest, "svc")
	require.Equal(t, 502, status)
	requests := s.AutodiscoverRequests()
	require.Len(t, requests, 5)
	host := strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/EWS/Exchange.asmx")
	require.Equal(t, ewstest.AutodiscoverRequest{Host: host, Method: http.MethodPost, Path: path, Address: "Room12@example.com"}, requests[0])
	require.Equal(t, "Basic", requests[4].Authorization)
}
