package notify_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
)

// The packet that Exchange Online sent in 2020, header for header and byte for
// byte, through a real connection.
func TestRealPacket(t *testing.T) {
	body := sample(t, "rooms-2020-body.xml")
	require.Len(t, body, 2019)
	k := &keeper{}
	srv := httptest.NewUnstartedServer(nil)
	signer, err := notify.NewQuerySigner("http://"+srv.Listener.Addr().String()+"/Webservices/SyncNotification.svc?Default", secret(1))
	require.NoError(t, err)
	srv.Config.Handler = notify.NewHandler(signer, k, &notify.Options{RequireHeaders: true})
	srv.Start()
	defer srv.Close()

	url := signedURL(t, signer, room12)
	head := string(sample(t, "rooms-2020-headers.txt"))
	const target = "/Webservices/SyncNotification.svc?Default"
	require.Contains(t, head, "POST "+target+" HTTP/1.1\n")
	head = strings.Replace(head, target, strings.TrimPrefix(url, srv.URL), 1)
	head = strings.ReplaceAll(strings.TrimRight(head, "\n"), "\n", "\r\n") + "\r\n\r\n"

	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	answers := bufio.NewReader(conn)
	before := time.Now()
	for range 2 { // on one connection
		_, err = io.WriteString(conn, head+string(body))
		require.NoError(t, err)
		resp, err := http.ReadResponse(answers, nil)
		require.NoError(t, err)
		answer, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.Equal(t, "text/xml; charset=utf-8", resp.Header.Get("Content-Type"))
		require.Equal(t, int64(len(answer)), resp.ContentLength)
		require.Empty(t, resp.TransferEncoding)
		require.False(t, resp.Close)
		status, err := ews.ParseSendNotificationResult(answer, nil)
		require.NoError(t, err)
		require.Equal(t, ews.StatusOK, status)
	}

	require.Empty(t, k.undecodable())
	got := k.got()
	require.Len(t, got, 2)
	for _, d := range got {
		require.Equal(t, room12, d.Address)
		require.Equal(t, body, d.Body)
		require.Equal(t, "Default", d.RawQuery)
		require.WithinRange(t, d.ReceivedAt, before, time.Now())
		want, err := ews.ParseSendNotification(body, nil)
		require.NoError(t, err)
		require.Equal(t, want.ResponseMessages, d.Messages)
		require.Len(t, d.Messages, 1)
		n := d.Messages[0].Notification
		require.Len(t, n.Events, 2)
		require.Equal(t, ews.ModifiedEvent, n.Events[0].Type)
		require.NotNil(t, n.Events[0].ItemID)
		require.NotNil(t, n.Events[1].FolderID)
	}
}

// The same packet as a vendor published it, damaged: nothing of it is lost.
func TestDamagedPacket(t *testing.T) {
	body := sample(t, "rooms-2020-body-as-published.xml")
	signer := newSigner(t, secret(1))
	k := &keeper{}
	post := func(rcv notify.Receiver) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, signedURL(t, signer, room12)+"?Default", bytes.NewReader(body))
		notify.NewHandler(signer, rcv, &notify.Options{Logger: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
		return w
	}
	w := post(k)
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, resultBody(t, ews.StatusOK), w.Body.String())
	require.Empty(t, k.got())
	require.Len(t, k.undecodable(), 1)
	u := k.undecodable()[0]
	require.Equal(t, room12, u.Address)
	require.Equal(t, body, u.Body)
	require.Equal(t, "Default", u.RawQuery)
	require.False(t, u.ReceivedAt.IsZero())
	var e *ews.DecodeError
	require.ErrorAs(t, u.Err, &e)
	require.Positive(t, e.Offset)

	require.Equal(t, http.StatusBadRequest, post(&k.recorder).Code)
	require.Empty(t, k.got())
}

// However much of a packet is missing at its end, it is neither acknowledged
// nor handed to anybody: the repetition may be whole.
func TestTruncatedPacket(t *testing.T) {
	packet := sample(t, "rooms-2020-body.xml")
	foreign, err := ews.EncodeSendNotification(&ews.SendNotification{ResponseMessages: []ews.SendNotificationResponseMessage{{
		ResponseMessage: ews.ResponseMessage{ResponseClass: ews.ResponseClassError, ResponseCode: ews.ErrorReadEventsFailed, MessageText: "Größe: 알림을 읽지 못했습니다 🏔"},
	}}})
	require.NoError(t, err)
	signer := newSigner(t, secret(1))
	url := signedURL(t, signer, room12)
	for name, body := range map[string][]byte{
		"real":                      packet,
		"foreign, UTF-8 BOM":        append([]byte("\xEF\xBB\xBF"), foreign...),
		"foreign, UTF-16LE BOM":     append([]byte("\xFF\xFE"), utf16Bytes(foreign, binary.LittleEndian)...),
		"foreign, UTF-16BE BOM":     append([]byte("\xFE\xFF"), utf16Bytes(foreign, binary.BigEndian)...),
		"foreign, UTF-16LE, no BOM": utf16Bytes(foreign, binary.LittleEndian),
		"foreign, UTF-16BE, no BOM": utf16Bytes(foreign, binary.BigEndian),
	} {
		t.Run(name, func(t *testing.T) {
			k := &keeper{}
			h := notify.NewHandler(signer, k, &notify.Options{Logger: slog.New(slog.DiscardHandler)})
			for n := range len(body) + 1 {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body[:n])))
				if n == len(body) {
					require.Equal(t, http.StatusOK, w.Code)
					require.Len(t, k.got(), 1)
					continue
				}
				require.Equal(t, http.StatusBadRequest, w.Code, "%d of %d bytes", n, len(body))
				require.Empty(t, k.got())
				require.Empty(t, k.undecodable(), "%d of %d bytes", n, len(body))
			}
		})
	}
}

// utf16Bytes returns a document in UTF-16, without a byte order mark.
func utf16Bytes(doc []byte, order binary.AppendByteOrder) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(strings.Replace(string(doc), `encoding="utf-8"`, `encoding="utf-16"`, 1))) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func TestHTTP2(t *testing.T) {
	body := sample(t, "rooms-2020-body.xml")
	rec := &recorder{}
	signer := newSigner(t, secret(1))
	srv := httptest.NewUnstartedServer(notify.NewHandler(signer, rec, nil))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	url := srv.URL + strings.TrimPrefix(signedURL(t, signer, room12), "https://hooks.example.com")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	require.NoError(t, err)
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	require.Equal(t, 2, resp.ProtoMajor)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Len(t, rec.got(), 1)
}
