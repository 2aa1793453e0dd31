package ewstest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

func createItem(send, properties string) string {
	if send != "" {
		send = ` SendMeetingInvitations="` + send + `"`
	}
	return "<m:CreateItem" + send + "><m:SavedItemFolderId>" + calendarFolder + "</m:SavedItemFolderId><m:Items><t:CalendarItem>" + properties + "</t:CalendarItem></m:Items></m:CreateItem>"
}

func updateItem(send, id, key string, updates ...string) string {
	if send != "" {
		send = ` SendMeetingInvitationsOrCancellations="` + send + `"`
	}
	return `<m:UpdateItem ConflictResolution="NeverOverwrite"` + send + `><m:ItemChanges><t:ItemChange><t:ItemId Id="` + id + `" ChangeKey="` + key + `"/><t:Updates>` +
		strings.Join(updates, "") + "</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
}

func set(uri, xml string) string {
	return `<t:SetItemField><t:FieldURI FieldURI="` + uri + `"/><t:CalendarItem>` + xml + "</t:CalendarItem></t:SetItemField>"
}

func unset(uri string) string {
	return `<t:DeleteItemField><t:FieldURI FieldURI="` + uri + `"/></t:DeleteItemField>`
}

func deleteItem(how, send, id string) string {
	if send != "" {
		send = ` SendMeetingCancellations="` + send + `"`
	}
	return `<m:DeleteItem DeleteType="` + how + `"` + send + "><m:ItemIds>" + itemID(id) + "</m:ItemIds></m:DeleteItem>"
}

const (
	times     = "<t:Start>2030-01-07T09:00:00Z</t:Start><t:End>2030-01-07T10:00:00Z</t:End>"
	attendees = "<t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>bob@example.com</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>" +
		"<t:Resources><t:Attendee><t:Mailbox><t:EmailAddress>" + room + "</t:EmailAddress></t:Mailbox></t:Attendee></t:Resources>"
)

// office is a server with an organizer, a guest and a room.
func office(t *testing.T) (s *ewstest.Server, organizer, guest, r *ewstest.Mailbox) {
	t.Helper()
	s = loopback(t, nil)
	organizer, guest, r = s.Mailbox(anna), s.Mailbox("bob@example.com"), s.Mailbox(room)
	r.MakeRoom(open(ewstest.RoomOptions{}))
	return s, organizer, guest, r
}

func TestCreateItem(t *testing.T) {
	t.Parallel()
	s, organizer, guest, r := office(t)
	body := createItem("SendToAllAndSaveCopy", `<t:ItemClass>IPM.Appointment</t:ItemClass><t:Subject>A &amp; B</t:Subject><t:Sensitivity>Personal</t:Sensitivity>`+
		`<t:Body BodyType="HTML">&lt;p&gt;hello&lt;/p&gt;</t:Body><t:Categories><t:String>Red</t:String></t:Categories><t:Importance>High</t:Importance>`+
		`<t:ReminderIsSet>false</t:ReminderIsSet><t:UID>my-uid</t:UID>`+times+`<t:IsAllDayEvent>false</t:IsAllDayEvent><t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus>`+
		`<t:Location>here</t:Location>`+attendees+`<t:StartTimeZone Id="W. Europe Standard Time"/>`)
	created := want(t, s, anna, body).get("Items", "CalendarItem")
	require.Equal(t, []string{"ItemId"}, created.names())
	item := one(t, january(organizer))
	require.Equal(t, item.ItemID.ID, created.get("ItemId").attr("Id"))
	require.Equal(t, item.ItemID.ChangeKey, created.get("ItemId").attr("ChangeKey"))
	require.Equal(t, "A & B", item.Subject)
	require.Equal(t, "my-uid", item.UID)
	require.Equal(t, ews.SensitivityPersonal, item.Sensitivity)
	require.Equal(t, []string{"Red"}, item.Categories)
	require.Equal(t, ews.FreeBusyOOF, item.LegacyFreeBusyStatus)
	require.Equal(t, at(7, 9, 0), item.Start)
	require.Equal(t, "W. Europe Standard Time", item.StartTimeZone.ID)
	require.Equal(t, ews.ResponseAccept, item.Resources[0].ResponseType)
	require.Equal(t, "my-uid", one(t, january(guest)).UID)
	require.Equal(t, ews.ResponseAccept, one(t, january(r)).MyResponseType)

	shape := func(kind string) string {
		return "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:BodyType>" + kind + `</t:BodyType><t:AdditionalProperties><t:FieldURI FieldURI="item:Body"/></t:AdditionalProperties></m:ItemShape>`
	}
	for kind, text := range map[string]string{"Best": "<p>hello</p>", "HTML": "<p>hello</p>", "Text": "hello"} {
		require.Equal(t, text, want(t, s, anna, getItem(shape(kind), itemID(item.ItemID.ID))).get("Items", "CalendarItem", "Body").Text)
	}

	// Until the invitations are sent nobody knows.
	want(t, s, anna, createItem("SendToNone", strings.ReplaceAll(times, "07T", "08T")+attendees))
	require.Len(t, january(organizer), 2)
	require.Len(t, january(guest), 1)
}

// TestCreateItemTimes is about times of every kind: with an offset, in the
// item's zone, in the zone of the header, whole days, series.
func TestCreateItemTimes(t *testing.T) {
	t.Parallel()
	s, organizer, _, _ := office(t)
	const clock = "<t:Start>2030-01-07T09:00:00</t:Start><t:End>2030-01-07T10:00:00.5</t:End>"
	for _, c := range []struct {
		properties, header string
		start, end         int // hours of the 7th, in UTC
		zone               string
	}{
		{clock, "", 9, 10, "UTC"},
		{clock + `<t:StartTimeZone Id="W. Europe Standard Time"/>`, "", 8, 9, "W. Europe Standard Time"},
		{clock, "W. Europe Standard Time", 8, 9, "W. Europe Standard Time"},
		{clock + `<t:StartTimeZone Id="UTC"/>`, "W. Europe Standard Time", 9, 10, "UTC"},
		{clock + `<t:MeetingTimeZone TimeZoneName="W. Europe Standard Time"/>`, "", 8, 9, "W. Europe Standard Time"},
		{strings.ReplaceAll(clock, ":00</", ":00-05:00</"), "", 14, 10, ""},
		{"<t:Start>2030-01-07T09:30:00Z</t:Start><t:End>2030-01-07T10:00:00Z</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>" + `<t:StartTimeZone Id="W. Europe Standard Time"/>`, "", -1, 23, "W. Europe Standard Time"},
	} {
		header := ""
		if c.header != "" {
			header = `<t:TimeZoneContext><t:TimeZoneDefinition Id="` + c.header + `"/></t:TimeZoneContext>`
		}
		body := strings.Replace(envelope(anna, createItem("SendToNone", c.properties)), "</soap:Header>", header+"</soap:Header>", 1)
		created := parseMessages(t, do(t, s, body))[0]
		if c.zone == "" {
			require.Equal(t, "ErrorCalendarEndDateIsEarlierThanStartDate", created.get("ResponseCode").Text)
			continue
		}
		require.Equal(t, "NoError", created.get("ResponseCode").Text, c.properties)
		item := one(t, organizer.CalendarItems())
		require.Equal(t, at(7, c.start, 0), item.Start, c.properties)
		require.Equal(t, at(7, c.end, 0), item.End, c.properties)
		require.Equal(t, c.zone, item.EndTimeZone.ID, c.properties)
		_, err := organizer.DeleteItem(item.ItemID.ID, ewstest.HardDelete)
		require.NoError(t, err)
	}

	series := func(pattern, limits string) string {
		return createItem("SendToNone", times+"<t:Recurrence>"+pattern+limits+"</t:Recurrence>")
	}
	const forever = "<t:NoEndRecurrence><t:StartDate>2030-01-07+01:00</t:StartDate></t:NoEndRecurrence>"
	for pattern, wanted := range map[string]ews.Recurrence{
		"<t:DailyRecurrence><t:Interval>2</t:Interval></t:DailyRecurrence>": {Pattern: ews.DailyRecurrence, Interval: 2},
		"<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday Friday</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>": {
			Pattern: ews.WeeklyRecurrence, Interval: 1, DaysOfWeek: []ews.DayOfWeek{ews.Monday, ews.Friday}, FirstDayOfWeek: ews.Monday,
		},
		"<t:AbsoluteMonthlyRecurrence><t:Interval>3</t:Interval><t:DayOfMonth>7</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>": {Pattern: ews.AbsoluteMonthlyRecurrence, Interval: 3, DayOfMonth: 7},
		"<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>": {
			Pattern: ews.RelativeMonthlyRecurrence, Interval: 1, DaysOfWeek: []ews.DayOfWeek{ews.Monday}, DayOfWeekIndex: ews.First,
		},
		"<t:AbsoluteYearlyRecurrence><t:DayOfMonth>7</t:DayOfMonth><t:Month>January</t:Month></t:AbsoluteYearlyRecurrence>": {Pattern: ews.AbsoluteYearlyRecurrence, Interval: 1, DayOfMonth: 7, Month: 1},
		"<t:RelativeYearlyRecurrence><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex><t:Month>March</t:Month></t:RelativeYearlyRecurrence>": {
			Pattern: ews.RelativeYearlyRecurrence, Interval: 1, DaysOfWeek: []ews.DayOfWeek{ews.AnyWeekday}, DayOfWeekIndex: ews.Last, Month: 3, StartDate: ews.Date{Year: 2030, Month: 3, Day: 29},
		},
	} {
		created := want(t, s, anna, series(pattern, forever)).get("Items", "CalendarItem", "ItemId")
		item := one(t, organizer.CalendarItems())
		if wanted.StartDate.IsZero() {
			wanted.StartDate = ews.Date{Year: 2030, Month: 1, Day: 7}
		}
		require.Equal(t, wanted, *item.Recurrence)
		// What is written is what was read, except for the zone of the date.
		written := do(t, s, envelope(anna, getItem(shapeOf("IdOnly", "calendar:Recurrence"), itemID(created.attr("Id"))))).Raw
		require.Contains(t, written, pattern)
		_, err := organizer.DeleteItem(item.ItemID.ID, ewstest.HardDelete)
		require.NoError(t, err)
	}
	const weekly = "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek></t:WeeklyRecurrence>"
	want(t, s, anna, series(weekly, "<t:NumberedRecurrence><t:StartDate>2030-01-07</t:StartDate><t:NumberOfOccurrences>2</t:NumberOfOccurrences></t:NumberedRecurrence>"))
	want(t, s, anna, series(weekly, "<t:EndDateRecurrence><t:StartDate>2030-01-07Z</t:StartDate><t:EndDate>2030-01-20Z</t:EndDate></t:EndDateRecurrence>"))
	require.Len(t, january(organizer), 4)
	require.Equal(t, ews.ResponseCode("ErrorCalendarInvalidRecurrence"), refused(t, s, anna, series(strings.Replace(weekly, ">1<", ">0<", 1), forever)))
	require.Equal(t, ews.ResponseCode("ErrorRecurrenceHasNoOccurrence"), refused(t, s, anna, series(weekly, "<t:EndDateRecurrence><t:StartDate>2030-01-08</t:StartDate><t:EndDate>2030-01-09</t:EndDate></t:EndDateRecurrence>")))
}

func TestCreateItemRefusals(t *testing.T) {
	t.Parallel()
	s, _, _, _ := office(t)
	good := createItem("SendToNone", "<t:Subject>x</t:Subject>"+times)
	want(t, s, anna, good)
	for name, c := range map[string]struct {
		old, replacement string
		code             ews.ResponseCode
	}{
		"nobody said who is told":    {` SendMeetingInvitations="SendToNone"`, "", "ErrorSendMeetingInvitationsRequired"},
		"no calendar":                {`"calendar"`, `"inbox"`, "ErrorCannotCreateCalendarItemInNonCalendarFolder"},
		"no folder":                  {calendarFolder, `<t:FolderId Id="AAMk"/>`, ews.ErrorFolderNotFound},
		"read-only property":         {"<t:End>", "<t:OriginalStart>2030-01-07T09:00:00Z</t:OriginalStart><t:End>", "ErrorSchemaValidation"},
		"not to be set":              {"<t:Subject>x</t:Subject>", "<t:Subject>x</t:Subject><t:Size>1</t:Size>", "ErrorInvalidPropertySet"},
		"unknown zone":               {"</t:End>", `</t:End><t:StartTimeZone Id="Nowhere"/>`, "ErrorCalendarInvalidTimeZone"},
		"too long":                   {"<t:End>2030", "<t:End>2040", "ErrorCalendarDurationIsTooLong"},
		"no date":                    {"<t:End>2030", "<t:End>soon", "ErrorSchemaValidation"},
		"order":                      {"<t:Subject>x</t:Subject>" + times, times + "<t:Subject>x</t:Subject>", "ErrorSchemaValidation"},
		"unknown element":            {"<t:Subject>", "<t:Title>x</t:Title><t:Subject>", "ErrorSchemaValidation"},
		"class":                      {"<t:Subject>", "<t:ItemClass>IPM.Task</t:ItemClass><t:Subject>", "ErrorInvalidItemForOperationCreateItem"},
		"unknown way to send":        {"SendToNone", "SendToSome", "ErrorSchemaValidation"},
		"a message, unsaid what for": {"t:CalendarItem>", "t:Message>", "ErrorSchemaValidation"},
	} {
		body := good
		require.Contains(t, body, c.old, name)
		body = strings.ReplaceAll(body, c.old, c.replacement)
		if c.code == ews.ErrorSchemaValidation {
			require.Equal(t, string(c.code), do(t, s, envelope(anna, body)).code(), name)
			continue
		}
		require.Equal(t, c.code, refused(t, s, anna, body), name)
	}
	all := messages(t, s, anna, strings.ReplaceAll(good, "<t:Subject>x</t:Subject>", "<t:Subject>x</t:Subject><t:Size>1</t:Size>"))
	require.Equal(t, "item:Size", all[0].get("MessageXml", "FieldURI").attr("FieldURI"))
	require.Empty(t, all[0].get("Items").Nodes)
	require.Contains(t, all[0].names(), "Items")
	message := `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>x</t:Subject><t:IsRead>true</t:IsRead></t:Message></m:Items></m:CreateItem>`
	id := want(t, s, anna, message).get("Items", "Message", "ItemId").attr("Id")
	require.Equal(t, []string{"ItemId", "Subject", "Sensitivity", "HasAttachments"}, want(t, s, anna, getItem(shapeOf("Default", "calendar:Start"), itemID(id))).get("Items", "Message").names())
	require.Equal(t, ews.ResponseCode("ErrorMessageDispositionRequired"), refused(t, s, anna, strings.Replace(message, ` MessageDisposition="SaveOnly"`, "", 1)))
}

func TestUpdateItem(t *testing.T) {
	t.Parallel()
	s, organizer, guest, r := office(t)
	id, err := organizer.Book(ewstest.Appointment{
		Subject: "a", Location: "here", Start: at(7, 9, 0), End: at(7, 10, 0), Resources: []string{room}, Categories: []string{"Red"},
	})
	require.NoError(t, err)
	key := func() string { return one(t, organizer.CalendarItems()).ItemID.ChangeKey }
	old := key()
	updated := want(t, s, anna, updateItem("SendToAllAndSaveCopy", id, key(),
		set("item:Subject", "<t:Subject>b</t:Subject>"), set("calendar:Start", "<t:Start>2030-01-08T09:00:00</t:Start>"), set("calendar:End", "<t:End>2030-01-08T10:00:00</t:End>"),
		set("calendar:StartTimeZone", `<t:StartTimeZone Id="W. Europe Standard Time"/>`), unset("calendar:Location"), unset("item:Categories"),
		set("calendar:RequiredAttendees", "<t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>bob@example.com</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>")))
	require.Equal(t, id, updated.get("Items", "CalendarItem", "ItemId").attr("Id"))
	require.Equal(t, key(), updated.get("Items", "CalendarItem", "ItemId").attr("ChangeKey"))
	item := one(t, january(organizer))
	require.Equal(t, "b", item.Subject)
	require.Equal(t, at(8, 8, 0), item.Start)
	require.Empty(t, item.Location)
	require.Empty(t, item.Categories)
	require.Equal(t, 1, item.AppointmentSequenceNumber)
	require.Equal(t, at(8, 8, 0), one(t, january(r)).Start)
	require.Equal(t, "b", one(t, january(guest)).Subject)

	require.Equal(t, ews.ResponseCode("ErrorIrresolvableConflict"), refused(t, s, anna, updateItem("SendToNone", id, old, unset("item:Body"))))
	overwrite := replaceOnce(t, updateItem("SendToNone", id, old, set("item:Subject", "<t:Subject>c</t:Subject>")), "NeverOverwrite", "AlwaysOverwrite")
	want(t, s, anna, overwrite)
	require.Equal(t, "c", one(t, january(organizer)).Subject)
	require.Equal(t, "b", one(t, january(guest)).Subject, "nobody was told")
	want(t, s, anna, updateItem("SendOnlyToChanged", id, key(), set("item:Subject", "<t:Subject>d</t:Subject>"), unset("calendar:Resources")))
	require.Equal(t, "b", one(t, january(guest)).Subject, "only the room was told")
	require.Empty(t, january(r))

	for name, c := range map[string]struct {
		update string
		code   ews.ResponseCode
	}{
		"two properties": {set("item:Subject", "<t:Subject>b</t:Subject><t:Location>x</t:Location>"), "ErrorIncorrectUpdatePropertyCount"},
		"another":        {set("item:Subject", "<t:Location>x</t:Location>"), "ErrorUpdatePropertyMismatch"},
		"read-only":      {set("calendar:MyResponseType", "<t:MyResponseType>Accept</t:MyResponseType>"), "ErrorInvalidPropertySet"},
		"undeletable":    {unset("calendar:Start"), "ErrorInvalidPropertyDelete"},
		"end first":      {set("calendar:End", "<t:End>2029-01-08T10:00:00Z</t:End>"), "ErrorCalendarEndDateIsEarlierThanStartDate"},
		"append":         {strings.ReplaceAll(set("item:Subject", "<t:Subject>b</t:Subject>"), "SetItemField", "AppendToItemField"), "ErrorInvalidPropertyAppend"},
	} {
		before := key()
		require.Equal(t, c.code, refused(t, s, anna, updateItem("SendToNone", id, before, c.update)), name)
		require.Equal(t, before, key(), name)
	}
	require.Equal(t, ews.ResponseCode("ErrorSendMeetingInvitationsOrCancellationsRequired"), refused(t, s, anna, updateItem("", id, key(), unset("item:Body"))))
	require.Equal(t, ews.ResponseCode("ErrorChangeKeyRequired"), refused(t, s, anna, replaceOnce(t, updateItem("SendToNone", id, key(), unset("item:Body")), ` ChangeKey="`+key()+`"`, "")))
	require.Equal(t, ews.ErrorItemNotFound, refused(t, s, anna, updateItem("SendToNone", gone(t, organizer), "x", unset("item:Body"))))
}

// An occurrence is updated and deleted by its own id.
func TestUpdateOccurrence(t *testing.T) {
	t.Parallel()
	s, organizer, _, r := office(t)
	master := weekly(t, organizer, func(a *ewstest.Appointment) { a.Resources = []string{room} })
	shown := january(organizer)
	second := shown[1].ItemID
	updated := want(t, s, anna, updateItem("SendToAllAndSaveCopy", second.ID, second.ChangeKey, set("item:Subject", "<t:Subject>moved</t:Subject>"), set("calendar:End", "<t:End>2030-01-14T10:00:00Z</t:End>")))
	require.Equal(t, second.ID, updated.get("Items", "CalendarItem", "ItemId").attr("Id"))
	shown = january(r)
	require.Len(t, shown, 4)
	require.Equal(t, ews.CalendarItemException, shown[1].CalendarItemType)
	require.Equal(t, at(14, 10, 0), shown[1].End)
	require.Equal(t, ews.ResponseAccept, shown[1].MyResponseType)

	want(t, s, anna, deleteItem("HardDelete", "SendToAllAndSaveCopy", january(organizer)[2].ItemID.ID))
	require.Len(t, january(organizer), 3)
	require.Len(t, january(r), 3)
	want(t, s, anna, deleteItem("HardDelete", "SendToNone", january(organizer)[2].ItemID.ID))
	require.Len(t, january(organizer), 2)
	require.Len(t, january(r), 3)
	move := "<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id=\"inbox\"/></m:ToFolderId><m:ItemIds>" + itemID(second.ID) + "</m:ItemIds></m:MoveItem>"
	require.Equal(t, ews.ResponseCode("ErrorCalendarCannotMoveOrCopyOccurrence"), refused(t, s, anna, move))
	require.Equal(t, master, one(t, organizer.CalendarItems()).ItemID.ID)
}

func TestDeleteItem(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"HardDelete", "SoftDelete", "MoveToDeletedItems"} {
		s, organizer, guest, r := office(t)
		book := func() string {
			id, err := organizer.Book(ewstest.Appointment{Subject: "a", Start: at(7, 9, 0), End: at(7, 10, 0), Required: []string{"bob@example.com"}, Resources: []string{room}})
			require.NoError(t, err)
			return id
		}
		id := book()
		require.Equal(t, ews.ResponseCode("ErrorSendMeetingCancellationsRequired"), refused(t, s, anna, deleteItem(how, "", id)))
		want(t, s, anna, deleteItem(how, "SendToAllAndSaveCopy", id))
		require.Empty(t, january(organizer))
		require.Empty(t, january(r))
		require.True(t, one(t, january(guest)).IsCancelled)
		require.Equal(t, ews.ErrorItemNotFound, refused(t, s, anna, deleteItem(how, "SendToAllAndSaveCopy", id)))

		want(t, s, anna, deleteItem(how, "SendToNone", book()))
		require.Len(t, january(r), 1, "nobody told the room")
	}
}

// What is moved goes along with its contents, and comes back with them.
func TestMoveItem(t *testing.T) {
	t.Parallel()
	s, organizer, _, r := office(t)
	id, err := organizer.Book(ewstest.Appointment{Subject: "a", Start: at(7, 9, 0), End: at(7, 10, 0), Resources: []string{room}})
	require.NoError(t, err)
	before := one(t, january(r))
	move := func(operation, id, to string) *node {
		return want(t, s, room, "<m:"+operation+`><m:ToFolderId><t:DistinguishedFolderId Id="`+to+`"/></m:ToFolderId><m:ItemIds>`+itemID(id)+"</m:ItemIds></m:"+operation+">").get("Items", "CalendarItem", "ItemId")
	}
	bin := move("MoveItem", before.ItemID.ID, "deleteditems").attr("Id")
	require.Empty(t, january(r))
	require.Equal(t, ews.ErrorItemNotFound, refused(t, s, room, getItem(shapeOf("IdOnly"), itemID(before.ItemID.ID))))
	require.Equal(t, before.UID, want(t, s, room, getItem(shapeOf("IdOnly", "calendar:UID"), itemID(bin))).get("Items", "CalendarItem", "UID").Text)
	back := move("MoveItem", bin, "calendar")
	after := one(t, january(r))
	require.Equal(t, back.attr("Id"), after.ItemID.ID)
	require.NotEqual(t, before.ItemID.ID, after.ItemID.ID)
	after.ItemID = before.ItemID
	require.Equal(t, before, after)

	// The organizer's updates find it again.
	require.NoError(t, organizer.Change(id, func(a *ewstest.Appointment) { a.Start, a.End = at(9, 9, 0), at(9, 10, 0) }))
	require.Equal(t, at(9, 9, 0), one(t, january(r)).Start)

	// A copy is an item of its own.
	move("CopyItem", one(t, january(r)).ItemID.ID, "calendar")
	shown := january(r)
	require.Len(t, shown, 2)
	require.NotEqual(t, shown[0].UID, shown[1].UID)
	require.NoError(t, organizer.Cancel(id))
	require.Equal(t, "Copy: anna.berg", one(t, january(r)).Subject)
}

// Meetings are answered with response objects.
func TestResponseObjects(t *testing.T) {
	t.Parallel()
	s, organizer, guest, _ := office(t)
	id, err := organizer.Book(ewstest.Appointment{Subject: "a", Start: at(7, 9, 0), End: at(7, 10, 0), Required: []string{"bob@example.com"}})
	require.NoError(t, err)
	answer := func(kind, id string) string {
		return `<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:` + kind + `><t:ReferenceItemId Id="` + id + `"/></t:` + kind + "></m:Items></m:CreateItem>"
	}
	his := one(t, january(guest)).ItemID.ID
	for kind, response := range map[string]ews.ResponseType{"AcceptItem": ews.ResponseAccept, "TentativelyAcceptItem": ews.ResponseTentative} {
		want(t, s, "bob@example.com", answer(kind, his))
		require.Equal(t, response, one(t, january(guest)).MyResponseType)
		require.Equal(t, response, one(t, january(organizer)).RequiredAttendees[0].ResponseType)
	}
	require.Equal(t, ews.ResponseCode("ErrorCalendarIsOrganizerForAccept"), refused(t, s, anna, answer("AcceptItem", id)))
	require.Equal(t, ews.ResponseCode("ErrorCalendarIsNotOrganizer"), refused(t, s, "bob@example.com", answer("CancelCalendarItem", his)))
	want(t, s, "bob@example.com", answer("DeclineItem", his))
	require.Empty(t, january(guest))
	want(t, s, anna, answer("CancelCalendarItem", id))
	require.Empty(t, january(organizer))
}
