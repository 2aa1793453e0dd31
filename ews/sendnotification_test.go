package ews

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// notification puts the children of a SendNotificationResponseMessage into an
// envelope that declares all namespaces under several prefixes.
func notification(message string) string {
	return envelope(`<m:SendNotification><m:ResponseMessages>` + message + `</m:ResponseMessages></m:SendNotification>`)
}

func envelope(body string) string {
	return `<s:Envelope xmlns:s="` + NamespaceEnvelope + `" xmlns:m="` + NamespaceMessages + `" xmlns:t="` + NamespaceTypes + `" xmlns:x="urn:x">` +
		"\n<s:Body>" + body + `</s:Body></s:Envelope>`
}

func withEvents(events string) string {
	return notification(`<m:SendNotificationResponseMessage><m:Notification><t:SubscriptionId>id</t:SubscriptionId>` + events +
		`</m:Notification></m:SendNotificationResponseMessage>`)
}

func TestParseSendNotificationTolerates(t *testing.T) {
	success := ResponseMessage{ResponseClass: ResponseClassSuccess, ResponseCode: NoError}
	tests := []struct {
		name, body string
		version    string
		want       []SendNotificationResponseMessage
	}{
		{
			name: "default namespaces, the other EWS namespace, space everywhere, unknown elements",
			body: `<Envelope xmlns="` + NamespaceEnvelope + `"> <Header><q:Security xmlns:q="urn:q" q:mustUnderstand="0"><q:x/></q:Security>
				<RequestServerVersion xmlns="` + NamespaceMessages + `" Version="Exchange2016"/></Header>
				<Body> <SendNotification xmlns="` + NamespaceTypes + `"> <Unknown><Deep>x</Deep></Unknown> <ResponseMessages>
				<SendNotificationResponseMessage ResponseClass=" Success "><ResponseCode> NoError
				</ResponseCode><Notification>
				<Extra/><SubscriptionId>
					id </SubscriptionId><MoreEvents> 1 </MoreEvents>
				<NewMailEvent><ItemId xmlns="` + NamespaceMessages + `" Id=" item " Other="x"/> <Unknown>x</Unknown> <TimeStamp> 2026-11-21T10:00:00+01:00 </TimeStamp><Watermark> w </Watermark></NewMailEvent>
				</Notification></SendNotificationResponseMessage></ResponseMessages></SendNotification></Body></Envelope>`,
			version: "Exchange2016",
			want: []SendNotificationResponseMessage{{ResponseMessage: success, Notification: &Notification{
				SubscriptionID: "id", MoreEvents: true,
				Events: []Event{{Type: NewMailEvent, Watermark: "w", TimeStamp: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), ItemID: &ItemID{ID: "item"}}},
			}}},
		},
		{
			name: "status event without children",
			body: withEvents(`<t:StatusEvent/>`),
			want: []SendNotificationResponseMessage{{ResponseMessage: success, Notification: &Notification{
				SubscriptionID: "id", Events: []Event{{Type: StatusEvent}},
			}}},
		},
		{
			name: "all kinds, in document order, one of them unknown",
			body: withEvents(`<t:DeletedEvent><t:FolderId Id="f"/></t:DeletedEvent>` +
				`<t:PostponedEvent><t:Watermark>p</t:Watermark><t:ItemId Id="i"/></t:PostponedEvent>` +
				`<x:ForeignEvent/><t:Event/>` +
				`<t:MovedEvent><t:ItemId Id="new"/><t:ParentFolderId Id="to"/><t:OldItemId Id="old" ChangeKey="k"/><t:OldParentFolderId Id="from"/></t:MovedEvent>` +
				`<t:CopiedEvent><t:FolderId Id="new"/><t:OldFolderId Id="old"/></t:CopiedEvent>` +
				`<t:ModifiedEvent><t:UnreadCount> -3 </t:UnreadCount><t:FolderId Id="f"/></t:ModifiedEvent>` +
				`<t:CreatedEvent><t:ItemId Id="i"/></t:CreatedEvent><t:FreeBusyChangedEvent><t:ItemId Id="i"/></t:FreeBusyChangedEvent>`),
			want: []SendNotificationResponseMessage{{ResponseMessage: success, Notification: &Notification{
				SubscriptionID: "id",
				Events: []Event{
					{Type: DeletedEvent, FolderID: &FolderID{ID: "f"}},
					{Type: "PostponedEvent", Watermark: "p", ItemID: &ItemID{ID: "i"}},
					{Type: MovedEvent, ItemID: &ItemID{ID: "new"}, ParentFolderID: &FolderID{ID: "to"}, OldItemID: &ItemID{ID: "old", ChangeKey: "k"}, OldParentFolderID: &FolderID{ID: "from"}},
					{Type: CopiedEvent, FolderID: &FolderID{ID: "new"}, OldFolderID: &FolderID{ID: "old"}},
					{Type: ModifiedEvent, UnreadCount: new(-3), FolderID: &FolderID{ID: "f"}},
					{Type: CreatedEvent, ItemID: &ItemID{ID: "i"}},
					{Type: FreeBusyChangedEvent, ItemID: &ItemID{ID: "i"}},
				},
			}}},
		},
		{
			name: "an error message without Notification, and a second message",
			body: notification(`<m:SendNotificationResponseMessage ResponseClass="Error"><m:MessageText>이벤트를 읽지 <![CDATA[못했]]>습니다.</m:MessageText>` +
				`<m:ResponseCode>ErrorReadEventsFailed</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>` +
				`<m:MessageXml><t:Value Name="SubscriptionId">abc</t:Value><x:Other>1 <x:y>2</x:y></x:Other></m:MessageXml></m:SendNotificationResponseMessage>` +
				`<m:SendNotificationResponseMessage><m:Notification><t:SubscriptionId>id</t:SubscriptionId></m:Notification></m:SendNotificationResponseMessage>`),
			want: []SendNotificationResponseMessage{
				{ResponseMessage: ResponseMessage{
					ResponseClass: ResponseClassError, MessageText: "이벤트를 읽지 못했습니다.", ResponseCode: ErrorReadEventsFailed,
					MessageXML: MessageXML{{Name: "SubscriptionId", Value: "abc"}, {Name: "Other", Value: "1 2"}},
				}},
				{ResponseMessage: success, Notification: &Notification{SubscriptionID: "id"}},
			},
		},
		{
			name: "neither class nor code nor Notification",
			body: notification(`<m:SendNotificationResponseMessage/>`),
			want: []SendNotificationResponseMessage{{ResponseMessage: ResponseMessage{ResponseClass: ResponseClassError}}},
		},
		{
			name: "a code without a class",
			body: notification(`<m:SendNotificationResponseMessage><m:ResponseCode>ErrorEventNotFound</m:ResponseCode></m:SendNotificationResponseMessage>`),
			want: []SendNotificationResponseMessage{{ResponseMessage: ResponseMessage{ResponseClass: ResponseClassError, ResponseCode: ErrorEventNotFound}}},
		},
		{
			name: "ServerVersionInfo in place of RequestServerVersion",
			body: strings.Replace(withEvents(`<t:StatusEvent><t:Watermark/></t:StatusEvent>`), "<s:Body>",
				`<s:Header><t:ServerVersionInfo MajorVersion="15" Version="V2017_07_11"/></s:Header><s:Body>`, 1),
			version: "V2017_07_11",
			want: []SendNotificationResponseMessage{{ResponseMessage: success, Notification: &Notification{
				SubscriptionID: "id", Events: []Event{{Type: StatusEvent}},
			}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := ParseSendNotification([]byte(tt.body), nil)
			require.NoError(t, err)
			require.Equal(t, &SendNotification{RequestServerVersion: tt.version, ResponseMessages: tt.want}, n)

			body, err := EncodeSendNotification(n)
			require.NoError(t, err)
			again, err := ParseSendNotification(body, nil)
			require.NoError(t, err)
			require.Equal(t, n, again)
		})
	}
}

func TestParseSendNotificationRefuses(t *testing.T) {
	const message = "Envelope/Body/SendNotification/ResponseMessages/SendNotificationResponseMessage"
	const item = `<t:CreatedEvent><t:ItemId Id="i"/></t:CreatedEvent>`
	tests := []struct {
		name, body string
		want       error
		at         string // the place, by what stands there
		path       string
		text       string
	}{
		{"another document", `<html><body/></html>`, ErrEnvelope, "<html", "html", `root element html in namespace ""`},
		{"SOAP 1.2", strings.ReplaceAll(withEvents(item), NamespaceEnvelope, "http://www.w3.org/2003/05/soap-envelope"), ErrEnvelope, "<s:Env", "Envelope", "2003/05"},
		{"namespaces as documentation misprints them", strings.ReplaceAll(withEvents(item), `"http:`, `"https:`), ErrEnvelope, "<s:Env", "Envelope", "https:"},
		{"no Body", `<Envelope xmlns="` + NamespaceEnvelope + `"><Header/></Envelope>`, ErrEnvelope, "<Env", "Envelope", "no Body"},
		{"empty Body", envelope(" "), ErrMessage, "<s:Env", "Envelope", "empty Body"},
		{"two bodies", strings.Replace(withEvents(item), "</s:Body>", "</s:Body><s:Body id='2'/>", 1), ErrEnvelope, "<s:Body id", "Envelope/Body", "second Body"},
		{"two messages in the Body", strings.Replace(withEvents(item), "</s:Body>", "<x:more/></s:Body>", 1), ErrMessage, "<x:more", "Envelope/Body/more", "second element"},
		{"another message", envelope(`<m:Subscribe/>`), ErrMessage, "<m:Subscribe", "Envelope/Body/Subscribe", "Subscribe in namespace"},
		{"no messages", envelope(`<m:SendNotification><m:ResponseMessages/></m:SendNotification>`), ErrMessage, "<m:SendNotification", "Envelope/Body/SendNotification", "no SendNotificationResponseMessage"},
		{"no SubscriptionId", strings.Replace(withEvents(item), "<t:SubscriptionId>id<", "<t:SubscriptionId> <", 1), ErrMessage, "<m:Notification", message + "/Notification", "no SubscriptionId"},
		{"two SubscriptionIds", withEvents(`<t:SubscriptionId >b</t:SubscriptionId>`), ErrMessage, "<t:SubscriptionId >", message + "/Notification/SubscriptionId", "second SubscriptionId"},
		{"two Notifications", strings.Replace(withEvents(item), "</m:Notification>", "</m:Notification><m:Notification />", 1), ErrMessage, "<m:Notification />", message + "/Notification", "second Notification"},
		{"MoreEvents", withEvents(`<t:MoreEvents>yes</t:MoreEvents>`), ErrMessage, "<t:MoreEvents", message + "/Notification/MoreEvents", `"yes" is no xs:boolean`},
		{"TimeStamp", withEvents(`<t:CreatedEvent><t:TimeStamp>yesterday</t:TimeStamp></t:CreatedEvent>`), ErrMessage, "<t:TimeStamp", message + "/Notification/CreatedEvent/TimeStamp", `"yesterday" is no xs:dateTime`},
		{"UnreadCount", withEvents(`<t:ModifiedEvent><t:UnreadCount>many</t:UnreadCount></t:ModifiedEvent>`), ErrMessage, "<t:UnreadCount", message + "/Notification/ModifiedEvent/UnreadCount", `"many" is no xs:int`},
		{"UnreadCount beyond xs:int", withEvents(`<t:ModifiedEvent><t:UnreadCount>4294967296</t:UnreadCount></t:ModifiedEvent>`), ErrMessage, "<t:UnreadCount", message + "/Notification/ModifiedEvent/UnreadCount", `no xs:int`},
		{"id without Id", withEvents(`<t:CreatedEvent><t:ItemId>x</t:ItemId></t:CreatedEvent>`), ErrMessage, "<t:ItemId", message + "/Notification/CreatedEvent/ItemId", "no attribute Id"},
		{"event about nothing", withEvents(`<t:CreatedEvent/>`), ErrMessage, "<t:CreatedEvent", message + "/Notification/CreatedEvent", "neither ItemId nor FolderId"},
		{"event about two things", withEvents(`<t:CreatedEvent><t:ItemId Id="i"/><t:FolderId Id="f"/></t:CreatedEvent>`), ErrMessage, "<t:CreatedEvent", message + "/Notification/CreatedEvent", "both ItemId and FolderId"},
		{"element in a text", withEvents(`<t:MoreEvents><x:y/></t:MoreEvents>`), ErrMessage, "<x:y", message + "/Notification/MoreEvents/y", "holds text only"},
		{"directive", "<!DOCTYPE x>" + withEvents(item), ErrDirective, "<!DOC", "", "directive"},
		{"a fault", envelope(`<s:Fault><faultcode>s:Client</faultcode><faultstring>No</faultstring></s:Fault>`), ErrMessage, "<s:Fault", "Envelope/Body/Fault", "SOAP fault Client: No"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseSendNotification([]byte(tt.body), nil)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.text)
			e, ok := errors.AsType[*DecodeError](err)
			require.True(t, ok)
			require.Equal(t, tt.path, e.Path)
			require.Equal(t, int64(strings.Index(tt.body, tt.at)), e.Offset)
		})
	}
}

func TestParseSendNotificationLimits(t *testing.T) {
	events := strings.Repeat(`<t:StatusEvent/>`, 3)
	body := []byte(notification(strings.Repeat(`<m:SendNotificationResponseMessage><m:Notification><t:SubscriptionId>id</t:SubscriptionId>`+events+
		`</m:Notification></m:SendNotificationResponseMessage>`, 2)))

	_, err := ParseSendNotification(body, &Limits{MaxEvents: 6, MaxDepth: 7})
	require.NoError(t, err)
	_, err = ParseSendNotification(body, &Limits{MaxEvents: 5})
	require.ErrorIs(t, err, ErrTooManyEvents, "all messages count together")
	_, err = ParseSendNotification(body, &Limits{MaxDepth: 6})
	require.ErrorIs(t, err, ErrTooDeep)
	_, err = ParseSendNotification(body, &Limits{MaxBytes: -1, MaxDepth: -1, MaxEvents: -1})
	require.NoError(t, err, "what is not positive stands for the default")
}

func TestEncodeSendNotificationRefuses(t *testing.T) {
	one := func(n Notification) *SendNotification {
		return &SendNotification{ResponseMessages: []SendNotificationResponseMessage{{Notification: &n}}}
	}
	event := func(e Event) *SendNotification { return one(Notification{SubscriptionID: "id", Events: []Event{e}}) }
	item := &ItemID{ID: "i"}
	for name, n := range map[string]*SendNotification{
		"no message":            {},
		"no SubscriptionId":     one(Notification{}),
		"no event type":         event(Event{ItemID: item}),
		"event type with space": event(Event{Type: "Created Event", ItemID: item}),
		"about nothing":         event(Event{Type: CreatedEvent}),
		"id without Id":         event(Event{Type: CreatedEvent, ItemID: &ItemID{}}),
		"year":                  event(Event{Type: CreatedEvent, ItemID: item, TimeStamp: time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC)}),
		"control character":     event(Event{Type: CreatedEvent, ItemID: &ItemID{ID: "a\x00b"}}),
		"not UTF-8":             event(Event{Type: CreatedEvent, ItemID: &ItemID{ID: "a\xff"}}),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := EncodeSendNotification(n)
			require.ErrorContains(t, err, "ews: ")
		})
	}
}

func TestEncodeSendNotificationEscapes(t *testing.T) {
	const hard = "a\tb<c>&\"'\n\rd]]>é🏢"
	n := &SendNotification{ResponseMessages: []SendNotificationResponseMessage{{
		ResponseMessage: ResponseMessage{
			ResponseClass: ResponseClassWarning, MessageText: hard, ResponseCode: "ErrorX", DescriptiveLinkKey: 7,
			MessageXML: MessageXML{{Name: hard, Value: hard}},
		},
		Notification: &Notification{SubscriptionID: hard, PreviousWatermark: hard, MoreEvents: true, Events: []Event{{
			Type: ModifiedEvent, Watermark: hard, TimeStamp: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC),
			FolderID: &FolderID{ID: hard, ChangeKey: hard}, UnreadCount: new(0),
		}}},
	}}}
	body, err := EncodeSendNotification(n)
	require.NoError(t, err)
	again, err := ParseSendNotification(body, nil)
	require.NoError(t, err)
	require.Equal(t, n, again)
}
