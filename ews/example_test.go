package ews_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// exchange answers every request with the body that it is given.
func exchange(status int, body string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
			xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
			xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>`+body+`</s:Body></s:Envelope>`)
	}))
}

func ExampleParseSendNotification() {
	body := []byte(`<?xml version="1.0" encoding="utf-8"?>
<soap11:Envelope xmlns:soap11="http://schemas.xmlsoap.org/soap/envelope/"><soap11:Body>
<m:SendNotification xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"
 xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:ResponseMessages>
<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Notification>
<t:SubscriptionId>sub1</t:SubscriptionId><t:PreviousWatermark>w1</t:PreviousWatermark><t:MoreEvents>false</t:MoreEvents>
<t:CreatedEvent><t:Watermark>w2</t:Watermark><t:TimeStamp>2026-11-21T09:30:00Z</t:TimeStamp>
<t:ItemId Id="item1" ChangeKey="DwAAAA=="/><t:ParentFolderId Id="calendar"/></t:CreatedEvent>
</m:Notification></m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification>
</soap11:Body></soap11:Envelope>`)
	n, err := ews.ParseSendNotification(body, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range n.ResponseMessages {
		for _, e := range m.Notification.Events {
			fmt.Println(e.Type, e.ItemID.ID, e.TimeStamp)
		}
	}
	// Output: CreatedEvent item1 2026-11-21 09:30:00 +0000 UTC
}

func ExampleSendNotificationDecoder() {
	heartbeat := func(watermark string) string {
		return `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>
<SendNotification xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><ResponseMessages>
<SendNotificationResponseMessage ResponseClass="Success"><Notification><SubscriptionId>sub1</SubscriptionId>
<StatusEvent><Watermark>` + watermark + `</Watermark></StatusEvent></Notification></SendNotificationResponseMessage>
</ResponseMessages></SendNotification></Body></Envelope>`
	}
	d := ews.NewSendNotificationDecoder(nil)
	var last string
	for _, watermark := range []string{"w1", "w2"} {
		n, err := d.Decode(heartbeat(watermark)) // valid until the next call
		if err != nil {
			fmt.Println(err)
			return
		}
		last = n.ResponseMessages[0].Notification.Watermark() // a string, valid for ever
		fmt.Println(n.ResponseMessages[0].Notification.IsStatus(), last)
	}
	// Output:
	// true w1
	// true w2
}

func ExampleDecodeError() {
	_, err := ews.ParseSendNotification([]byte("<Envelope>\n  <Body>\n"), nil)
	if e, ok := errors.AsType[*ews.DecodeError](err); ok {
		fmt.Println(e)
		fmt.Println("cut short:", errors.Is(err, io.ErrUnexpectedEOF))
	}
	// Output:
	// ews: line 1, column 1 (offset 0), in Envelope: not a SOAP 1.1 envelope: root element Envelope in namespace ""
	// cut short: false
}

func ExampleEncodeSendNotificationResult() {
	answer, err := ews.EncodeSendNotificationResult(ews.StatusOK)
	if err != nil {
		fmt.Println(err)
		return
	}
	status, err := ews.ParseSendNotificationResult(answer, nil)
	fmt.Println(status, err)
	// Output: OK <nil>
}

func ExampleClient_Subscribe() {
	server := exchange(http.StatusOK, `<m:SubscribeResponse><m:ResponseMessages><m:SubscribeResponseMessage ResponseClass="Success">
		<m:ResponseCode>NoError</m:ResponseCode><m:SubscriptionId>sub1</m:SubscriptionId><m:Watermark>w1</m:Watermark>
		</m:SubscribeResponseMessage></m:ResponseMessages></m:SubscribeResponse>`)
	defer server.Close()

	client, err := ews.NewClient(server.URL, &ews.ClientOptions{
		HTTPClient: &http.Client{
			Timeout:   time.Minute,
			Transport: &ews.BasicTransport{Username: `EXAMPLE\rooms`, Password: "…"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	room := client.As(ews.ConnectingSID{SMTPAddress: "room12@example.com"})
	ctx := context.Background()
	sub, err := room.Subscribe(ctx, &ews.PushSubscriptionRequest{
		FolderIDs:       []ews.FolderID{{DistinguishedID: ews.CalendarFolder}},
		EventTypes:      []ews.EventType{ews.CreatedEvent, ews.ModifiedEvent, ews.MovedEvent, ews.DeletedEvent},
		StatusFrequency: 10 * time.Minute,
		URL:             "https://hooks.example.com/ews/unguessable",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sub.SubscriptionID, sub.Watermark)
	// Output: sub1 w1
}

func ExampleBackOff() {
	server := exchange(http.StatusInternalServerError, `<s:Fault><faultcode>t:ErrorServerBusy</faultcode><faultstring>Busy.</faultstring><detail>
		<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">ErrorServerBusy</e:ResponseCode>
		<t:MessageXml><t:Value Name="BackOffMilliseconds">90000</t:Value></t:MessageXml></detail></s:Fault>`)
	defer server.Close()
	client, err := ews.NewClient(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseIdleConnections()
	err = client.Unsubscribe(context.Background(), "sub1")
	fmt.Println(errors.Is(err, ews.ErrorServerBusy))
	fmt.Println(ews.BackOff(err))
	// Output:
	// true
	// 1m30s true
}

// An operation that this package does not know.
func ExampleClient_Do() {
	server := exchange(http.StatusOK, `<m:ResolveNamesResponse><m:ResponseMessages>
		<m:ResolveNamesResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:ResolutionSet><t:Resolution>
		<t:Mailbox><t:Name>Room 12</t:Name><t:EmailAddress>room12@example.com</t:EmailAddress></t:Mailbox></t:Resolution></m:ResolutionSet>
		</m:ResolveNamesResponseMessage></m:ResponseMessages></m:ResolveNamesResponse>`)
	defer server.Close()

	type resolveNames struct {
		XMLName xml.Name `xml:"m:ResolveNames"`
		Full    bool     `xml:"ReturnFullContactData,attr"`
		Entry   string   `xml:"m:UnresolvedEntry"`
	}
	var response struct {
		Messages []struct {
			ews.ResponseMessage
			Addresses []string `xml:"ResolutionSet>Resolution>Mailbox>EmailAddress"`
		} `xml:"ResponseMessages>ResolveNamesResponseMessage"`
	}

	client, err := ews.NewClient(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseIdleConnections()
	reply, err := client.Do(context.Background(), "ResolveNames", resolveNames{Entry: "room 12"}, &response)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range response.Messages {
		m := &response.Messages[i]
		if err := reply.Check(&m.ResponseMessage); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(m.Addresses)
	}
	// Output: [room12@example.com]
}
