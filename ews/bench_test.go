package ews

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stdNotification is the least that encoding/xml needs to decode what
// ParseSendNotification does. It loses the order of the events and checks
// nothing.
type stdNotification struct {
	XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
	Version struct {
		Version string `xml:"Version,attr"`
	} `xml:"Header>RequestServerVersion"`
	Messages []struct {
		ResponseClass string `xml:"ResponseClass,attr"`
		ResponseCode  string `xml:"ResponseCode"`
		Notification  struct {
			SubscriptionID    string     `xml:"SubscriptionId"`
			PreviousWatermark string     `xml:"PreviousWatermark"`
			MoreEvents        bool       `xml:"MoreEvents"`
			Created           []stdEvent `xml:"CreatedEvent"`
			Modified          []stdEvent `xml:"ModifiedEvent"`
			Moved             []stdEvent `xml:"MovedEvent"`
			Status            []stdEvent `xml:"StatusEvent"`
		} `xml:"Notification"`
	} `xml:"Body>SendNotification>ResponseMessages>SendNotificationResponseMessage"`
}

type stdEvent struct {
	Watermark         string    `xml:"Watermark"`
	TimeStamp         time.Time `xml:"TimeStamp"`
	ItemID            *stdID    `xml:"ItemId"`
	FolderID          *stdID    `xml:"FolderId"`
	ParentFolderID    *stdID    `xml:"ParentFolderId"`
	OldItemID         *stdID    `xml:"OldItemId"`
	OldFolderID       *stdID    `xml:"OldFolderId"`
	OldParentFolderID *stdID    `xml:"OldParentFolderId"`
	UnreadCount       *int      `xml:"UnreadCount"`
}

type stdID struct {
	ID        string `xml:"Id,attr"`
	ChangeKey string `xml:"ChangeKey,attr"`
}

// withN returns a notification with that many events, all like the real ones.
func withN(t testing.TB, events int) []byte {
	t.Helper()
	n, err := ParseSendNotification(sample(t, "rooms-2020-body.xml"), nil)
	require.NoError(t, err)
	notification := n.ResponseMessages[0].Notification
	two := notification.Events
	notification.Events = nil
	for i := range events {
		notification.Events = append(notification.Events, two[i%2])
	}
	body, err := EncodeSendNotification(n)
	require.NoError(t, err)
	return body
}

// hop goes from each < to the next >: what finding the tags costs, and nothing
// else. It is the floor of every decoder.
func hop(doc string) int {
	tags := 0
	for {
		i := strings.IndexByte(doc, '<')
		if i < 0 {
			return tags
		}
		doc = doc[i:]
		if i = strings.IndexByte(doc, '>'); i < 0 {
			return tags
		}
		doc = doc[i:]
		tags++
	}
}

// BenchmarkDecode compares, for the notification that Exchange sent and for
// longer ones like it: what ParseSendNotification does, and a
// SendNotificationDecoder that is used again and again; encoding/xml as one
// uses it; and the floor.
func BenchmarkDecode(b *testing.B) {
	for _, events := range []int{2, 50, 1000} {
		body := withN(b, events)
		text := string(body)
		for _, way := range []struct {
			name   string
			decode func(d *SendNotificationDecoder) int
		}{
			{"owned", func(*SendNotificationDecoder) int {
				n, err := ParseSendNotification(body, nil)
				if err != nil {
					b.Fatal(err)
				}
				return len(n.ResponseMessages[0].Notification.Events)
			}},
			{"pooled", func(d *SendNotificationDecoder) int {
				n, err := d.Decode(text)
				if err != nil {
					b.Fatal(err)
				}
				return len(n.ResponseMessages[0].Notification.Events)
			}},
			{"encodingxml", func(*SendNotificationDecoder) int {
				var n stdNotification
				if err := xml.Unmarshal(body, &n); err != nil {
					b.Fatal(err)
				}
				return len(n.Messages[0].Notification.Modified)
			}},
			{"floor", func(*SendNotificationDecoder) int {
				if hop(text) < events {
					b.Fatal("no tags")
				}
				return events
			}},
		} {
			b.Run(fmt.Sprintf("events=%d/%s", events, way.name), func(b *testing.B) {
				d := NewSendNotificationDecoder(nil)
				b.SetBytes(int64(len(body)))
				b.ReportAllocs()
				for b.Loop() {
					if n := way.decode(d); n != events {
						b.Fatalf("%d events", n)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
			})
		}
	}
}

// BenchmarkDecodeUnusual is about bodies that are written in other ways than
// Exchange's.
func BenchmarkDecodeUnusual(b *testing.B) {
	usual := string(withN(b, 2))
	for _, way := range []struct{ name, body string }{
		{"prefix", strings.ReplaceAll(usual, "soap11", "s")},
		{"lines", strings.ReplaceAll(usual, "><", ">\n<")},
		{"default", defaultNamespaces(usual)},
	} {
		b.Run(way.name+"/owned", func(b *testing.B) {
			body := []byte(way.body)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseSendNotification(body, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(way.name+"/pooled", func(b *testing.B) {
			d := NewSendNotificationDecoder(nil)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Decode(way.body); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(way.name+"/encodingxml", func(b *testing.B) {
			body := []byte(way.body)
			b.ReportAllocs()
			for b.Loop() {
				var n stdNotification
				if err := xml.Unmarshal(body, &n); err != nil || len(n.Messages[0].Notification.Modified) != 2 {
					b.Fatal(err)
				}
			}
		})
	}
}

// defaultNamespaces writes a notification with default namespaces instead of
// the prefixes m and t.
func defaultNamespaces(body string) string {
	body = strings.Replace(body, "<t:RequestServerVersion", `<RequestServerVersion xmlns="`+NamespaceTypes+`"`, 1)
	body = strings.Replace(body, "<m:SendNotification", `<SendNotification xmlns="`+NamespaceMessages+`"`, 1)
	return strings.NewReplacer("<t:", "<", "</t:", "</", "<m:", "<", "</m:", "</").Replace(body)
}

func BenchmarkEncode(b *testing.B) {
	n, err := ParseSendNotification(withN(b, 50), nil)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := EncodeSendNotification(n); err != nil {
			b.Fatal(err)
		}
	}
}
