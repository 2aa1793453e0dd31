package ewstest_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

const (
	room     = "room1@example.com"
	calendar = `<t:FolderIds><t:DistinguishedFolderId Id="calendar"/></t:FolderIds>`
	types    = `<t:EventTypes><t:EventType>CreatedEvent</t:EventType><t:EventType>ModifiedEvent</t:EventType>` +
		`<t:EventType>MovedEvent</t:EventType><t:EventType>DeletedEvent</t:EventType><t:EventType>CopiedEvent</t:EventType></t:EventTypes>`
)

// envelope returns a request in the name of a mailbox.
func envelope(mailbox, body string) string {
	header := `<t:RequestServerVersion Version="Exchange2013_SP1"/>`
	if mailbox != "" {
		header += `<t:ExchangeImpersonation><t:ConnectingSID><t:SmtpAddress>` + mailbox + `</t:SmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
	}
	return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">` +
		`<soap:Header>` + header + `</soap:Header><soap:Body>` + body + `</soap:Body></soap:Envelope>`
}

// pushRequest returns a Subscribe for the calendar.
func pushRequest(minutes, url, watermark string) string {
	mark := ""
	if watermark != "" {
		mark = "<t:Watermark>" + watermark + "</t:Watermark>"
	}
	return `<m:Subscribe><m:PushSubscriptionRequest>` + calendar + types + mark +
		`<t:StatusFrequency>` + minutes + `</t:StatusFrequency><t:URL>` + url + `</t:URL></m:PushSubscriptionRequest></m:Subscribe>`
}

// answer is what a response says, read without any code of ours.
type answer struct {
	Status  int         `xml:"-"`
	Header  http.Header `xml:"-"`
	Version struct {
		Major   int    `xml:"MajorVersion,attr"`
		Minor   int    `xml:"MinorVersion,attr"`
		Version string `xml:"Version,attr"`
	} `xml:"Header>ServerVersionInfo"`
	Messages []struct {
		Class          string `xml:"ResponseClass,attr"`
		Code           string `xml:"ResponseCode"`
		Text           string `xml:"MessageText"`
		SubscriptionID string `xml:"SubscriptionId"`
		Watermark      string `xml:"Watermark"`
		Inner          string `xml:",innerxml"`
	} `xml:"Body>SubscribeResponse>ResponseMessages>SubscribeResponseMessage"`
	Fault struct {
		FaultCode string `xml:"faultcode"`
		Code      string `xml:"detail>ResponseCode"`
		Message   string `xml:"detail>Message"`
		Line      int    `xml:"detail>MessageXml>LineNumber"`
		Position  int    `xml:"detail>MessageXml>LinePosition"`
		Violation string `xml:"detail>MessageXml>Violation"`
		BackOff   string `xml:"detail>MessageXml>Value"`
		FaultText string `xml:"faultstring"`
	} `xml:"Body>Fault"`
	Raw string `xml:"-"`
}

// code returns the response code, of a message or of a fault.
func (a *answer) code() string {
	if a.Fault.Code != "" {
		return a.Fault.Code
	}
	if len(a.Messages) > 0 {
		return a.Messages[0].Code
	}
	return a.Raw
}

// call posts a request; the error is that of the transport.
func call(t *testing.T, s *ewstest.Server, body string, edit ...func(*http.Request)) (*answer, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL(), strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	for _, f := range edit {
		f(req)
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { require.NoError(t, resp.Body.Close()) }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	// The messages of all operations look alike.
	name := regexpOperation.ReplaceAllString(string(raw), "${1}Subscribe$3")
	a := &answer{Status: resp.StatusCode, Header: resp.Header, Raw: string(raw)}
	if len(raw) > 0 {
		require.NoError(t, xml.Unmarshal([]byte(name), a), "%s", raw)
	}
	return a, nil
}

// do is call where the transport must not fail.
func do(t *testing.T, s *ewstest.Server, body string, edit ...func(*http.Request)) *answer {
	t.Helper()
	a, err := call(t, s, body, edit...)
	require.NoError(t, err)
	return a
}

// subscribe makes a push subscription for the calendar of the room.
func subscribe(t *testing.T, s *ewstest.Server, minutes, url, watermark string) (id, mark string) {
	t.Helper()
	a := do(t, s, envelope(room, pushRequest(minutes, url, watermark)))
	require.Equal(t, "NoError", a.code(), a.Raw)
	return a.Messages[0].SubscriptionID, a.Messages[0].Watermark
}

// got is a notification that a listener received.
type got struct {
	ews.SendNotificationResponseMessage
	Version string
	At      time.Time
	Body    string
	Header  http.Header `xml:"-"`
}

// listener collects notifications and answers as it is told.
type listener struct {
	t     *testing.T
	mu    sync.Mutex
	all   []got
	calls []time.Time                              // also of what was not accepted
	reply func(http.ResponseWriter, *http.Request) // nil for OK
	ch    chan got
}

func newListener(t *testing.T) *listener {
	t.Helper()
	return &listener{t: t, ch: make(chan got, 1000)}
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the server has gone
	}
	l.mu.Lock()
	l.calls = append(l.calls, time.Now())
	reply := l.reply
	l.mu.Unlock()
	if reply != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		reply(w, r)
		return
	}
	n, err := ews.ParseSendNotification(body, nil)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	g := got{n.ResponseMessages[0], n.RequestServerVersion, time.Now(), string(body), r.Header}
	l.mu.Lock()
	l.all = append(l.all, g)
	l.mu.Unlock()
	l.answer(w, ews.StatusOK)
	l.ch <- g
}

func (l *listener) answer(w http.ResponseWriter, status ews.SubscriptionStatus) {
	out, err := ews.EncodeSendNotificationResult(status)
	if err != nil {
		l.t.Error(err)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if _, err := io.Copy(w, bytes.NewReader(out)); err != nil {
		return // the server has gone
	}
}

func (l *listener) answers(f func(http.ResponseWriter, *http.Request)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reply = f
}

// next waits for the next notification.
func (l *listener) next() got {
	l.t.Helper()
	select {
	case g := <-l.ch:
		return g
	case <-time.After(48 * time.Hour): // a bubble's time; on loopback the test's own limit comes first
		l.t.Fatal("no notification")
		return got{}
	}
}

// times returns when the calls came, since the first one.
func (l *listener) times() []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var d []time.Duration
	for _, c := range l.calls {
		d = append(d, c.Sub(l.calls[0]))
	}
	return d
}
