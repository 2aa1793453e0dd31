package ewstest_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// TestItemRights: who may see, who may change, and who sees what is private.
func TestItemRights(t *testing.T) {
	t.Parallel()
	s, _, _, r := office(t)
	_, err := r.Book(ewstest.Appointment{Subject: "Doctor", Location: "L", Start: at(7, 9, 0), End: at(7, 10, 0), Sensitivity: ews.SensitivityPrivate, Required: []string{anna}})
	require.NoError(t, err)
	item := one(t, january(r)).ItemID
	s.AddAccount("reader", "x", ewstest.Delegate(room), ewstest.Own("bob@example.com"))
	s.AddAccount("editor", "x", ewstest.Edit(room), ewstest.ViewPrivate(room))
	s.AddAccount("service", "x", ewstest.Impersonate(room))
	s.AddAccount("nobody", "x")

	as := func(who, body string) *node {
		mailbox := ""
		if who == "service" {
			mailbox = room
		}
		body = strings.ReplaceAll(envelope(mailbox, body), calendarFolder, `<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>`+room+`</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`)
		return &parseMessages(t, do(t, s, body, func(req *http.Request) { req.SetBasicAuth(who, "x") }))[0]
	}
	shape := shapeOf("AllProperties")
	for who, c := range map[string]struct {
		subject      string
		create, edit ews.ResponseCode
	}{
		"reader":  {"Private Appointment", "ErrorCreateItemAccessDenied", ews.ErrorAccessDenied},
		"editor":  {"Doctor", ews.NoError, ews.NoError},
		"service": {"Doctor", ews.NoError, ews.NoError},
		"nobody":  {"", ews.ErrorAccessDenied, ews.ErrorAccessDenied},
	} {
		for name, m := range map[string]*node{
			"GetItem":         as(who, getItem(shape, itemID(item.ID))).get("Items", "CalendarItem"),
			"FindItem":        as(who, calendarView(shape, "2030-01-07T00:00:00Z", "2030-01-08T00:00:00Z", "")).get("RootFolder", "Items", "CalendarItem"),
			"SyncFolderItems": as(who, syncItems(shape, "", "9")).get("Changes").with(item.ID),
		} {
			require.Equal(t, c.subject, m.get("Subject").Text, "%s of %s", name, who)
			hidden := c.subject != "Doctor"
			require.Equal(t, hidden, m.get("Location").Text == "", "%s of %s", name, who)
			require.Equal(t, hidden, m.get("Organizer").Nodes == nil, "%s of %s", name, who)
			require.NotContains(t, m.names(), map[bool]string{true: "RequiredAttendees"}[hidden])
			if c.subject != "" {
				require.Equal(t, "2030-01-07T09:00:00Z", m.get("Start").Text)
			}
		}
		require.Equal(t, string(c.create), as(who, createItem("SendToNone", "<t:Subject>x</t:Subject>"+strings.ReplaceAll(times, "-07T", "-09T"))).get("ResponseCode").Text, who)
		for _, body := range []string{
			updateItem("SendToNone", item.ID, one(t, r.Calendar(at(7, 0, 0), at(8, 0, 0))).ItemID.ChangeKey, set("calendar:Location", "<t:Location>M</t:Location>")),
			deleteItem("SoftDelete", "SendToNone", r.CreateItem()),
		} {
			require.Equal(t, string(c.edit), as(who, body).get("ResponseCode").Text, "%s: %s", who, body)
		}
		require.NoError(t, r.Change(item.ID, func(a *ewstest.Appointment) { a.Location = "L" }))
	}
}

// Faults can be about one operation, and about one item.
func TestOperationFaults(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	m := s.Mailbox(room)
	first, second, third := m.CreateItem(), m.CreateItem(), m.CreateItem()
	get := getItem(shapeOf("IdOnly"), itemID(first), itemID(second), itemID(third))
	sync := syncItems(shapeOf("IdOnly"), "", "9")
	codes := func(body string) string {
		var all []string
		for _, m := range messages(t, s, room, body) {
			all = append(all, strings.TrimPrefix(m.get("ResponseCode").Text, "Error"))
		}
		return strings.Join(all, " ")
	}
	s.Fault(ewstest.Fault{Kind: ewstest.FaultResponseCode, Operation: "GetItem", Code: ews.ErrorMailboxStoreUnavailable})
	s.Fault(ewstest.Fault{Kind: ewstest.FaultResponseCode, Operation: "SyncFolderItems", Code: ews.ErrorInvalidSyncStateData})
	require.Equal(t, "InvalidSyncStateData", codes(sync))
	require.Equal(t, "MailboxStoreUnavailable MailboxStoreUnavailable MailboxStoreUnavailable", codes(get))
	require.Equal(t, "NoError NoError NoError", codes(get))

	s.Fault(ewstest.Fault{Kind: ewstest.FaultItemCode, ItemID: second, Code: ews.ErrorMailboxStoreUnavailable})
	require.Equal(t, "NoError MailboxStoreUnavailable NoError", codes(get))
	s.Fault(ewstest.Fault{Kind: ewstest.FaultItemCode, Operation: "GetItem", Skip: 1, Code: ews.ErrorBatchProcessingStopped})
	require.Equal(t, "NoError BatchProcessingStopped BatchProcessingStopped", codes(get))
	s.Fault(ewstest.Fault{Kind: ewstest.FaultItemCode, Mailbox: "other@example.com", Code: ews.ErrorItemNotFound})
	require.Equal(t, "NoError NoError NoError", codes(get))
	s.ClearFaults()

	s.Fault(ewstest.Fault{Kind: ewstest.FaultServerBusy, Operation: "GetItem", BackOff: time.Second})
	require.Equal(t, "NoError", codes(sync))
	a := do(t, s, envelope(room, get))
	require.Equal(t, "ErrorServerBusy", a.code())
	require.Equal(t, "1000", a.Fault.BackOff)

	// The effect of a call whose response is lost stays.
	s.Fault(ewstest.Fault{Kind: ewstest.FaultLostResponse, Operation: "CreateItem"})
	require.Equal(t, "NoError", codes(sync))
	_, err := call(t, s, envelope(room, createItem("SendToNone", "<t:Subject>x</t:Subject>"+times)))
	require.Error(t, err)
	require.Len(t, m.CalendarItems(), 4)
	require.Empty(t, s.Faults())

	require.Equal(t, map[string]int{"GetItem": 6, "SyncFolderItems": 3, "CreateItem": 1}, s.Stats().Operations)
	s.Stats().Operations["GetItem"] = 99
	require.Equal(t, 6, s.Stats().Operations["GetItem"], "it is a copy")
}

// A mailbox that is asked too often refuses until it has been left alone.
func TestRequestsPerMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := ewstest.NewNetwork()
		s := ewstest.NewServer(&ewstest.Options{Network: network, RequestsPerMinute: 10})
		defer s.Close()
		s.Mailbox(room)
		s.Mailbox(anna)
		body := envelope(room, syncItems(shapeOf("IdOnly"), "", "9"))
		for range 10 {
			parseMessages(t, do(t, s, body))
		}
		first := do(t, s, body)
		require.Equal(t, "ErrorServerBusy", first.code())
		require.Equal(t, "12000", first.Fault.BackOff, "two requests, of which a minute has ten")
		require.Equal(t, "18000", do(t, s, body).Fault.BackOff, "who goes on asking waits longer")
		parseMessages(t, do(t, s, envelope(anna, syncItems(shapeOf("IdOnly"), "", "9"))))
		time.Sleep(18 * time.Second)
		parseMessages(t, do(t, s, body))
		require.Equal(t, "ErrorServerBusy", do(t, s, body).code())
		time.Sleep(time.Hour)
		for range 10 {
			parseMessages(t, do(t, s, body))
		}
		require.Equal(t, "ErrorServerBusy", do(t, s, body).code())
		require.Equal(t, 4, s.Stats().Throttled)
		s.Client().CloseIdleConnections()
	})
}

// A room that takes its time is tentative until then, and a later request takes
// the place of the one before.
func TestRoomDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := ewstest.NewServer(&ewstest.Options{Network: ewstest.NewNetwork()})
		defer s.Close()
		organizer, r := s.Mailbox(anna), s.Mailbox(room)
		r.MakeRoom(open(ewstest.RoomOptions{Delay: 10 * time.Second}))
		id, err := organizer.Book(ewstest.Appointment{Subject: "a", Start: at(7, 9, 0), End: at(7, 10, 0), Resources: []string{room}})
		require.NoError(t, err)
		require.Equal(t, ews.FreeBusyTentative, one(t, january(r)).LegacyFreeBusyStatus)
		require.Equal(t, "a", one(t, january(r)).Subject)
		time.Sleep(9 * time.Second)
		require.NoError(t, organizer.Change(id, func(a *ewstest.Appointment) { a.End = at(7, 11, 0) }))
		time.Sleep(9 * time.Second)
		require.Equal(t, ews.ResponseNoResponseReceived, one(t, january(r)).MyResponseType)
		time.Sleep(2 * time.Second)
		require.Equal(t, ews.ResponseAccept, one(t, january(r)).MyResponseType)
		require.Equal(t, "anna.berg", one(t, january(r)).Subject)

		// One that is cancelled meanwhile is nothing to decide about; and Close
		// does not wait for the last one.
		id, err = organizer.Book(ewstest.Appointment{Subject: "b", Start: at(8, 9, 0), End: at(8, 10, 0), Resources: []string{room}})
		require.NoError(t, err)
		require.NoError(t, organizer.Cancel(id))
		time.Sleep(time.Minute)
		require.Len(t, january(r), 1)
		_, err = organizer.Book(ewstest.Appointment{Subject: "b", Start: at(8, 9, 0), End: at(8, 10, 0), Resources: []string{room}})
		require.NoError(t, err)
	})
}

// TestEverything asks for all properties of all kinds of items, in every folder.
func TestEverything(t *testing.T) {
	t.Parallel()
	s, organizer, guest, r := office(t)
	master := weekly(t, organizer, func(a *ewstest.Appointment) {
		a.Required, a.Optional, a.Resources, a.Body, a.Location, a.Categories = []string{"bob@example.com"}, []string{"carol@elsewhere.example"}, []string{room}, "b<>&\"", "L", []string{"Red"}
	})
	require.NoError(t, organizer.CancelOccurrence(master, at(14, 8, 0)))
	require.NoError(t, organizer.ChangeOccurrence(master, at(21, 8, 0), func(a *ewstest.Appointment) { a.End = at(21, 12, 0) }))
	_, err := organizer.Book(ewstest.Appointment{Subject: "day", Start: at(9, 0, 0), End: at(10, 0, 0), AllDay: true})
	require.NoError(t, err)
	for _, m := range []*ewstest.Mailbox{organizer, guest, r} {
		for _, folder := range []ews.DistinguishedFolderID{ews.CalendarFolder, ews.InboxFolder, ews.DeletedItemsFolder} {
			ids, err := m.Items(ews.FolderID{DistinguishedID: folder})
			require.NoError(t, err)
			for _, id := range ids {
				for _, base := range []string{"IdOnly", "Default", "AllProperties"} {
					require.Equal(t, id, want(t, s, m.Address(), getItem(shapeOf(base), itemID(id))).get("Items").Nodes[0].get("ItemId").attr("Id"))
				}
			}
			if len(ids) > 0 {
				body := replaceOnce(t, syncItems(shapeOf("AllProperties"), "", "512"), `"calendar"`, `"`+string(folder)+`"`)
				require.Len(t, want(t, s, m.Address(), body).get("Changes").Nodes, len(ids))
			}
		}
		for _, shown := range january(m) {
			item := want(t, s, m.Address(), getItem(shapeOf("AllProperties"), itemID(shown.ItemID.ID))).get("Items", "CalendarItem")
			require.Equal(t, string(shown.CalendarItemType), item.get("CalendarItemType").Text)
			require.Equal(t, shown.Start.Format(time.RFC3339), item.get("Start").Text)
		}
		want(t, s, m.Address(), calendarView(shapeOf("AllProperties"), "2030-01-01T00:00:00Z", "2030-02-01T00:00:00Z", ""))
	}
	require.Equal(t, []string{"MeetingRequest", "MeetingCancellation", "MeetingRequest"}, want(t, s, "bob@example.com", `<m:FindItem Traversal="Shallow">`+shapeOf("Default")+
		`<m:IndexedPageItemView Offset="0" BasePoint="Beginning"/><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>`).get("RootFolder", "Items").names())
}
