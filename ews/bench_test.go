package ews

import (
	"encoding/xml"
	"fmt"
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

func BenchmarkDecode(b *testing.B) {
	for _, events := range []int{2, 50, 1000} {
		body := withN(b, events)
		b.Run(fmt.Sprintf("events=%d/ours", events), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				n, err := ParseSendNotification(body, nil)
				if err != nil || len(n.ResponseMessages[0].Notification.Events) != events {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
		})
		b.Run(fmt.Sprintf("events=%d/encodingxml", events), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				var n stdNotification
				if err := xml.Unmarshal(body, &n); err != nil || len(n.Messages[0].Notification.Modified) != events {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
		})
	}
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
