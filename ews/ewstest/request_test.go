package ewstest_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

func loopback(t *testing.T, opts *ewstest.Options) *ewstest.Server {
	t.Helper()
	o := ewstest.Options{}
	if opts != nil {
		o = *opts
	}
	o.Logger = slog.New(slog.DiscardHandler)
	s := ewstest.NewServer(&o)
	t.Cleanup(s.Close)
	s.Mailbox(room)
	return s
}

func TestResponses(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	good := envelope(room, pushRequest("5", "http://127.0.0.1:1/", ""))
	for name, c := range map[string]struct {
		body   string
		status int
		code   ews.ResponseCode
	}{
		"good":               {good, 200, ews.NoError},
		"byte order mark":    {"\ufeff" + good, 200, ews.NoError},
		"us-ascii":           {strings.Replace(good, "utf-8", "us-ascii", 1), 200, ews.NoError},
		"comments":           {strings.Replace(good, "<m:Subscribe>", "<!-- c --><m:Subscribe><?pi ?>", 1), 200, ews.NoError},
		"default namespaces": {strings.ReplaceAll(strings.Replace(good, `xmlns:soap=`, `xmlns=`, 1), "soap:", ""), 200, ews.NoError},
		"no header":          {strings.Replace(envelope("", `<m:ResolveNames ReturnFullContactData="false"><m:UnresolvedEntry>room1</m:UnresolvedEntry></m:ResolveNames>`), `<t:RequestServerVersion Version="Exchange2013_SP1"/>`, "", 1), 200, ews.NoError},

		"empty":             {"", 500, ews.ErrorInvalidRequest},
		"unknown operation": {envelope(room, "<m:FindFish/>"), 500, ews.ErrorInvalidRequest},
		"unknown version":   {strings.Replace(good, "Exchange2013_SP1", "Exchange1999", 1), 500, ews.ErrorInvalidServerVersion},
		"too big":           {good + strings.Repeat(" ", 400<<10), 500, ews.ErrorRequestStreamTooBig},

		"no xml":            {"hello", 500, ews.ErrorSchemaValidation},
		"cut short":         {good[:len(good)-40], 500, ews.ErrorSchemaValidation},
		"two roots":         {good + "<a/>", 500, ews.ErrorSchemaValidation},
		"text after root":   {good + "a", 500, ews.ErrorSchemaValidation},
		"dtd":               {"<!DOCTYPE a>" + envelope(room, ""), 500, ews.ErrorSchemaValidation},
		"undeclared prefix": {strings.Replace(good, "<m:Subscribe>", "<x:Subscribe>", 1), 500, ews.ErrorSchemaValidation},
		"mismatched tag":    {strings.Replace(good, "</m:Subscribe>", "</m:Unsubscribe>", 1), 500, ews.ErrorSchemaValidation},
		"double attribute":  {strings.Replace(good, `Id="calendar"`, `Id="calendar" Id="inbox"`, 1), 500, ews.ErrorSchemaValidation},
		"double by prefix":  {strings.Replace(good, `<m:Subscribe>`, `<m:Subscribe xmlns:a="u" xmlns:b="u" a:c="" b:c="">`, 1), 500, ews.ErrorSchemaValidation},
		"too deep":          {envelope(room, strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100)), 500, ews.ErrorSchemaValidation},
		"other encoding":    {strings.Replace(good, "utf-8", "ebcdic", 1), 500, ews.ErrorSchemaValidation},
		"soap 1.2":          {strings.Replace(good, "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope", 1), 500, ews.ErrorSchemaValidation},
		"https namespaces":  {strings.ReplaceAll(good, "http://schemas.microsoft.com", "https://schemas.microsoft.com"), 500, ews.ErrorSchemaValidation},
		"no body":           {`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/></s:Envelope>`, 500, ews.ErrorSchemaValidation},
		"empty body":        {envelope(room, ""), 500, ews.ErrorSchemaValidation},
		"two operations":    {envelope(room, "<m:Subscribe/><m:Subscribe/>"), 500, ews.ErrorSchemaValidation},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := do(t, s, c.body, func(r *http.Request) {
				r.Header.Set("Return-Client-Request-Id", "true")
				r.Header.Set("Client-Request-Id", "my-id")
				r.Header.Set("SOAPAction", "ignored")
			})
			require.Equal(t, c.status, a.Status, a.Raw)
			require.Equal(t, string(c.code), a.code(), a.Raw)
			require.Equal(t, "text/xml; charset=utf-8", a.Header.Get("Content-Type"))
			require.Equal(t, 15, a.Version.Major)
			require.Equal(t, 2, a.Version.Minor)
			require.Equal(t, "V2017_07_11", a.Version.Version)
			require.Equal(t, "my-id", a.Header.Get("Client-Request-Id"))
			require.Len(t, a.Header.Get("Request-Id"), 36)
			if c.status == 500 {
				require.Equal(t, "a:"+string(c.code), a.Fault.FaultCode)
				require.NotEmpty(t, a.Fault.FaultText)
				require.NotEmpty(t, a.Fault.Message)
			}
			if c.code == ews.ErrorSchemaValidation {
				require.Positive(t, a.Fault.Line)
				require.Positive(t, a.Fault.Position)
				require.NotEmpty(t, a.Fault.Violation)
			}
		})
	}
}

func TestMethodsAndPaths(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/EWS/Exchange.asmx", http.StatusMethodNotAllowed},
		{http.MethodPut, "/EWS/Exchange.asmx", http.StatusMethodNotAllowed},
		{http.MethodPost, "/EWS/Other.asmx", http.StatusNotFound},
		{http.MethodPost, "/ews/exchange.ASMX", http.StatusInternalServerError}, // no XML, but the right place
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, strings.TrimSuffix(s.URL(), "/EWS/Exchange.asmx")+c.path, strings.NewReader("x"))
		require.NoError(t, err)
		resp, err := s.Client().Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, c.status, resp.StatusCode, "%s %s", c.method, c.path)
	}
}

func TestChunkedRequest(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	a := do(t, s, envelope(room, pushRequest("5", "http://127.0.0.1:1/", "")), func(r *http.Request) {
		r.Body = io.NopCloser(io.MultiReader(r.Body, strings.NewReader("\n"))) // net/http does not know its length
		r.ContentLength = -1
		r.GetBody = nil
	})
	require.Equal(t, "NoError", a.code(), a.Raw)
}

// A client that waits for 100 Continue gets it, unless it has to log in first.
func TestExpectContinue(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	s.AddAccount("svc", "secret", ewstest.Impersonate())
	body := envelope(room, pushRequest("5", "http://127.0.0.1:1/", ""))
	for _, c := range []struct{ login, first string }{
		{"", "HTTP/1.1 401 Unauthorized"},
		{"Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("svc:secret")) + "\r\n", "HTTP/1.1 100 Continue"},
	} {
		var d net.Dialer
		conn, err := d.DialContext(t.Context(), "tcp", strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), "/EWS/Exchange.asmx"))
		require.NoError(t, err)
		_, err = fmt.Fprintf(conn, "POST /EWS/Exchange.asmx HTTP/1.1\r\nHost: x\r\n%sExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", c.login, len(body))
		require.NoError(t, err)
		r := bufio.NewReader(conn)
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, c.first, strings.TrimSpace(line))
		if strings.Contains(c.first, "100") {
			_, err = r.ReadString('\n')
			require.NoError(t, err)
			_, err = io.WriteString(conn, body)
			require.NoError(t, err)
			line, err = r.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "HTTP/1.1 200 OK", strings.TrimSpace(line))
		}
		require.NoError(t, conn.Close())
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	s.AddAccount(`EXAMPLE\svc`, "pässword", ewstest.Impersonate())
	body := envelope(room, pushRequest("5", "http://127.0.0.1:1/", ""))
	for name, c := range map[string]struct {
		login  func(*http.Request)
		status int
	}{
		"none":           {func(*http.Request) {}, 401},
		"wrong password": {func(r *http.Request) { r.SetBasicAuth(`EXAMPLE\svc`, "x") }, 401},
		"wrong name":     {func(r *http.Request) { r.SetBasicAuth(`svc`, "pässword") }, 401},
		"other scheme":   {func(r *http.Request) { r.Header.Set("Authorization", "Bearer abc") }, 401},
		"right":          {func(r *http.Request) { r.SetBasicAuth(`example\SVC`, "pässword") }, 200},
		"iso-8859-1":     {func(r *http.Request) { r.SetBasicAuth(`EXAMPLE\svc`, "p\xe4ssword") }, 200},
	} {
		a := do(t, s, body, c.login)
		require.Equal(t, c.status, a.Status, name)
		if c.status == 401 {
			require.Equal(t, `Basic realm="exchange.test"`, a.Header.Get("Www-Authenticate"), name)
			require.Empty(t, a.Raw, name)
		}
	}
}
