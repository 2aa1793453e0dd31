package ewstest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
)

// A state is read as it was written, and what is damaged is no state.
func FuzzSyncState(f *testing.F) {
	f.Add("")
	f.Add("AAAA")
	state := syncState{mailbox: guid{1, 2}, folder: 300, epoch: 1, base: 5, pages: []syncPage{{7, 9}, {300, 400}}}
	f.Add(state.encode())
	state.pages = nil
	f.Add(state.encode())
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSyncState(text)
		if err != nil {
			return
		}
		again, err := parseSyncState(s.encode())
		require.NoError(t, err)
		require.Equal(t, s, again)
	})
}

func FuzzOccurrenceID(f *testing.F) {
	master := itemID(guid{1}, guid{2}, storeObject{counter: 3}, storeObject{counter: 4})
	f.Add(master)
	f.Add(occurrenceID(master, -3))
	f.Add(occurrenceID(master, 21500))
	f.Add("AAMk")
	f.Fuzz(func(t *testing.T, id string) {
		master, day, ok := splitOccurrence(id)
		if !ok {
			return
		}
		again, sameDay, ok := splitOccurrence(occurrenceID(master, day))
		require.True(t, ok)
		require.Equal(t, master, again)
		require.Equal(t, day, sameDay)
	})
}

// FuzzItemRequest sends anything that begins as a request about items. The
// server answers all of it, and itself still understands what it has stored.
func FuzzItemRequest(f *testing.F) {
	const room = "room1@example.com"
	for _, body := range []string{
		`<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="ID"/><t:OccurrenceItemId RecurringMasterId="ID" InstanceIndex="2"/></m:ItemIds></m:GetItem>`,
		`<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:CalendarView StartDate="2030-01-01T00:00:00Z" EndDate="2030-02-01T00:00:00"/><m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>`,
		`<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="2" Offset="1" BasePoint="End"/><m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="item:Subject"/></t:FieldOrder></m:SortOrder><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>`,
		`<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId><m:SyncState></m:SyncState><m:MaxChangesReturned>1</m:MaxChangesReturned></m:SyncFolderItems>`,
		`<m:CreateItem SendMeetingInvitations="SendToAllAndSaveCopy"><m:Items><t:CalendarItem><t:Subject>x</t:Subject><t:Start>2030-01-07T09:00:00</t:Start><t:End>2030-01-07T10:00:00+01:00</t:End><t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>room2@example.com</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees><t:Recurrence><t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Day</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence><t:NumberedRecurrence><t:StartDate>2030-01-07</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence><t:StartTimeZone Id="W. Europe Standard Time"/></t:CalendarItem></m:Items></m:CreateItem>`,
		`<m:CreateItem><m:Items><t:AcceptItem><t:ReferenceItemId Id="ID"/></t:AcceptItem></m:Items></m:CreateItem>`,
		`<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange><t:OccurrenceItemId RecurringMasterId="ID" InstanceIndex="2"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:CalendarItem><t:Subject>y</t:Subject></t:CalendarItem></t:SetItemField><t:DeleteItemField><t:FieldURI FieldURI="calendar:Location"/></t:DeleteItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
		`<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToAllAndSaveCopy"><m:ItemIds><t:RecurringMasterItemId OccurrenceId="ID"/><t:ItemId Id="ID"/></m:ItemIds></m:DeleteItem>`,
		`<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="inbox"/></m:ToFolderId><m:ItemIds><t:ItemId Id="ID"/></m:ItemIds></m:MoveItem>`,
		`<m:GetRooms><m:RoomList><t:EmailAddress>list@example.com</t:EmailAddress></m:RoomList></m:GetRooms>`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		s := newServer(&Options{Logger: slog.New(slog.DiscardHandler)})
		s.operations = s.newOperations()
		m := s.Mailbox(room)
		s.Mailbox("room2@example.com").MakeRoom(RoomOptions{BookingWindow: -1})
		s.AddRoomList("list@example.com", "List", room)
		start := time.Date(2030, time.January, 7, 9, 0, 0, 0, time.UTC)
		id, err := m.Book(Appointment{Subject: "s", Start: start, End: start.Add(time.Hour), Recurrence: &ews.Recurrence{Pattern: ews.DailyRecurrence, Interval: 1, NumberOfOccurrences: 5}})
		require.NoError(t, err)
		request := `<s:Envelope xmlns:s="` + ews.NamespaceEnvelope + `" xmlns:m="` + ews.NamespaceMessages + `" xmlns:t="` + ews.NamespaceTypes + `"><s:Header>` +
			`<t:RequestServerVersion Version="Exchange2013_SP1"/><t:ExchangeImpersonation><t:ConnectingSID><t:SmtpAddress>` + room + `</t:SmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>` +
			`</s:Header><s:Body>` + strings.ReplaceAll(body, "ID", id) + `</s:Body></s:Envelope>`
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, servicePath, strings.NewReader(request)))
		require.NotContains(t, w.Body.String(), "ErrorInternalServerError")
		_, broken := parse(w.Body.Bytes())
		require.Nil(t, broken, w.Body)
		for _, other := range s.mailboxes {
			other.CalendarItems()
			other.Calendar(start, start.AddDate(1, 0, 0))
		}
	})
}
