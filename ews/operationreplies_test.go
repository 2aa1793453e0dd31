package ews

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func instant(text string) time.Time {
	t, ok := parseDateTime(text)
	if !ok {
		panic(text)
	}
	return t
}

func TestGetItemReply(t *testing.T) {
	c, _ := clientOf(t, replyFile(t, "getitem-exception.xml"))
	ids := []ItemID{{ID: "AAMkRoom12Exception"}, {ID: "AAMkGone"}}
	r, err := c.GetItem(t.Context(), &GetItemRequest{ItemIDs: ids})
	require.NoError(t, err)
	require.Equal(t, "V2017_07_11", r.ServerVersion.Version)
	require.Len(t, r.Items, 2)

	require.NoError(t, r.Items[0].Err)
	require.Equal(t, ids[0], r.Items[0].ItemID)
	require.Equal(t, &CalendarItem{
		ItemID:           ItemID{ID: "AAMkRoom12Exception", ChangeKey: "DwAAABYAAAC9"},
		ParentFolderID:   &FolderID{ID: "AAMkRoom12Calendar", ChangeKey: "AQAAAA=="},
		ItemClass:        "IPM.Appointment.Occurrence",
		Subject:          " Ana Müller & Söhne",
		Sensitivity:      SensitivityNormal,
		Body:             &Body{Type: "HTML", Text: "<p>Projector &amp; coffee</p>\r\n"},
		Categories:       []string{"Red category", "VIP"},
		DateTimeCreated:  instant("2026-11-02T08:15:11Z"),
		LastModifiedTime: instant("2026-11-03T10:00:00Z"),
		HasAttachments:   true,

		UID:           "040000008200E00074C5B7101A82E00800000000A1",
		RecurrenceID:  instant("2026-11-25T09:00:00Z"),
		DateTimeStamp: instant("2026-11-03T09:59:58Z"),
		Start:         instant("2026-11-25T13:00:00Z"),
		End:           instant("2026-11-25T14:30:00Z"),
		OriginalStart: instant("2026-11-25T09:00:00Z"),

		LegacyFreeBusyStatus: FreeBusyBusy,
		Location:             "Room 12",
		IsMeeting:            true,
		IsRecurring:          true,
		CalendarItemType:     CalendarItemException,
		MyResponseType:       ResponseAccept,
		Organizer:            &Mailbox{Name: "Ana Müller", EmailAddress: "ana@example.com", RoutingType: "SMTP", MailboxType: "Mailbox"},
		RequiredAttendees: []Attendee{
			{Mailbox: Mailbox{Name: "Ana Müller", EmailAddress: "ana@example.com", RoutingType: "SMTP"}, ResponseType: ResponseOrganizer},
			{
				Mailbox:      Mailbox{Name: "Ben", EmailAddress: "/o=Example/ou=Exchange/cn=Recipients/cn=ben", RoutingType: "EX"},
				ResponseType: ResponseAccept, LastResponseTime: instant("2026-11-03T10:05:00Z"),
			},
		},
		OptionalAttendees: []Attendee{{Mailbox: Mailbox{Name: "Cem", EmailAddress: "cem@example.com", RoutingType: "SMTP"}, ResponseType: ResponseUnknown}},
		Resources:         []Attendee{{Mailbox: Mailbox{Name: "Room 12", EmailAddress: "room12@example.com", RoutingType: "SMTP"}, ResponseType: ResponseUnknown}},

		AppointmentReplyTime:      instant("2026-11-03T10:00:01Z"),
		AppointmentSequenceNumber: 2,
		AppointmentState:          AppointmentMeeting | AppointmentReceived,
		StartTimeZone:             &TimeZone{ID: "W. Europe Standard Time", Name: "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"},
		EndTimeZone:               &TimeZone{ID: "UTC", Name: "(UTC) Coordinated Universal Time"},
		IsOnlineMeeting:           true,
	}, r.Items[0].Item)

	require.Equal(t, ids[1], r.Items[1].ItemID)
	require.Nil(t, r.Items[1].Item)
	require.ErrorIs(t, r.Items[1].Err, ErrorItemNotFound)
	require.EqualError(t, r.Items[1].Err, "ews: GetItem: ErrorItemNotFound: The specified object was not found in the store.")
}

func TestGetItemSeriesReply(t *testing.T) {
	c, _ := clientOf(t, replyFile(t, "getitem-series.xml"))
	r, err := c.GetItem(t.Context(), &GetItemRequest{ItemIDs: []ItemID{{ID: "AAMkSeries"}}})
	require.NoError(t, err)
	require.NoError(t, r.Items[0].Err)
	item := r.Items[0].Item
	require.Equal(t, CalendarItemRecurringMaster, item.CalendarItemType)
	require.Equal(t, &Recurrence{
		Pattern: WeeklyRecurrence, Interval: 2, DaysOfWeek: []DayOfWeek{Monday, Wednesday}, FirstDayOfWeek: Monday,
		StartDate: Date{2026, time.November, 2}, EndDate: Date{2026, time.December, 30},
	}, item.Recurrence)
	occurrence := func(id, key, start, end, original string) OccurrenceInfo {
		return OccurrenceInfo{ItemID: ItemID{ID: id, ChangeKey: key}, Start: instant(start), End: instant(end), OriginalStart: instant(original)}
	}
	require.Equal(t, occurrence("AAMkSeries1", "DwAAABYAAAD1", "2026-11-02T08:00:00Z", "2026-11-02T09:00:00Z", "2026-11-02T08:00:00Z"), *item.FirstOccurrence)
	require.Equal(t, occurrence("AAMkSeries9", "DwAAABYAAAD1", "2026-12-30T08:00:00Z", "2026-12-30T09:00:00Z", "2026-12-30T08:00:00Z"), *item.LastOccurrence)
	require.Equal(t, []OccurrenceInfo{
		occurrence("AAMkSeries3", "DwAAABYAAAD2", "2026-11-16T12:00:00Z", "2026-11-16T13:00:00Z", "2026-11-16T08:00:00Z"),
	}, item.ModifiedOccurrences)
	require.Equal(t, []time.Time{instant("2026-11-18T08:00:00Z"), instant("2026-11-30T08:00:00Z")}, item.DeletedOccurrences)
	require.Equal(t, &TimeZone{ID: "Customized Time Zone"}, item.StartTimeZone)
	require.Nil(t, item.EndTimeZone)
	require.Nil(t, item.Body)
	require.Nil(t, item.Organizer)
}

func TestFindItemReply(t *testing.T) {
	c, _ := clientOf(t, replyFile(t, "finditem-view.xml"))
	r, err := c.FindItem(t.Context(), &FindItemRequest{FolderID: FolderID{ID: "x"}, Start: hour(0), End: hour(24)})
	require.NoError(t, err)
	require.Equal(t, 15, r.ServerVersion.MajorVersion)
	require.Equal(t, 1003, r.TotalItems)
	require.False(t, r.IncludesLastItemInRange)
	require.Empty(t, r.Malformed)
	require.Equal(t, []CalendarItem{
		{
			ItemID: ItemID{ID: "AAMkA", ChangeKey: "DwAA"}, Start: instant("2026-11-22T23:00:00Z"), End: instant("2026-11-23T23:00:00Z"),
			IsAllDayEvent: true, CalendarItemType: CalendarItemSingle,
		},
		{
			ItemID: ItemID{ID: "AAMkB", ChangeKey: "DwAB"}, Subject: "Ben", Start: hour(10), End: hour(11),
			CalendarItemType: CalendarItemOccurrence, Organizer: &Mailbox{Name: "Ben"},
		},
	}, r.Items, "in order of Start")
}

func TestSyncFolderItemsReply(t *testing.T) {
	c, _ := clientOf(t, replyFile(t, "syncfolderitems.xml"), replyFile(t, "syncfolderitems-invalid.xml"))
	request := &SyncFolderItemsRequest{FolderID: FolderID{ID: "x"}}
	r, err := c.SyncFolderItems(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, &SyncFolderItemsResponse{
		ServerVersion: r.ServerVersion,
		SyncState:     "H4sIAAAAAAAEAGNgYGcAAA==",
		Changes: []ItemChange{
			{Type: ItemCreated, ItemID: ItemID{ID: "AAMkA", ChangeKey: "DwAA"}, Item: &CalendarItem{ItemID: ItemID{ID: "AAMkA", ChangeKey: "DwAA"}}},
			{Type: ItemUpdated, ItemID: ItemID{ID: "AAMkM", ChangeKey: "CQAA"}, Item: &CalendarItem{ItemID: ItemID{ID: "AAMkM", ChangeKey: "CQAA"}, ItemClass: "IPM.Note"}},
			{Type: ItemDeleted, ItemID: ItemID{ID: "AAMkD", ChangeKey: "DwAC"}},
			{Type: ItemReadFlagChanged, ItemID: ItemID{ID: "AAMkR", ChangeKey: "CQAB"}, IsRead: true},
		},
	}, r)
	require.Equal(t, 1544, r.ServerVersion.MajorBuildNumber)

	r, err = c.SyncFolderItems(t.Context(), request)
	require.ErrorIs(t, err, ErrorInvalidSyncStateData)
	require.Nil(t, r)
}

func TestGetFolderReply(t *testing.T) {
	c, _ := clientOf(t, replyFile(t, "getfolder.xml"))
	ids := []FolderID{{DistinguishedID: CalendarFolder}, {ID: "gone"}}
	r, err := c.GetFolder(t.Context(), &GetFolderRequest{FolderIDs: ids})
	require.NoError(t, err)
	require.Len(t, r.Folders, 2)
	require.Equal(t, FolderResult{FolderID: ids[0], Folder: &Folder{
		FolderID: FolderID{ID: "AAMkC", ChangeKey: "AgAA"}, ParentFolderID: &FolderID{ID: "AAMkT"},
		FolderClass: "IPF.Appointment", DisplayName: "Kalender", TotalCount: 17, ChildFolderCount: 1,
	}}, r.Folders[0])
	require.Equal(t, ids[1], r.Folders[1].FolderID)
	require.Nil(t, r.Folders[1].Folder)
	require.ErrorIs(t, r.Folders[1].Err, ErrorFolderNotFound)
}

func TestCreateAndDeleteItemReply(t *testing.T) {
	c, _ := clientOf(t, replyFile(t, "createitem.xml"), replyFile(t, "deleteitem.xml"))
	item := CalendarItem{Start: hour(9), End: hour(10)}
	created, err := c.CreateItem(t.Context(), &CreateItemRequest{Items: []CalendarItem{item, item}})
	require.NoError(t, err)
	id := ItemID{ID: "AAMkNew", ChangeKey: "DwAA"}
	require.Len(t, created.Items, 2)
	require.Equal(t, ItemResult{ItemID: id, Item: &CalendarItem{ItemID: id}}, created.Items[0])
	require.Nil(t, created.Items[1].Item)
	require.Empty(t, created.Items[1].ItemID)
	require.ErrorIs(t, created.Items[1].Err, ResponseCode("ErrorCalendarEndDateIsEarlierThanStartDate"))

	deleted, err := c.DeleteItem(t.Context(), &DeleteItemRequest{ItemIDs: []ItemID{id, {ID: "gone"}}})
	require.NoError(t, err)
	require.Len(t, deleted.Items, 2)
	require.Equal(t, ItemResult{ItemID: id}, deleted.Items[0])
	require.Equal(t, "gone", deleted.Items[1].ItemID.ID)
	require.ErrorIs(t, deleted.Items[1].Err, ErrorItemNotFound)
}

func TestRoomReplies(t *testing.T) {
	c, _ := clientOf(t, replyFile(t, "getroomlists.xml"), replyFile(t, "getrooms.xml"), replyFile(t, "getrooms-unknown.xml"),
		envelope(`<m:GetRoomsResponse ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode></m:GetRoomsResponse>`))
	lists, err := c.GetRoomLists(t.Context())
	require.NoError(t, err)
	require.Equal(t, []Mailbox{{Name: "Zurich, all floors", EmailAddress: "zurich@example.com", RoutingType: "SMTP", MailboxType: "PublicDL"}}, lists)
	rooms, err := c.GetRooms(t.Context(), lists[0].EmailAddress)
	require.NoError(t, err)
	require.Equal(t, []Mailbox{
		{Name: "Room 11", EmailAddress: "room11@example.com", RoutingType: "SMTP", MailboxType: "Mailbox"},
		{Name: "Room 12", EmailAddress: "room12@example.com", RoutingType: "SMTP", MailboxType: "Mailbox"},
	}, rooms)
	_, err = c.GetRooms(t.Context(), "nobody@example.com")
	require.ErrorIs(t, err, ResponseCode("ErrorNameResolutionNoResults"))
	rooms, err = c.GetRooms(t.Context(), "empty@example.com")
	require.NoError(t, err)
	require.Empty(t, rooms)
}

// One bad value costs the item that has it, and nothing else.
func TestMalformedItem(t *testing.T) {
	good := `<t:CalendarItem><t:ItemId Id="good"/><t:Subject>x</t:Subject><t:Start>2026-11-23T09:00:00Z</t:Start></t:CalendarItem>`
	for _, tt := range []struct{ element, message string }{
		{`<t:Start>tomorrow</t:Start>`, `Start: "tomorrow" is no xs:dateTime`},
		{`<t:End>2026-02-30T10:00:00Z</t:End>`, `End: "2026-02-30T10:00:00Z" is no xs:dateTime`},
		{`<t:RecurrenceId>0</t:RecurrenceId>`, `RecurrenceId: "0" is no xs:dateTime`},
		{`<t:IsCancelled>perhaps</t:IsCancelled>`, `IsCancelled: "perhaps" is no xs:boolean`},
		{`<t:AppointmentState>3.5</t:AppointmentState>`, `AppointmentState: "3.5" is no xs:int`},
		{`<t:AppointmentSequenceNumber>2147483648</t:AppointmentSequenceNumber>`, `AppointmentSequenceNumber: "2147483648" is no xs:int`},
		{`<t:DeletedOccurrences><t:DeletedOccurrence><t:Start>x</t:Start></t:DeletedOccurrence></t:DeletedOccurrences>`, `DeletedOccurrence/Start: "x" is no xs:dateTime`},
		{`<t:LastOccurrence><t:OriginalStart>x</t:OriginalStart></t:LastOccurrence>`, `Occurrence/OriginalStart: "x" is no xs:dateTime`},
		{`<t:Recurrence><t:DailyRecurrence/><t:NoEndRecurrence><t:StartDate>2026</t:StartDate></t:NoEndRecurrence></t:Recurrence>`, `StartDate: "2026" is no xs:date`},
		{`<t:Recurrence><t:AbsoluteYearlyRecurrence><t:Month>May be</t:Month></t:AbsoluteYearlyRecurrence></t:Recurrence>`, `Month: "May be" is no t:MonthNamesType`},
		{`<t:Resources><t:Attendee><t:LastResponseTime>x</t:LastResponseTime></t:Attendee></t:Resources>`, `LastResponseTime: "x" is no xs:dateTime`},
	} {
		bad := `<t:CalendarItem><t:ItemId Id="bad"/><t:Subject>secret</t:Subject>` + tt.element + `</t:CalendarItem>`
		message := `item "bad": ` + tt.message

		m := func(item string) string {
			return `<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items>` + item + `</m:Items></m:GetItemResponseMessage>`
		}
		c, transport := clientOf(t, envelope(`<m:GetItemResponse><m:ResponseMessages>`+m(bad)+m(good)+`</m:ResponseMessages></m:GetItemResponse>`))
		items, err := c.GetItem(t.Context(), &GetItemRequest{ItemIDs: []ItemID{{ID: "bad"}, {ID: "good"}}})
		require.NoError(t, err)
		require.Nil(t, items.Items[0].Item)
		requireUnreadable(t, items.Items[0].Err, "GetItem", message)
		require.NoError(t, items.Items[1].Err)
		require.Equal(t, "x", items.Items[1].Item.Subject)
		require.Len(t, transport.asked, 1)

		c, _ = clientOf(t, envelope(`<m:FindItemResponse><m:ResponseMessages><m:FindItemResponseMessage><m:RootFolder><t:Items>`+good+bad+
			`</t:Items></m:RootFolder></m:FindItemResponseMessage></m:ResponseMessages></m:FindItemResponse>`))
		found, err := c.FindItem(t.Context(), &FindItemRequest{FolderID: FolderID{ID: "x"}, Start: hour(0), End: hour(1)})
		require.NoError(t, err)
		require.Len(t, found.Items, 2)
		require.Len(t, found.Malformed, 1)
		require.Equal(t, ItemID{ID: "bad"}, found.Malformed[0].ItemID)
		requireUnreadable(t, found.Malformed[0].Err, "FindItem", message)
		require.True(t, found.IncludesLastItemInRange, "nothing was said, so there is no more")

		c, _ = clientOf(t, envelope(`<m:SyncFolderItemsResponse><m:ResponseMessages><m:SyncFolderItemsResponseMessage><m:SyncState>s</m:SyncState><m:Changes><t:Update>`+
			bad+`</t:Update><t:Create>`+good+`</t:Create></m:Changes></m:SyncFolderItemsResponseMessage></m:ResponseMessages></m:SyncFolderItemsResponse>`))
		page, err := c.SyncFolderItems(t.Context(), &SyncFolderItemsRequest{FolderID: FolderID{ID: "x"}})
		require.NoError(t, err)
		require.Len(t, page.Changes, 2)
		require.Equal(t, "bad", page.Changes[0].ItemID.ID)
		require.Nil(t, page.Changes[0].Item)
		requireUnreadable(t, page.Changes[0].Err, "SyncFolderItems", message)
		require.NoError(t, page.Changes[1].Err)
		require.True(t, page.IncludesLastItemInRange)
	}
}

// What cannot be told from less than everything fails.
func TestMalformedAnswer(t *testing.T) {
	sync := func(content string) string {
		return envelope(`<m:SyncFolderItemsResponse><m:ResponseMessages><m:SyncFolderItemsResponseMessage>` + content +
			`</m:SyncFolderItemsResponseMessage></m:ResponseMessages></m:SyncFolderItemsResponse>`)
	}
	for content, message := range map[string]string{
		`<m:Changes/>`: "success without a SyncState",
		`<m:SyncState>s</m:SyncState><m:IncludesLastItemInRange>soon</m:IncludesLastItemInRange>`: `IncludesLastItemInRange: "soon" is no xs:boolean`,
		`<m:SyncState>s</m:SyncState><m:Changes><t:Create/></m:Changes>`:                          "Create without an ItemId",
		`<m:SyncState>s</m:SyncState><m:Changes><t:Delete><t:ItemId/></t:Delete></m:Changes>`:     "Delete without an ItemId",
	} {
		c, _ := clientOf(t, sync(content))
		_, err := c.SyncFolderItems(t.Context(), &SyncFolderItemsRequest{FolderID: FolderID{ID: "x"}})
		requireMalformed(t, err, "SyncFolderItems", message)
	}
	c, _ := clientOf(t, sync(`<m:SyncState>s</m:SyncState><m:Changes><t:ReadFlagChange><t:ItemId Id="a"/><t:IsRead>x</t:IsRead></t:ReadFlagChange></m:Changes>`))
	r, err := c.SyncFolderItems(t.Context(), &SyncFolderItemsRequest{FolderID: FolderID{ID: "x"}})
	require.NoError(t, err)
	requireUnreadable(t, r.Changes[0].Err, "SyncFolderItems", `item "a": IsRead: "x" is no xs:boolean`)

	find := func(root string) error {
		c, _ := clientOf(t, envelope(`<m:FindItemResponse><m:ResponseMessages><m:FindItemResponseMessage>`+root+`</m:FindItemResponseMessage></m:ResponseMessages></m:FindItemResponse>`))
		_, err := c.FindItem(t.Context(), &FindItemRequest{FolderID: FolderID{ID: "x"}, Start: hour(0), End: hour(1)})
		return err
	}
	requireMalformed(t, find(``), "FindItem", "success without a RootFolder")
	requireMalformed(t, find(`<m:RootFolder TotalItemsInView="many"/>`), "FindItem", `TotalItemsInView: "many" is no xs:int`)

	folder := func(content string) error {
		c, _ := clientOf(t, envelope(`<m:GetFolderResponse><m:ResponseMessages><m:GetFolderResponseMessage><m:Folders>`+content+
			`</m:Folders></m:GetFolderResponseMessage></m:ResponseMessages></m:GetFolderResponse>`))
		r, err := c.GetFolder(t.Context(), &GetFolderRequest{FolderIDs: []FolderID{{ID: "x"}}})
		require.NoError(t, err)
		require.Nil(t, r.Folders[0].Folder)
		return r.Folders[0].Err
	}
	requireMalformed(t, folder(``), "GetFolder", "success without a folder")
	requireMalformed(t, folder(`<t:Folder/>`), "GetFolder", "folder without a FolderId")
	requireMalformed(t, folder(`<t:Folder><t:FolderId Id="a"/><t:TotalCount>x</t:TotalCount></t:Folder>`), "GetFolder", `TotalCount: "x" is no xs:int`)
}

// Whatever a pattern is called, and in whatever order its parts come.
func TestRecurrenceReply(t *testing.T) {
	start := Date{2026, time.November, 23}
	for content, want := range map[string]Recurrence{
		``: {},
		`<t:DailyRecurrence><t:Interval>3</t:Interval></t:DailyRecurrence><t:NoEndRecurrence><t:StartDate>2026-11-23</t:StartDate></t:NoEndRecurrence>`: {Pattern: DailyRecurrence, Interval: 3, StartDate: start},
		`<t:NumberedRecurrence><t:NumberOfOccurrences>7</t:NumberOfOccurrences><t:StartDate>2026-11-23-05:00</t:StartDate></t:NumberedRecurrence>` +
			`<t:RelativeMonthlyRecurrence><t:DayOfWeekIndex>Last</t:DayOfWeekIndex><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:Interval> 1 </t:Interval></t:RelativeMonthlyRecurrence>`: {
			Pattern: RelativeMonthlyRecurrence, Interval: 1, DaysOfWeek: []DayOfWeek{AnyWeekday}, DayOfWeekIndex: Last, StartDate: start, NumberOfOccurrences: 7,
		},
		`<t:AbsoluteYearlyRecurrence><t:DayOfMonth>29</t:DayOfMonth><t:Month>February</t:Month></t:AbsoluteYearlyRecurrence>`: {Pattern: AbsoluteYearlyRecurrence, DayOfMonth: 29, Month: time.February},
		`<t:WeeklyRegeneration><t:Interval>2</t:Interval></t:WeeklyRegeneration><t:EndDateRecurrence><t:StartDate>2026-11-23</t:StartDate><t:EndDate>2026-11-23</t:EndDate></t:EndDateRecurrence>`: {
			Pattern: "WeeklyRegeneration", Interval: 2, StartDate: start, EndDate: start,
		},
		`<t:LunarRecurrence/><t:EternalRecurrence><t:StartDate>2026-11-23</t:StartDate></t:EternalRecurrence>`: {Pattern: "LunarRecurrence", StartDate: start},
	} {
		c, _ := clientOf(t, envelope(`<m:GetItemResponse><m:ResponseMessages><m:GetItemResponseMessage><m:Items><t:CalendarItem><t:Recurrence>`+content+
			`</t:Recurrence></t:CalendarItem></m:Items></m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse>`))
		r, err := c.GetItem(t.Context(), &GetItemRequest{ItemIDs: []ItemID{{ID: "a"}}})
		require.NoError(t, err)
		require.NoError(t, r.Items[0].Err)
		require.Equal(t, &want, r.Items[0].Item.Recurrence)
	}
}

func TestParseDate(t *testing.T) {
	want := Date{2024, time.February, 29}
	for _, s := range []string{"2024-02-29", "2024-02-29Z", "2024-02-29+14:00", "2024-02-29-05:30", "2024-02-29T00:00:00.000000Z", "2024-02-29T23:00:00+14:00"} {
		got, ok := parseDate(s)
		require.True(t, ok, s)
		require.Equal(t, want, got)
	}
	for _, s := range []string{"", "2024-02-30", "2024-2-29", "2024-02-29T00:00Z", "2024-02-29T25:00:00Z", "2024-02-29+15:00", "24-02-29", strings.Repeat("1", 100)} {
		_, ok := parseDate(s)
		require.False(t, ok, s)
	}
	require.Equal(t, "2024-02-29", want.String())
	require.True(t, Date{}.IsZero())
	require.Equal(t, want, DateOf(want.In(time.FixedZone("", -3600))))
}

// Characters that XML forbids are in subjects and names of real calendars; they
// cost themselves only.
func TestControlCharacters(t *testing.T) {
	c, _ := clientOf(t, replyFile(t, "getitem-control-characters.xml"))
	r, err := c.GetItem(t.Context(), &GetItemRequest{ItemIDs: []ItemID{{ID: "AAMkA"}}})
	require.NoError(t, err)
	require.NoError(t, r.Items[0].Err)
	require.Equal(t, "Room\uFFFD12 & 🏢 \uFFFD\uFFFD", r.Items[0].Item.Subject)
	require.Equal(t, instant("2026-11-25T13:00:00Z"), r.Items[0].Item.Start)
}
