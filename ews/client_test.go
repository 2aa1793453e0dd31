package ews

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const subscribed = `<m:SubscribeResponse><m:ResponseMessages><m:SubscribeResponseMessage ResponseClass="Success">` +
	`<m:ResponseCode> NoError </m:ResponseCode><m:SubscriptionId> id </m:SubscriptionId><m:Watermark>w</m:Watermark>` +
	`</m:SubscribeResponseMessage></m:ResponseMessages></m:SubscribeResponse>`

// response puts a body into an envelope with the header of a server.
func response(body string) string {
	return strings.Replace(envelope(body), "<s:Body>", `<s:Header><h:ServerVersionInfo xmlns:h="`+NamespaceTypes+
		`" MajorVersion="15" MinorVersion="2" MajorBuildNumber="2562" MinorBuildNumber="17" Version="V2017_07_11"/></s:Header><s:Body>`, 1)
}

func fault(code, detail string) string {
	return `<s:Envelope xmlns:s="` + NamespaceEnvelope + `"><s:Body><s:Fault><faultcode xmlns:a="` + NamespaceTypes + `">a:` + code +
		`</faultcode><faultstring xml:lang="de-CH">Das geht nicht.</faultstring><detail>` +
		`<e:ResponseCode xmlns:e="` + NamespaceErrors + `"> ` + code + ` </e:ResponseCode>` +
		`<e:Message xmlns:e="` + NamespaceErrors + `">It cannot be done.</e:Message>` + detail + `</detail></s:Fault></s:Body></s:Envelope>`
}

func messageXML(name, value string) string {
	return `<t:MessageXml xmlns:t="` + NamespaceTypes + `"><t:Value Name="` + name + `">` + value + `</t:Value></t:MessageXml>`
}

// serve returns a client of a server that answers with the handler.
func serve(t *testing.T, h http.HandlerFunc, opts *ClientOptions) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := NewClient(s.URL+"/EWS/Exchange.asmx", opts)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func answer(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		w.Header().Set("request-id", "server-1")
		w.Header().Set("X-FEServer", "FE1")
		w.Header().Set("X-TargetBEServer", "be1.example.com")
		w.Header().Set("X-DiagInfo", "BE1")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func push() *PushSubscriptionRequest {
	return &PushSubscriptionRequest{
		FolderIDs:       []FolderID{{DistinguishedID: CalendarFolder}},
		EventTypes:      []EventType{CreatedEvent, ModifiedEvent},
		StatusFrequency: 10 * time.Minute,
		URL:             "https://hooks.example.com/secret",
	}
}

func TestSubscribe(t *testing.T) {
	var got *http.Request
	var body []byte
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		answer(http.StatusOK, response(subscribed))(w, r)
	}, nil)
	s, err := c.Subscribe(t.Context(), push())
	require.NoError(t, err)
	require.Equal(t, &SubscribeResponse{
		ServerVersion:  ServerVersionInfo{MajorVersion: 15, MinorVersion: 2, MajorBuildNumber: 2562, MinorBuildNumber: 17, Version: "V2017_07_11"},
		SubscriptionID: "id",
		Watermark:      "w",
	}, s)

	require.Equal(t, http.MethodPost, got.Method)
	require.Equal(t, "/EWS/Exchange.asmx", got.URL.Path)
	require.Equal(t, int64(len(body)), got.ContentLength)
	require.Equal(t, "text/xml; charset=utf-8", got.Header.Get("Content-Type"))
	require.Equal(t, "text/xml", got.Header.Get("Accept"))
	require.Equal(t, `"http://schemas.microsoft.com/exchange/services/2006/messages/Subscribe"`, got.Header.Get("SOAPAction"))
	require.Equal(t, "ewspush", got.Header.Get("User-Agent"))
	require.Equal(t, "true", got.Header.Get("return-client-request-id"))
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, got.Header.Get("client-request-id"))
	require.Empty(t, got.Header.Values("X-AnchorMailbox"))
	require.Empty(t, got.Header.Values("Authorization"))
	golden(t, "subscribe.xml", body)

	first := got.Header.Get("client-request-id")
	_, err = c.Subscribe(t.Context(), push())
	require.NoError(t, err)
	require.NotEqual(t, first, got.Header.Get("client-request-id"), "each request has its own")
}

func TestRequestBodies(t *testing.T) {
	var header http.Header
	var body []byte
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		body, _ = io.ReadAll(r.Body)
		answer(http.StatusOK, response(subscribed))(w, r)
	}, &ClientOptions{RequestServerVersion: Exchange2016, UserAgent: "rooms"})

	all := push()
	all.SubscribeToAllFolders, all.FolderIDs = true, nil
	all.Watermark = "AQAAAExY/dNdjDVKjtBVHKR5IOurFukhAAAAAAE="
	all.URL = "https://hooks.example.com/?a=1&b=<2>"
	all.CallerData = `"room 12" & more`
	folders := push()
	folders.FolderIDs = []FolderID{
		{ID: "AAMk1", ChangeKey: "AgAAAA=="},
		{DistinguishedID: CalendarFolder, Mailbox: "room12@example.com"},
		{ID: "AAMk2"},
		{DistinguishedID: InboxFolder, ChangeKey: "AQAAAA=="},
	}
	folders.EventTypes = []EventType{CopiedEvent, CreatedEvent, DeletedEvent, ModifiedEvent, MovedEvent, NewMailEvent, FreeBusyChangedEvent}

	tests := []struct {
		name, golden string
		client       *Client
		request      *PushSubscriptionRequest
		anchor       string
	}{
		{"all folders", "subscribe-all-folders.xml", c, all, ""},
		{"several folders", "subscribe-folders.xml", c.WithAnchor("room12@example.com"), folders, "room12@example.com"},
		{"as an address", "subscribe-as-smtpaddress.xml", c.As(ConnectingSID{SMTPAddress: "room12@example.com"}), push(), "room12@example.com"},
		{"as a primary address", "subscribe-as-primarysmtpaddress.xml", c.As(ConnectingSID{PrimarySMTPAddress: "room12@example.com"}), push(), "room12@example.com"},
		{"as a principal", "subscribe-as-principalname.xml", c.WithAnchor("else@example.com").As(ConnectingSID{PrincipalName: "room12@corp.example.com"}), push(), ""},
		{"as a SID", "subscribe-as-sid.xml", c.As(ConnectingSID{SID: "S-1-5-21-1"}).WithAnchor("room12@example.com"), push(), "room12@example.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.client.Subscribe(t.Context(), tt.request)
			require.NoError(t, err)
			require.Equal(t, tt.anchor, header.Get("X-AnchorMailbox"))
			require.Equal(t, "rooms", header.Get("User-Agent"))
			golden(t, tt.golden, body)
		})
	}
	require.Empty(t, c.opts.AnchorMailbox, "copies leave the original alone")
	require.Nil(t, c.opts.Impersonate)

	t.Run("by options", func(t *testing.T) {
		own, err := NewClient(c.Endpoint(), &ClientOptions{Impersonate: &ConnectingSID{SMTPAddress: "room12@example.com"}, RequestServerVersion: Exchange2016})
		require.NoError(t, err)
		t.Cleanup(own.CloseIdleConnections)
		_, err = own.Subscribe(t.Context(), push())
		require.NoError(t, err)
		require.Equal(t, "room12@example.com", header.Get("X-AnchorMailbox"))
		golden(t, "subscribe-as-smtpaddress.xml", body)
	})
	t.Run("as nobody", func(t *testing.T) {
		body = nil
		_, err := c.As(ConnectingSID{}).Subscribe(t.Context(), push())
		require.EqualError(t, err, "ews: Subscribe: ConnectingSID: exactly one of PrincipalName, SID, PrimarySMTPAddress and SMTPAddress must be set")
		require.Nil(t, body, "nothing was sent")
	})
}

func TestUnsubscribe(t *testing.T) {
	var body []byte
	class := "Success"
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		answer(http.StatusOK, response(`<m:UnsubscribeResponse><m:ResponseMessages><m:UnsubscribeResponseMessage ResponseClass="`+class+`">`+
			`<m:MessageText>No.</m:MessageText><m:ResponseCode>ErrorInvalidSubscription</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>`+
			`</m:UnsubscribeResponseMessage></m:ResponseMessages></m:UnsubscribeResponse>`))(w, r)
	}, nil)
	require.NoError(t, c.Unsubscribe(t.Context(), "id"))
	golden(t, "unsubscribe.xml", body)

	class = "Error"
	err := c.Unsubscribe(t.Context(), "id")
	require.ErrorIs(t, err, ErrorInvalidSubscription)
	require.EqualError(t, err, "ews: Unsubscribe: ErrorInvalidSubscription: No.")
	require.EqualError(t, c.Unsubscribe(t.Context(), ""), "ews: Unsubscribe: no SubscriptionID")
}

func TestResponseError(t *testing.T) {
	c := serve(t, answer(http.StatusOK, response(`<m:SubscribeResponse><m:ResponseMessages><m:SubscribeResponseMessage ResponseClass="Error">`+
		`<m:MessageText>Server busy.</m:MessageText><m:ResponseCode>ErrorInternalServerError</m:ResponseCode><m:DescriptiveLinkKey>3</m:DescriptiveLinkKey>`+
		`<m:MessageXml><t:Value Name="InnerErrorResponseCode">ErrorServerBusy</t:Value><t:Value Name="BackOffMilliseconds"> 297749 </t:Value></m:MessageXml>`+
		`</m:SubscribeResponseMessage></m:ResponseMessages></m:SubscribeResponse>`)), nil)
	_, err := c.Subscribe(t.Context(), push())
	require.ErrorIs(t, err, ErrorInternalServerError)
	e, ok := errors.AsType[*ResponseError](err)
	require.True(t, ok)
	require.Equal(t, ResponseMessage{
		ResponseClass: ResponseClassError, MessageText: "Server busy.", ResponseCode: ErrorInternalServerError, DescriptiveLinkKey: 3,
		MessageXML: MessageXML{{Name: "InnerErrorResponseCode", Value: "ErrorServerBusy"}, {Name: "BackOffMilliseconds", Value: "297749"}},
	}, e.ResponseMessage)
	requireDiagnostics(t, err)
	d, ok := BackOff(fmt.Errorf("wrapped: %w", err))
	require.True(t, ok)
	require.Equal(t, 297749*time.Millisecond, d)
}

func requireDiagnostics(t *testing.T, err error) {
	t.Helper()
	d, ok := DiagnosticsOf(fmt.Errorf("wrapped: %w", err))
	require.True(t, ok)
	require.NotEmpty(t, d.ClientRequestID)
	d.ClientRequestID = ""
	require.Equal(t, Diagnostics{RequestID: "server-1", FEServer: "FE1", TargetBEServer: "be1.example.com", DiagInfo: "BE1"}, d)
}

func TestFault(t *testing.T) {
	t.Run("busy", func(t *testing.T) {
		c := serve(t, answer(http.StatusInternalServerError, fault("ErrorServerBusy", messageXML("BackOffMilliseconds", "1500"))), nil)
		_, err := c.Subscribe(t.Context(), push())
		require.ErrorIs(t, err, ErrorServerBusy)
		require.EqualError(t, err, "ews: Subscribe: SOAP fault ErrorServerBusy: It cannot be done.")
		requireDiagnostics(t, err)
		d, ok := BackOff(err)
		require.True(t, ok)
		require.Equal(t, 1500*time.Millisecond, d)
	})
	t.Run("schema", func(t *testing.T) {
		detail := `<t:MessageXml xmlns:t="` + NamespaceTypes + `"><t:LineNumber>2</t:LineNumber><t:LinePosition>15</t:LinePosition><t:Violation>The element is wrong.</t:Violation></t:MessageXml>`
		c := serve(t, answer(http.StatusOK, fault("ErrorSchemaValidation", detail)), nil)
		_, err := c.Subscribe(t.Context(), push())
		e, ok := errors.AsType[*Fault](err)
		require.True(t, ok, "a fault is one with status 200 too")
		require.Equal(t, "Subscribe", e.Operation)
		require.Equal(t, "ErrorSchemaValidation", e.FaultCode)
		require.Equal(t, "Das geht nicht.", e.FaultString)
		require.Equal(t, ErrorSchemaValidation, e.ResponseCode)
		require.Equal(t, "2", e.MessageXML.Get("LineNumber"))
		require.Equal(t, "15", e.MessageXML.Get("LinePosition"))
		require.Equal(t, "The element is wrong.", e.MessageXML.Get("Violation"))
		require.ErrorContains(t, err, "The element is wrong.")
		_, ok = BackOff(err)
		require.False(t, ok)
	})
	t.Run("without detail", func(t *testing.T) {
		c := serve(t, answer(http.StatusInternalServerError, envelope(`<s:Fault><faultcode>s:Server</faultcode><faultstring>Oops</faultstring></s:Fault>`), "Retry-After", "7"), nil)
		_, err := c.Subscribe(t.Context(), push())
		e, ok := errors.AsType[*Fault](err)
		require.True(t, ok)
		require.Empty(t, e.ResponseCode)
		require.NoError(t, e.Unwrap())
		require.EqualError(t, err, "ews: Subscribe: SOAP fault Server: Oops")
		d, ok := BackOff(err)
		require.True(t, ok)
		require.Equal(t, 7*time.Second, d)
	})
	t.Run("code in faultcode only", func(t *testing.T) {
		c := serve(t, answer(http.StatusInternalServerError, envelope(`<s:Fault><faultcode>a:ErrorAccessDenied</faultcode></s:Fault>`)), nil)
		_, err := c.Subscribe(t.Context(), push())
		require.ErrorIs(t, err, ErrorAccessDenied)
	})
}

func TestHTTPError(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    HTTPError
		text    string
	}{
		{
			"unauthorized",
			func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("WWW-Authenticate", "Negotiate")
				w.Header().Add("WWW-Authenticate", `Basic realm="mail.example.com"`)
				answer(http.StatusUnauthorized, "", "x-ms-diagnostics", `2000002;reason="The token is too old."`)(w, r)
			},
			HTTPError{StatusCode: 401, Challenges: []string{"Negotiate", "Basic"}, AuthDiagnostics: `2000002;reason="The token is too old."`},
			`ews: Subscribe: HTTP 401 Unauthorized, server asks for Negotiate, Basic: 2000002;reason="The token is too old."`,
		},
		{
			"forbidden",
			answer(http.StatusForbidden, "<html><body><h1>EWS is\r\n disabled</h1></body></html>", "Content-Type", "text/html"),
			HTTPError{StatusCode: 403, Excerpt: "EWS is disabled"},
			"ews: Subscribe: HTTP 403 Forbidden: EWS is disabled",
		},
		{
			"queue full",
			answer(http.StatusServiceUnavailable, "\x00\x01", "Retry-After", "30", "Content-Type", "application/octet-stream"),
			HTTPError{StatusCode: 503, RetryAfter: 30 * time.Second},
			"ews: Subscribe: HTTP 503 Service Unavailable",
		},
		{
			"no content", answer(http.StatusNoContent, ""), HTTPError{StatusCode: 204}, "ews: Subscribe: HTTP 204 No Content",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := serve(t, tt.handler, nil).Subscribe(t.Context(), push())
			require.EqualError(t, err, tt.text)
			requireDiagnostics(t, err)
			e, ok := errors.AsType[*HTTPError](err)
			require.True(t, ok)
			tt.want.Operation, tt.want.Diagnostics = "Subscribe", e.Diagnostics
			require.Equal(t, &tt.want, e)
			d, ok := BackOff(err)
			require.Equal(t, tt.want.RetryAfter, d)
			require.Equal(t, tt.want.RetryAfter > 0, ok)
		})
	}
}

func TestExcerptHidesCredentials(t *testing.T) {
	long := strings.Repeat("QUJD", 30)
	text := excerpt("<p>You sent Authorization: Basic dXNlcjpwYXNz and\x07 Bearer " + long + " then " + long + "</p><script>")
	require.Equal(t, "You sent Authorization: … … and Bearer … then …", text)
	require.LessOrEqual(t, len(excerpt(strings.Repeat("word ", 1000))), 210)
	require.Equal(t, "…", excerpt(strings.Repeat("a", 500)))
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var elsewhere bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere = true }))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		follow := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
		c := serve(t, answer(status, "", "Location", other.URL+"/secret/path?token=1"), &ClientOptions{HTTPClient: follow})
		_, err := c.Subscribe(t.Context(), push())
		e, ok := errors.AsType[*HTTPError](err)
		require.True(t, ok)
		require.Equal(t, status, e.StatusCode)
		require.Equal(t, strings.TrimPrefix(other.URL, "http://"), e.RedirectHost)
		require.NotContains(t, err.Error(), "token")
		require.NoError(t, follow.CheckRedirect(nil, nil), "the caller's client is left as it was")
	}
	require.False(t, elsewhere)
}

func TestCallError(t *testing.T) {
	whole := response(subscribed)
	tests := []struct {
		name    string
		handler http.HandlerFunc
		max     int64
		want    error
	}{
		{"not SOAP", answer(http.StatusOK, "<html><body>Please log in</body></html>"), 0, ErrEnvelope},
		{"not XML", answer(http.StatusOK, "Welcome"), 0, ErrSyntax},
		{"empty", answer(http.StatusOK, ""), 0, io.ErrUnexpectedEOF},
		{"half an envelope", answer(http.StatusOK, whole[:len(whole)/2]), 0, io.ErrUnexpectedEOF},
		{"cut connection", answer(http.StatusOK, whole[:len(whole)/2], "Content-Length", "100000"), 0, io.ErrUnexpectedEOF},
		{"oversize", answer(http.StatusOK, whole), int64(len(whole) - 1), ErrResponseTooLarge},
		{"directive", answer(http.StatusOK, "<!DOCTYPE x>"+whole), 0, ErrDirective},
		{"no message", answer(http.StatusOK, response(`<m:SubscribeResponse/>`)), 0, ErrMessage},
		{"no id", answer(http.StatusOK, response(strings.Replace(subscribed, "> id <", "> <", 1))), 0, ErrMessage},
		{"bad number", answer(http.StatusOK, response(strings.Replace(subscribed, "<m:SubscriptionId>", "<m:DescriptiveLinkKey>x</m:DescriptiveLinkKey><m:SubscriptionId>", 1))), 0, ErrMessage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := serve(t, tt.handler, &ClientOptions{MaxResponseBytes: tt.max}).Subscribe(t.Context(), push())
			require.ErrorIs(t, err, tt.want)
			_, ok := errors.AsType[*CallError](err)
			require.True(t, ok)
			requireDiagnostics(t, err)
		})
	}
	t.Run("just fits", func(t *testing.T) {
		_, err := serve(t, answer(http.StatusOK, whole), &ClientOptions{MaxResponseBytes: int64(len(whole))}).Subscribe(t.Context(), push())
		require.NoError(t, err)
		_, err = serve(t, answer(http.StatusOK, whole), &ClientOptions{MaxResponseBytes: math.MaxInt64}).Subscribe(t.Context(), push())
		require.NoError(t, err)
	})
	t.Run("no server", func(t *testing.T) {
		s := httptest.NewServer(http.NotFoundHandler())
		s.Close()
		c, err := NewClient(s.URL, nil)
		require.NoError(t, err)
		_, err = c.Subscribe(t.Context(), push())
		_, ok := errors.AsType[*CallError](err)
		require.True(t, ok)
		d, ok := DiagnosticsOf(err)
		require.True(t, ok)
		require.NotEmpty(t, d.ClientRequestID)
	})
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			cancel()
			<-r.Context().Done()
			close(ended)
		}, nil)
		_, err := c.Subscribe(ctx, push())
		require.ErrorIs(t, err, context.Canceled)
		<-ended
	})
}

// A broken connection must not make net/http repeat a Subscribe that the server
// may have carried out.
func TestOneAttemptOnly(t *testing.T) {
	var calls atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 { // a good one first, so that the next reuses its connection
			answer(http.StatusOK, response(subscribed))(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	}, nil)
	_, err := c.Subscribe(t.Context(), push())
	require.NoError(t, err)
	_, err = c.Subscribe(t.Context(), push())
	_, ok := errors.AsType[*CallError](err)
	require.True(t, ok)
	require.Equal(t, int32(2), calls.Load())
}

func TestDoWithMessagesPerItem(t *testing.T) {
	type getFolder struct {
		XMLName xml.Name `xml:"m:GetFolder"`
		Shape   string   `xml:"m:FolderShape>t:BaseShape"`
		IDs     []struct {
			ID string `xml:"Id,attr"`
		} `xml:"m:FolderIds>t:DistinguishedFolderId"`
	}
	type getFolderResponse struct {
		XMLName  xml.Name `xml:"http://schemas.microsoft.com/exchange/services/2006/messages GetFolderResponse"`
		Messages []struct {
			ResponseMessage
			Folder struct {
				ID struct {
					ID string `xml:"Id,attr"`
				} `xml:"http://schemas.microsoft.com/exchange/services/2006/types FolderId"`
				Name string `xml:"DisplayName"`
			} `xml:"Folders>CalendarFolder"`
		} `xml:"ResponseMessages>GetFolderResponseMessage"`
	}
	var body []byte
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		answer(http.StatusOK, response(`<m:GetFolderResponse><m:ResponseMessages>`+
			`<m:GetFolderResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Folders>`+
			`<CalendarFolder xmlns="`+NamespaceTypes+`"><FolderId Id="AAMk" ChangeKey="AgAA"/><DisplayName>Kalender &amp; mehr</DisplayName></CalendarFolder>`+
			`</m:Folders></m:GetFolderResponseMessage>`+
			`<m:GetFolderResponseMessage ResponseClass="Error"><m:ResponseCode>ErrorFolderNotFound</m:ResponseCode></m:GetFolderResponseMessage>`+
			`<m:GetFolderResponseMessage ResponseClass="Warning"><m:ResponseCode>ErrorBatchProcessingStopped</m:ResponseCode></m:GetFolderResponseMessage>`+
			`</m:ResponseMessages></m:GetFolderResponse>`))(w, r)
	}, nil)
	request := getFolder{Shape: "IdOnly"}
	request.IDs = append(request.IDs, struct {
		ID string `xml:"Id,attr"`
	}{"calendar"})
	var response getFolderResponse
	reply, err := c.Do(t.Context(), "GetFolder", &request, &response)
	require.NoError(t, err)
	require.Equal(t, "15.2.2562.17 (V2017_07_11)", reply.ServerVersion.String())
	require.Contains(t, string(body), `<soap:Body><m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="calendar">`)
	require.Len(t, response.Messages, 3)
	require.NoError(t, reply.Check(&response.Messages[0].ResponseMessage))
	require.Equal(t, "AAMk", response.Messages[0].Folder.ID.ID)
	require.Equal(t, "Kalender & mehr", response.Messages[0].Folder.Name)
	require.ErrorIs(t, reply.Check(&response.Messages[1].ResponseMessage), ErrorFolderNotFound)
	require.ErrorIs(t, reply.Check(&response.Messages[2].ResponseMessage), ErrorBatchProcessingStopped, "nothing was done about it")
	require.NoError(t, reply.Check(&ResponseMessage{ResponseClass: ResponseClassWarning, ResponseCode: "ErrorNameResolutionMultipleResults"}))

	_, err = c.Do(t.Context(), "GetFolder", &request, nil)
	require.NoError(t, err)
	_, err = c.Do(t.Context(), "GetFolder", func() {}, nil)
	require.ErrorContains(t, err, "ews: GetFolder: request: ")
	var wrong struct {
		XMLName xml.Name `xml:"FindItemResponse"`
	}
	_, err = c.Do(t.Context(), "GetFolder", &request, &wrong)
	require.ErrorIs(t, err, ErrMessage)
}

func TestNewClient(t *testing.T) {
	for _, endpoint := range []string{"", "mail.example.com", "/EWS/Exchange.asmx", "ftp://mail.example.com/", "https://", "https:///x", "https://a:secret@mail.example.com/", "https://a:secret@%zz/", "https://mail.example.com/#x"} {
		_, err := NewClient(endpoint, nil)
		require.ErrorContains(t, err, "ews: endpoint: ", endpoint)
		require.NotContains(t, err.Error(), "secret")
	}
	_, err := NewClient("https://mail.example.com/", &ClientOptions{Impersonate: &ConnectingSID{SID: "a", SMTPAddress: "b"}})
	require.ErrorContains(t, err, "ews: ClientOptions: Impersonate: ConnectingSID")
	_, err = NewClient("https://mail.example.com/", &ClientOptions{MaxResponseBytes: -1})
	require.ErrorContains(t, err, "MaxResponseBytes")
	c, err := NewClient("https://mail.example.com/EWS/Exchange.asmx", nil)
	require.NoError(t, err)
	require.Equal(t, "https://mail.example.com/EWS/Exchange.asmx", c.Endpoint())
	require.Equal(t, 2*time.Minute, c.opts.HTTPClient.Timeout)
}

func TestRetryAfter(t *testing.T) {
	header := func(v string) http.Header { return http.Header{"Retry-After": {v}} }
	require.Equal(t, 90*time.Second, retryAfter(header(" 90 ")))
	require.Zero(t, retryAfter(header("-5")))
	require.Zero(t, retryAfter(header("soon")))
	require.Zero(t, retryAfter(header("99999999999999999999")))
	require.Zero(t, retryAfter(header("Mon, 02 Jan 2006 15:04:05 GMT")))
	d := retryAfter(header(time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)))
	require.Greater(t, d, 59*time.Minute)
	require.LessOrEqual(t, d, time.Hour)
	for _, v := range []string{"", "x", "-1", "9223372036854775807"} {
		_, ok := MessageXML{{Name: "BackOffMilliseconds", Value: v}}.backOff()
		require.False(t, ok, v)
	}
	_, ok := BackOff(io.EOF)
	require.False(t, ok)
	_, ok = DiagnosticsOf(io.EOF)
	require.False(t, ok)
}

func TestServerVersionInfo(t *testing.T) {
	for product, v := range map[string]ServerVersionInfo{
		"Exchange 2007":       {MajorVersion: 8, MinorVersion: 3},
		"Exchange 2010":       {MajorVersion: 14, MinorVersion: 3},
		"Exchange 2013":       {MajorVersion: 15},
		"Exchange 2016":       {MajorVersion: 15, MinorVersion: 1},
		"Exchange 2019 or SE": {MajorVersion: 15, MinorVersion: 2},
		"Exchange Online":     {MajorVersion: 15, MinorVersion: 20},
		"":                    {MajorVersion: 16},
	} {
		require.Equal(t, product, v.Product())
	}
	require.Equal(t, "15.1.1591.10", ServerVersionInfo{MajorVersion: 15, MinorVersion: 1, MajorBuildNumber: 1591, MinorBuildNumber: 10}.String())
}

func TestRequestLeavesNoTrailer(t *testing.T) {
	body, err := encodeRequest(Exchange2013_SP1, nil, newSubscribeRequest(push()))
	require.NoError(t, err)
	require.NotContains(t, string(bytes.TrimSpace(body)), "\n")
}
