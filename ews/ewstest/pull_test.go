package ewstest_test

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

func pullRequest(watermark string) string {
	if watermark != "" {
		watermark = "<t:Watermark>" + watermark + "</t:Watermark>"
	}
	return `<m:Subscribe><m:PullSubscriptionRequest>` + calendar + types + watermark + `<t:Timeout>10</t:Timeout></m:PullSubscriptionRequest></m:Subscribe>`
}

func getEvents(id, mark string) string {
	return `<m:GetEvents><m:SubscriptionId>` + id + `</m:SubscriptionId><m:Watermark>` + mark + `</m:Watermark></m:GetEvents>`
}

func unsubscribeRequest(id string) string {
	return `<m:Unsubscribe><m:SubscriptionId>` + id + `</m:SubscriptionId></m:Unsubscribe>`
}

// pulled is the notification in a GetEvents response.
type pulled struct {
	SubscriptionID string `xml:"SubscriptionId"`
	Previous       string `xml:"PreviousWatermark"`
	More           bool   `xml:"MoreEvents"`
	Events         []struct {
		XMLName   xml.Name
		Watermark string `xml:"Watermark"`
	} `xml:",any"`
}

func pull(t *testing.T, s *ewstest.Server, id, mark string) pulled {
	t.Helper()
	a := do(t, s, envelope(room, getEvents(id, mark)))
	require.Equal(t, "NoError", a.code(), a.Raw)
	var n struct {
		Notification pulled `xml:"Notification"`
	}
	require.NoError(t, xml.Unmarshal([]byte(`<x xmlns:m="m" xmlns:t="t">`+a.Messages[0].Inner+`</x>`), &n))
	require.Equal(t, mark, n.Notification.Previous)
	require.Equal(t, id, n.Notification.SubscriptionID)
	return n.Notification
}

func TestPull(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{MaxEvents: 3}, func(t *testing.T, s *ewstest.Server, _ *listener) {
		m := s.Mailbox(room)
		a := do(t, s, envelope(room, pullRequest("")))
		require.Equal(t, "NoError", a.code(), a.Raw)
		id, mark := a.Messages[0].SubscriptionID, a.Messages[0].Watermark
		require.True(t, s.Subscriptions()[0].Pull)

		n := pull(t, s, id, mark)
		require.Len(t, n.Events, 1)
		require.Equal(t, "StatusEvent", n.Events[0].XMLName.Local)
		m.CreateItem()
		m.CreateItem()
		for range 2 { // asking again for the same gives the same
			n = pull(t, s, id, mark)
			require.Len(t, n.Events, 3)
			require.True(t, n.More)
		}
		n = pull(t, s, id, n.Events[2].Watermark)
		require.Len(t, n.Events, 1)
		require.False(t, n.More)

		require.Equal(t, string(ews.ErrorInvalidWatermark), do(t, s, envelope(room, getEvents(id, "AQ=="))).code())
		require.Equal(t, string(ews.ErrorSubscriptionNotFound), do(t, s, envelope(room, getEvents("x", mark))).code())
		m.MoveDatabase()
		require.Equal(t, string(ews.ErrorReadEventsFailed), do(t, s, envelope(room, getEvents(id, mark))).code())
		require.Equal(t, string(ews.ErrorSubscriptionNotFound), do(t, s, envelope(room, unsubscribeRequest(id))).code())

		a = do(t, s, envelope(room, pullRequest("")))
		id, mark = a.Messages[0].SubscriptionID, a.Messages[0].Watermark
		m.CreateItem()
		a = do(t, s, envelope(room, pullRequest(mark)))
		require.Len(t, pull(t, s, a.Messages[0].SubscriptionID, mark).Events, 2)
		require.Equal(t, "NoError", do(t, s, envelope(room, unsubscribeRequest(a.Messages[0].SubscriptionID))).code())
		require.Equal(t, "NoError", do(t, s, envelope(room, unsubscribeRequest(id))).code())
		require.Equal(t, string(ews.ErrorSubscriptionNotFound), do(t, s, envelope(room, unsubscribeRequest(id))).code())

		do(t, s, envelope(room, pullRequest("")))
		time.Sleep(9 * time.Minute)
		require.Len(t, s.Subscriptions(), 1)
		time.Sleep(2 * time.Minute)
		require.Empty(t, s.Subscriptions())
	})
}

func TestPushIsNotPull(t *testing.T) {
	t.Parallel()
	bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, _ *listener) {
		id, mark := subscribe(t, s, "10", "http://app.test/", "")
		require.Equal(t, string(ews.ErrorInvalidSubscription), do(t, s, envelope(room, unsubscribeRequest(id))).code())
		require.Equal(t, string(ews.ErrorInvalidSubscription), do(t, s, envelope(room, getEvents(id, mark))).code())
		require.Len(t, s.Subscriptions(), 1)
	})
}

func TestPullBelongsToItsOwner(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	s.AddAccount("a", "x", ewstest.Impersonate())
	s.AddAccount("b", "x", ewstest.Impersonate())
	as := func(name string) func(*http.Request) { return func(r *http.Request) { r.SetBasicAuth(name, "x") } }
	a := do(t, s, envelope(room, pullRequest("")), as("a"))
	id := a.Messages[0].SubscriptionID
	require.Equal(t, string(ews.ErrorSubscriptionAccessDenied), do(t, s, envelope(room, unsubscribeRequest(id)), as("b")).code())
	require.Equal(t, "NoError", do(t, s, envelope(room, unsubscribeRequest(id)), as("a")).code())
}

func TestOtherOperations(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	m := s.Mailbox(room)
	s.Mailbox("room2@example.com")
	folder, err := m.Folder(ews.FolderID{})
	require.NoError(t, err)
	item := m.CreateItem()
	getFolder := func(ids string) string {
		return `<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:FolderClass"/></t:AdditionalProperties></m:FolderShape><m:FolderIds>` + ids + `</m:FolderIds></m:GetFolder>`
	}
	resolve := func(entry string) string {
		return `<m:ResolveNames ReturnFullContactData="true"><m:UnresolvedEntry>` + entry + `</m:UnresolvedEntry></m:ResolveNames>`
	}
	convert := func(id, to string) string {
		return `<m:ConvertId DestinationFormat="` + to + `"><m:SourceIds><t:AlternateId Format="EwsId" Id="` + id + `" Mailbox="` + room + `"/></m:SourceIds></m:ConvertId>`
	}
	for name, c := range map[string]struct {
		body, code string
		contains   string
	}{
		"calendar":         {getFolder(`<t:DistinguishedFolderId Id="calendar"/>`), "NoError", `<t:CalendarFolder><t:FolderId Id="` + folder.ID + `"`},
		"by id":            {getFolder(`<t:FolderId Id="` + folder.ID + `"/>`), "NoError", "<t:DisplayName>Calendar</t:DisplayName><t:TotalCount>1</t:TotalCount><t:ChildFolderCount>0</t:ChildFolderCount>"},
		"root":             {getFolder(`<t:DistinguishedFolderId Id="root"/>`), "NoError", "<t:ChildFolderCount>3</t:ChildFolderCount>"},
		"contacts":         {getFolder(`<t:DistinguishedFolderId Id="contacts"/>`), "NoError", "<t:ContactsFolder>"},
		"tasks":            {getFolder(`<t:DistinguishedFolderId Id="tasks"/>`), "NoError", "<t:TasksFolder>"},
		"two, one missing": {getFolder(`<t:FolderId Id="x"/><t:DistinguishedFolderId Id="inbox"/>`), string(ews.ErrorFolderNotFound), "<t:DisplayName>Inbox</t:DisplayName>"},
		"resolve":          {resolve("room1"), "NoError", "<t:EmailAddress>" + room + "</t:EmailAddress>"},
		"resolve smtp":     {resolve("smtp:ROOM1@example.com"), "NoError", "<t:RoutingType>SMTP</t:RoutingType>"},
		"resolve several":  {resolve("room"), "ErrorNameResolutionMultipleResults", `ResponseClass="Warning"`},
		"resolve nobody":   {resolve("nobody"), "ErrorNameResolutionNoResults", `ResponseClass="Error"`},
		"same id":          {convert(item, "EwsId"), "NoError", `Id="` + item + `"`},
		"entry id":         {convert(item, "EntryId"), "NoError", `Format="EntryId"`},
		"hex entry id":     {convert(folder.ID, "HexEntryId"), "NoError", `Id="00000000`},
		"owa id":           {convert(item, "OwaId"), string(ews.ErrorInvalidIdMalformed), ""},
		"malformed id":     {convert("DUMMY", "EntryId"), string(ews.ErrorInvalidIdMalformed), ""},
	} {
		a := do(t, s, envelope(room, c.body))
		require.Equal(t, 200, a.Status, name)
		require.NotEmpty(t, a.Messages, name)
		require.Equal(t, c.code, a.Messages[0].Code, name)
		require.Contains(t, strings.ReplaceAll(a.Raw, "\n", ""), c.contains, name)
	}
}
