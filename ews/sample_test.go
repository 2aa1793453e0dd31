package ews

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sample returns a file of the repository's testdata.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "testdata", name))
	require.NoError(t, err)
	return body
}

func TestSample(t *testing.T) {
	const (
		mailbox  = "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQ"
		calendar = mailbox + "AuAAADdiwJfgoT4UeFDoYZ5kbJFQEAbsZeBEfd1Eyd3oyV64JNiAAAAgENAAAA"
		top      = mailbox + "AuAAADdiwJfgoT4UeFDoYZ5kbJFQEAbsZeBEfd1Eyd3oyV64JNiAAAAgEIAAAA"
		item     = mailbox + "BGAAADdiwJfgoT4UeFDoYZ5kbJFQcAbsZeBEfd1Eyd3oyV64JNiAAAAgENAAAAbsZeBEfd1Eyd3oyV64JNiAACUQqtogAAAA=="
	)
	at := time.Date(2020, time.December, 3, 11, 3, 50, 0, time.UTC)

	body := sample(t, "rooms-2020-body.xml")
	require.Len(t, body, 2019)
	n, err := ParseSendNotification(body, nil)
	require.NoError(t, err)
	require.Equal(t, &SendNotification{
		RequestServerVersion: "Exchange2010",
		ResponseMessages: []SendNotificationResponseMessage{{
			ResponseMessage: ResponseMessage{ResponseClass: ResponseClassSuccess, ResponseCode: NoError},
			Notification: &Notification{
				SubscriptionID:    "LABkYjhwcjAxbWI2NDg1LmV1cnByZDAxLnByb2QuZXhjaGFuZ2VsYWJzLmNvbRAAAADELVfykPBZQp7Q8IIUrUfmCKn7JnqX2AgQAAAAWTlI8+A2EEqLQp01E8Pw2Q==",
				PreviousWatermark: "AQAAAExY/dNdjDVKjtBVHKR5IOurFukhAAAAAAE=",
				Events: []Event{
					{
						Type:           ModifiedEvent,
						Watermark:      "AQAAAExY/dNdjDVKjtBVHKR5IOsoIukhAAAAAAE=",
						TimeStamp:      at,
						ItemID:         &ItemID{ID: item, ChangeKey: "DwAAAA=="},
						ParentFolderID: &FolderID{ID: calendar, ChangeKey: "AQAAAA=="},
					},
					{
						Type:           ModifiedEvent,
						Watermark:      "AQAAAExY/dNdjDVKjtBVHKR5IOstIukhAAAAAAE=",
						TimeStamp:      at,
						FolderID:       &FolderID{ID: calendar, ChangeKey: "AgAAAA=="},
						ParentFolderID: &FolderID{ID: top, ChangeKey: "AQAAAA=="},
					},
				},
			},
		}},
	}, n)
	require.Equal(t, "AQAAAExY/dNdjDVKjtBVHKR5IOstIukhAAAAAAE=", n.ResponseMessages[0].Notification.Watermark())
	require.False(t, n.ResponseMessages[0].Notification.IsStatus())

	again, err := EncodeSendNotification(n)
	require.NoError(t, err)
	require.Equal(t, string(body), string(again), "what we write is what Exchange wrote, byte for byte")
}

func TestSampleAsPublished(t *testing.T) {
	body := sample(t, "rooms-2020-body-as-published.xml")
	_, err := ParseSendNotification(body, nil)
	require.NotErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, err, ErrMessage)
	e, ok := errors.AsType[*DecodeError](err)
	require.True(t, ok)
	second := bytes.LastIndex(body, []byte("<t:SubscriptionId>"))
	require.Equal(t, int64(second), e.Offset)
	require.Equal(t, 1, e.Line)
	require.Equal(t, second+1, e.Column)
	require.Equal(t, "Envelope/Body/SendNotification/ResponseMessages/SendNotificationResponseMessage/Notification/SubscriptionId/SubscriptionId", e.Path)
	require.Contains(t, err.Error(), "line 1, column 785 (offset 784)")
}

// A body can be cut off anywhere, in any encoding, and is always told from one
// that is damaged.
func TestSampleCutShort(t *testing.T) {
	const declaration = `<?xml version="1.0" encoding="utf-8"?>`
	body := sample(t, "rooms-2020-body.xml")
	short := []byte(declaration + notification(`<m:SendNotificationResponseMessage><m:MessageText>Störung: 메일 &amp; 🏢</m:MessageText>`+
		`<m:ResponseCode>ErrorX</m:ResponseCode><!-- 🏢 --><m:MessageXml><t:Value Name="ä"><![CDATA[&]]></t:Value></m:MessageXml></m:SendNotificationResponseMessage>`))
	for name, whole := range map[string][]byte{
		"as sent":                body,
		"UTF-8":                  short,
		"UTF-8, byte order mark": append([]byte("\xEF\xBB\xBF"), short...),
		"UTF-16LE":               utf16(t, "utf-16le", short),
		"UTF-16BE":               utf16(t, "utf-16be", short),
		"UTF-16LE, no mark":      utf16(t, "utf-16le", short)[2:],
		"UTF-16BE, no mark":      utf16(t, "utf-16be", short)[2:],
		"windows-1252":           bytes.Replace(bytes.Replace(body, []byte("utf-8"), []byte("windows-1252"), 1), []byte("NoError"), []byte("NoError<!--\xe4-->"), 1),
		"Shift_JIS":              bytes.Replace(bytes.Replace(body, []byte("utf-8"), []byte("shift_jis"), 1), []byte("NoError"), []byte("NoError<!--\x89\xef-->"), 1),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseSendNotification(whole, nil)
			require.NoError(t, err)
			for i := range whole {
				_, err := ParseSendNotification(whole[:i], nil)
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("after %d bytes: %v", i, err)
				}
				if _, ok := errors.AsType[*DecodeError](err); !ok {
					t.Fatalf("after %d bytes: %T", i, err)
				}
			}
		})
	}
}
