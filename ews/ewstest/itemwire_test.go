package ewstest_test

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// node is an element of a response, read without any code of ours.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []node     `xml:",any"`
}

// get returns the first element at a path below n, or an empty one.
func (n *node) get(path ...string) *node {
	for _, name := range path {
		var found *node
		for i := range n.Nodes {
			if n.Nodes[i].XMLName.Local == name {
				found = &n.Nodes[i]
				break
			}
		}
		if found == nil {
			return &node{}
		}
		n = found
	}
	return n
}

func (n *node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// names returns the names of the children.
func (n *node) names() []string {
	var names []string
	for i := range n.Nodes {
		names = append(names, n.Nodes[i].XMLName.Local)
	}
	return names
}

// with returns the item with an id, of the changes in n.
func (n *node) with(id string) *node {
	for i := range n.Nodes {
		for j := range n.Nodes[i].Nodes {
			if item := &n.Nodes[i].Nodes[j]; item.get("ItemId").attr("Id") == id {
				return item
			}
		}
	}
	return &node{}
}

// messages asks for an operation in the name of a mailbox, and returns the
// response messages.
func messages(t *testing.T, s *ewstest.Server, mailbox, body string) []node {
	t.Helper()
	return parseMessages(t, do(t, s, envelope(mailbox, body)))
}

func parseMessages(t *testing.T, a *answer) []node {
	t.Helper()
	var root node
	require.NoError(t, xml.Unmarshal([]byte(a.Raw), &root))
	body := root.get("Body")
	require.Len(t, body.Nodes, 1, a.Raw)
	require.NotEqual(t, "Fault", body.Nodes[0].XMLName.Local, a.Raw)
	if body.Nodes[0].get("ResponseCode").Text != "" {
		return body.Nodes // an operation whose response is its only message
	}
	return body.Nodes[0].get("ResponseMessages").Nodes
}

// want is messages where there is one, which succeeds.
func want(t *testing.T, s *ewstest.Server, mailbox, body string) *node {
	t.Helper()
	all := messages(t, s, mailbox, body)
	require.Len(t, all, 1)
	require.Equal(t, "NoError", all[0].get("ResponseCode").Text, body)
	return &all[0]
}

// refused asks for something that one response message refuses.
func refused(t *testing.T, s *ewstest.Server, mailbox, body string) ews.ResponseCode {
	t.Helper()
	all := messages(t, s, mailbox, body)
	require.Len(t, all, 1)
	require.NotEqual(t, "Success", all[0].attr("ResponseClass"))
	return ews.ResponseCode(all[0].get("ResponseCode").Text)
}

// shapeOf returns m:ItemShape.
func shapeOf(base string, properties ...string) string {
	more := ""
	if len(properties) > 0 {
		more = `<t:AdditionalProperties><t:FieldURI FieldURI="` + strings.Join(properties, `"/><t:FieldURI FieldURI="`) + `"/></t:AdditionalProperties>`
	}
	return "<m:ItemShape><t:BaseShape>" + base + "</t:BaseShape>" + more + "</m:ItemShape>"
}

func getItem(shape string, ids ...string) string {
	return "<m:GetItem>" + shape + "<m:ItemIds>" + strings.Join(ids, "") + "</m:ItemIds></m:GetItem>"
}

func itemID(id string) string { return `<t:ItemId Id="` + id + `"/>` }

const calendarFolder = `<t:DistinguishedFolderId Id="calendar"/>`

func calendarView(shape, start, end, more string) string {
	return `<m:FindItem Traversal="Shallow">` + shape + `<m:CalendarView ` + more + ` StartDate="` + start + `" EndDate="` + end + `"/>` +
		`<m:ParentFolderIds>` + calendarFolder + `</m:ParentFolderIds></m:FindItem>`
}

func syncItems(shape, state, limit string) string {
	if state != "" {
		state = "<m:SyncState>" + state + "</m:SyncState>"
	}
	return "<m:SyncFolderItems>" + shape + "<m:SyncFolderId>" + calendarFolder + "</m:SyncFolderId>" + state +
		"<m:MaxChangesReturned>" + limit + "</m:MaxChangesReturned></m:SyncFolderItems>"
}

// weekly books a series on four Mondays of January 2030 in Berlin, from 9 to 10.
func weekly(t *testing.T, m *ewstest.Mailbox, edit ...func(*ewstest.Appointment)) string {
	t.Helper()
	a := ewstest.Appointment{
		Subject: "Series", TimeZone: "W. Europe Standard Time", Start: at(7, 8, 0), End: at(7, 9, 0),
		Recurrence: &ews.Recurrence{Pattern: ews.WeeklyRecurrence, Interval: 1, DaysOfWeek: []ews.DayOfWeek{ews.Monday}, NumberOfOccurrences: 4},
	}
	for _, f := range edit {
		f(&a)
	}
	id, err := m.Book(a)
	require.NoError(t, err)
	return id
}

// TestGetItem: only what is asked for is told, and in the schema's order.
func TestGetItem(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	m := s.Mailbox(room)
	id, err := m.Book(ewstest.Appointment{
		Subject: "A & B", Body: "b", Location: "here", Start: at(7, 9, 0), End: at(7, 10, 30), Required: []string{anna}, Categories: []string{"Red", "Blue"},
	})
	require.NoError(t, err)

	item := want(t, s, room, getItem(shapeOf("IdOnly"), itemID(id))).get("Items", "CalendarItem")
	require.Equal(t, []string{"ItemId"}, item.names())
	require.Equal(t, id, item.get("ItemId").attr("Id"))
	require.Equal(t, one(t, january(m)).ItemID.ChangeKey, item.get("ItemId").attr("ChangeKey"))

	item = want(t, s, room, getItem(shapeOf("IdOnly", "calendar:End", "item:Subject", "calendar:Start", "item:Categories", "calendar:RequiredAttendees"), itemID(id))).get("Items", "CalendarItem")
	require.Equal(t, []string{"ItemId", "Subject", "Categories", "Start", "End", "RequiredAttendees"}, item.names())
	require.Equal(t, "A & B", item.get("Subject").Text)
	require.Equal(t, "2030-01-07T10:30:00Z", item.get("End").Text)
	require.Equal(t, anna, item.get("RequiredAttendees", "Attendee", "Mailbox", "EmailAddress").Text)

	item = want(t, s, room, getItem(shapeOf("Default"), itemID(id))).get("Items", "CalendarItem")
	require.Equal(t, []string{
		"ItemId", "Subject", "Sensitivity", "Body", "HasAttachments", "Start", "End", "LegacyFreeBusyStatus", "Location", "CalendarItemType",
		"Organizer", "RequiredAttendees",
	}, item.names())
	require.Equal(t, "b", item.get("Body").Text)

	item = want(t, s, room, getItem(shapeOf("AllProperties"), itemID(id))).get("Items", "CalendarItem")
	for name, text := range map[string]string{
		"ItemClass": "IPM.Appointment", "Duration": "PT1H30M", "StartTimeZoneId": "UTC", "AppointmentState": "1", "IsMeeting": "true",
		"MyResponseType": "Organizer", "AppointmentSequenceNumber": "0", "UID": one(t, january(m)).UID, "DateTimeStamp": one(t, january(m)).DateTimeStamp.Format(time.RFC3339),
	} {
		require.Equal(t, text, item.get(name).Text, name)
	}
	require.Empty(t, item.get("Recurrence").Nodes)

	// Several items: what is not there fails alone.
	all := messages(t, s, room, getItem(shapeOf("IdOnly"), itemID(id), itemID("AAMk"), itemID(strings.Replace(id, "A", "B", 1)), itemID(gone(t, m)), itemID(id)))
	codes := []string{}
	for i := range all {
		codes = append(codes, all[i].get("ResponseCode").Text)
	}
	require.Equal(t, []string{"NoError", "ErrorInvalidIdMalformed", "ErrorInvalidIdMalformed", "ErrorItemNotFound", "NoError"}, codes)
}

// gone returns the id of an item that was there.
func gone(t *testing.T, m *ewstest.Mailbox) string {
	t.Helper()
	id := m.CreateItem()
	_, err := m.DeleteItem(id, ewstest.HardDelete)
	require.NoError(t, err)
	return id
}

// A version of the schema has the properties that it had.
func TestItemVersions(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	id := s.Mailbox(room).CreateItem()
	for version, c := range map[string]struct {
		property string
		code     string
	}{
		"Exchange2007_SP1": {"calendar:StartTimeZone", "ErrorSchemaValidation"},
		"Exchange2010":     {"calendar:StartTimeZone", "NoError"},
		"Exchange2010_SP2": {"calendar:StartTimeZoneId", "ErrorSchemaValidation"},
		"Exchange2013":     {"calendar:Colour", "ErrorSchemaValidation"},
		"Exchange2016":     {"calendar:EnhancedLocation", "NoError"},
	} {
		body := strings.Replace(envelope(room, getItem(shapeOf("IdOnly", c.property), itemID(id))), "Exchange2013_SP1", version, 1)
		a := do(t, s, body)
		if c.code == "NoError" {
			require.Equal(t, c.code, parseMessages(t, a)[0].get("ResponseCode").Text, version)
		} else {
			require.Equal(t, c.code, a.code(), version)
		}
	}
	rooms := strings.Replace(envelope(room, "<m:GetRoomLists/>"), "Exchange2013_SP1", "Exchange2007_SP1", 1)
	require.Equal(t, "ErrorInvalidServerVersion", do(t, s, rooms).code())
}

// Times are in UTC, or in the zone that the header asks for.
func TestTimeZoneContext(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	id := weekly(t, s.Mailbox(room))
	body := envelope(room, getItem(shapeOf("IdOnly", "calendar:Start", "calendar:Recurrence", "calendar:StartWallClock"), itemID(id)))
	for context, c := range map[string][3]string{
		"":                      {"2030-01-07T08:00:00Z", "2030-01-07Z", "2030-01-07T09:00:00+01:00"},
		"Pacific Standard Time": {"2030-01-07T00:00:00-08:00", "2030-01-07-08:00", "2030-01-07T09:00:00+01:00"},
		"Nowhere Standard Time": {"2030-01-07T08:00:00Z", "2030-01-07Z", "2030-01-07T09:00:00+01:00"},
	} {
		header := ""
		if context != "" {
			header = `<t:TimeZoneContext><t:TimeZoneDefinition Id="` + context + `"/></t:TimeZoneContext>`
		}
		item := parseMessages(t, do(t, s, strings.Replace(body, "</soap:Header>", header+"</soap:Header>", 1)))[0].get("Items", "CalendarItem")
		require.Equal(t, c[0], item.get("Start").Text, context)
		require.Equal(t, c[1], item.get("Recurrence", "NumberedRecurrence", "StartDate").Text, context)
		require.Equal(t, c[2], item.get("StartWallClock").Text, context)
	}
}

// The occurrences of a series have ids and can be asked for in four ways.
func TestOccurrenceIDs(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	m := s.Mailbox(room)
	master := weekly(t, m)
	require.NoError(t, m.CancelOccurrence(master, at(14, 8, 0)))
	require.NoError(t, m.ChangeOccurrence(master, at(21, 8, 0), func(a *ewstest.Appointment) { a.Start, a.End = at(22, 8, 0), at(22, 9, 0) }))

	found := want(t, s, room, calendarView(shapeOf("Default", "calendar:OriginalStart", "calendar:RecurrenceId", "calendar:UID", "calendar:IsRecurring"), "2030-01-01T00:00:00Z", "2030-02-01T00:00:00Z", "")).get("RootFolder")
	require.Equal(t, "3", found.attr("TotalItemsInView"))
	require.Equal(t, "true", found.attr("IncludesLastItemInRange"))
	items := found.get("Items").Nodes
	require.Len(t, items, 3)
	kinds := []string{}
	for i := range items {
		kinds = append(kinds, items[i].get("CalendarItemType").Text+" "+items[i].get("Start").Text+" "+items[i].get("OriginalStart").Text+" "+items[i].get("IsRecurring").Text)
		require.Equal(t, items[i].get("OriginalStart").Text, items[i].get("RecurrenceId").Text)
		require.Equal(t, m.CalendarItems()[0].UID, items[i].get("UID").Text)
		require.Empty(t, items[i].get("Body").XMLName.Local, "FindItem has no bodies")
	}
	require.Equal(t, []string{
		"Occurrence 2030-01-07T08:00:00Z 2030-01-07T08:00:00Z true",
		"Exception 2030-01-22T08:00:00Z 2030-01-21T08:00:00Z true",
		"Occurrence 2030-01-28T08:00:00Z 2030-01-28T08:00:00Z true",
	}, kinds)

	exception := items[1].get("ItemId").attr("Id")
	require.NotEqual(t, master, exception)
	shape := shapeOf("IdOnly", "calendar:Start", "calendar:CalendarItemType", "calendar:ModifiedOccurrences", "calendar:DeletedOccurrences")
	indexed := func(n string) string {
		return `<t:OccurrenceItemId RecurringMasterId="` + master + `" InstanceIndex="` + n + `"/>`
	}
	all := messages(t, s, room, getItem(shape, itemID(exception), indexed("3"), indexed("2"), indexed("5"), `<t:OccurrenceItemId RecurringMasterId="`+exception+`" InstanceIndex="1"/>`,
		`<t:RecurringMasterItemId OccurrenceId="`+exception+`"/>`, `<t:RecurringMasterItemId OccurrenceId="`+master+`"/>`))
	for i, code := range []string{
		"NoError", "NoError", "ErrorCalendarOccurrenceIsDeletedFromRecurrence", "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
		"ErrorCalendarCannotUseIdForRecurringMasterId", "NoError", "ErrorCalendarCannotUseIdForOccurrenceId",
	} {
		require.Equal(t, code, all[i].get("ResponseCode").Text, i)
	}
	require.Equal(t, all[0].get("Items"), all[1].get("Items"))
	whole := all[5].get("Items", "CalendarItem")
	require.Equal(t, master, whole.get("ItemId").attr("Id"))
	require.Equal(t, whole.get("ItemId").attr("ChangeKey"), all[0].get("Items", "CalendarItem", "ItemId").attr("ChangeKey"), "a series has one")
	require.Equal(t, "RecurringMaster", whole.get("CalendarItemType").Text)
	require.Equal(t, exception, whole.get("ModifiedOccurrences", "Occurrence", "ItemId").attr("Id"))
	require.Equal(t, "2030-01-14T08:00:00Z", whole.get("DeletedOccurrences", "DeletedOccurrence", "Start").Text)

	// A change of an occurrence is one of its master.
	before := len(m.Changes())
	require.NoError(t, m.Change(exception, func(a *ewstest.Appointment) { a.Subject = "other" }))
	changes := m.Changes()[before:]
	require.Len(t, changes, 1)
	require.Equal(t, master, changes[0].ItemID)
}

func TestFindItem(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	m := s.Mailbox(room)
	for day := 3; day < 13; day++ {
		_, err := m.Book(ewstest.Appointment{Subject: strings.Repeat("ä", 300), Start: at(day, 9, 0), End: at(day, 10, 0), Required: []string{anna}, Body: "b"})
		require.NoError(t, err)
	}
	shape := shapeOf("IdOnly", "item:Subject", "item:Body", "calendar:Start", "calendar:Organizer", "calendar:RequiredAttendees")
	view := want(t, s, room, calendarView(shape, "2030-01-05T09:30:00Z", "2030-01-11T09:00:00Z", `MaxEntriesReturned="4"`)).get("RootFolder")
	require.Equal(t, "false", view.attr("IncludesLastItemInRange"))
	require.Equal(t, "6", view.attr("TotalItemsInView"), "what overlaps, not what only touches")
	items := view.get("Items").Nodes
	require.Len(t, items, 4)
	require.Equal(t, []string{"ItemId", "Subject", "Start", "Organizer"}, items[0].names())
	require.Len(t, []rune(items[0].get("Subject").Text), 255)
	require.Equal(t, []string{"Name"}, items[0].get("Organizer", "Mailbox").names())
	require.Equal(t, "2030-01-05T09:00:00Z", items[0].get("Start").Text)

	require.Equal(t, ews.ErrorCalendarViewRangeTooBig, refused(t, s, room, calendarView(shape, "2030-01-01T00:00:00Z", "2032-01-01T00:00:01Z", "")))
	want(t, s, room, calendarView(shape, "2030-01-01T00:00:00Z", "2032-01-01T00:00:00Z", ""))
	require.Equal(t, ews.ResponseCode("ErrorCalendarEndDateIsEarlierThanStartDate"), refused(t, s, room, calendarView(shape, "2030-01-02T00:00:00Z", "2030-01-01T00:00:00Z", "")))
	require.Equal(t, ews.ResponseCode("ErrorInvalidPagingMaxRows"), refused(t, s, room, calendarView(shape, "2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z", `MaxEntriesReturned="0"`)))
	require.Equal(t, ews.ResponseCode("ErrorCalendarFolderIsInvalidForCalendarView"), refused(t, s, room, strings.Replace(calendarView(shape, "2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z", ""), `"calendar"`, `"inbox"`, 1)))

	page := func(offset, base, limit, order string) (starts []string, next, last string) {
		found := want(t, s, room, `<m:FindItem Traversal="Shallow">`+shape+`<m:IndexedPageItemView MaxEntriesReturned="`+limit+`" Offset="`+offset+`" BasePoint="`+base+`"/>`+order+
			`<m:ParentFolderIds>`+calendarFolder+`</m:ParentFolderIds></m:FindItem>`).get("RootFolder")
		for _, n := range found.get("Items").Nodes {
			starts = append(starts, n.get("Start").Text[8:10])
		}
		return starts, found.attr("IndexedPagingOffset"), found.attr("IncludesLastItemInRange")
	}
	starts, next, last := page("0", "Beginning", "4", "")
	require.Equal(t, []string{"03", "04", "05", "06"}, starts)
	require.Equal(t, []string{"4", "false"}, []string{next, last})
	starts, next, last = page("8", "Beginning", "4", "")
	require.Equal(t, []string{"11", "12"}, starts)
	require.Equal(t, []string{"10", "true"}, []string{next, last})
	starts, next, last = page("1", "End", "3", "")
	require.Equal(t, []string{"09", "10", "11"}, starts)
	require.Equal(t, []string{"4", "false"}, []string{next, last})
	starts, _, _ = page("0", "Beginning", "2", `<m:SortOrder><t:FieldOrder Order="Descending"><t:FieldURI FieldURI="calendar:Start"/></t:FieldOrder></m:SortOrder>`)
	require.Equal(t, []string{"12", "11"}, starts)
	starts, _, _ = page("99", "Beginning", "2", "")
	require.Empty(t, starts)
	starts, _, _ = page("99", "End", "2", "")
	require.Empty(t, starts)
}

func TestGetRooms(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	s.Mailbox(anna)
	require.Empty(t, want(t, s, anna, "<m:GetRoomLists/>").get("RoomLists").Nodes)
	s.AddRoomList("first@example.com", "First floor", room, "room2@example.com")
	s.AddRoomList("empty@example.com", "Nothing")
	s.Mailbox(room).SetName("Room & Board")

	lists := want(t, s, anna, "<m:GetRoomLists/>").get("RoomLists").Nodes
	require.Len(t, lists, 2)
	require.Equal(t, "First floor", lists[0].get("Name").Text)
	require.Equal(t, "first@example.com", lists[0].get("EmailAddress").Text)
	rooms := func(list string) string {
		return "<m:GetRooms><m:RoomList><t:EmailAddress>" + list + "</t:EmailAddress></m:RoomList></m:GetRooms>"
	}
	found := want(t, s, anna, rooms("FIRST@example.com")).get("Rooms").Nodes
	require.Len(t, found, 2)
	require.Equal(t, "Room & Board", found[0].get("Id", "Name").Text)
	require.Equal(t, "room2@example.com", found[1].get("Id", "EmailAddress").Text)
	require.Empty(t, want(t, s, anna, rooms("empty@example.com")).get("Rooms").Nodes)
	require.Equal(t, ews.ResponseCode("ErrorNameResolutionNoMailbox"), refused(t, s, anna, rooms(room)))
}

func replaceOnce(t *testing.T, s, old, replacement string) string {
	t.Helper()
	require.Contains(t, s, old)
	return strings.Replace(s, old, replacement, 1)
}
