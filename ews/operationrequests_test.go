package ews

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hour returns an hour of a day in November.
func hour(n int) time.Time { return time.Date(2026, time.November, 23, n, 0, 0, 0, time.UTC) }

// series is a recurrence with its pattern's parts, and some that it has not,
// which are not written.
func series(pattern RecurrencePattern, days ...DayOfWeek) *Recurrence {
	return &Recurrence{
		Pattern: pattern, Interval: 2, DaysOfWeek: days, FirstDayOfWeek: Monday, DayOfMonth: 23, DayOfWeekIndex: Last, Month: time.November,
		StartDate: Date{2026, time.November, 23},
	}
}

// Each golden file validates against the messages schema, see
// testdata/README.md.
func TestOperationRequests(t *testing.T) {
	calendar := FolderID{DistinguishedID: CalendarFolder, Mailbox: "room12@example.com"}
	folder := FolderID{ID: "AAMkFolder", ChangeKey: "AQAAAA=="}
	shape := ItemShape{AdditionalProperties: CalendarProperties(), BodyType: "Text"}
	zurich := time.FixedZone("", 3600)
	ids := []ItemID{{ID: "AAMkA", ChangeKey: "DwAA"}, {ID: "AAMkB&"}}
	zone := &TimeZone{ID: "W. Europe Standard Time"}
	full := CalendarItem{
		Subject: `Planning <"2027"> & more`, Sensitivity: SensitivityPrivate, Body: &Body{Type: "HTML", Text: "<p>&amp;</p>"},
		Categories: []string{"Red", "VIP"}, UID: "uid-1", Start: hour(9).In(zurich), End: hour(10).Add(1500 * time.Millisecond), IsAllDayEvent: true,
		LegacyFreeBusyStatus: FreeBusyOOF, Location: "Room 12",
		RequiredAttendees: []Attendee{{Mailbox: Mailbox{Name: "Ben", EmailAddress: "ben@example.com", RoutingType: "SMTP", MailboxType: "Mailbox"}}},
		OptionalAttendees: []Attendee{{Mailbox: Mailbox{EmailAddress: "cem@example.com"}, ResponseType: ResponseAccept}},
		Resources:         []Attendee{{Mailbox: Mailbox{EmailAddress: "room12@example.com"}}, {Mailbox: Mailbox{EmailAddress: "room13@example.com"}}},
		Recurrence:        series(WeeklyRecurrence, Monday, Wednesday), StartTimeZone: zone, EndTimeZone: &TimeZone{ID: "UTC", Name: "(UTC)"},
	}
	full.Recurrence.NumberOfOccurrences = 6
	var patterns []CalendarItem
	for _, r := range []*Recurrence{
		series(DailyRecurrence), series(WeeklyRecurrence, Friday), series(AbsoluteMonthlyRecurrence), series(RelativeMonthlyRecurrence, AnyWeekday),
		series(AbsoluteYearlyRecurrence), series(RelativeYearlyRecurrence, Thursday),
	} {
		if len(patterns)%2 == 1 {
			r.EndDate = Date{2027, time.January, 3}
		}
		patterns = append(patterns, CalendarItem{Start: hour(9), End: hour(9), Body: &Body{Text: "x"}, Recurrence: r})
	}

	for name, call := range map[string]func(*Client) error{
		"getfolder": func(c *Client) error {
			_, err := c.GetFolder(t.Context(), &GetFolderRequest{FolderIDs: []FolderID{calendar, folder}})
			return err
		},
		"getfolder-idonly": func(c *Client) error {
			_, err := c.GetFolder(t.Context(), &GetFolderRequest{FolderIDs: []FolderID{calendar}, BaseShape: IDOnly})
			return err
		},
		"finditem": func(c *Client) error {
			_, err := c.FindItem(t.Context(), &FindItemRequest{FolderID: calendar, Start: hour(0).In(zurich), End: hour(24)})
			return err
		},
		"finditem-limited": func(c *Client) error {
			_, err := c.FindItem(t.Context(), &FindItemRequest{FolderID: folder, Shape: shape, Start: hour(0), End: hour(0), MaxEntries: 100})
			return err
		},
		"getitem": func(c *Client) error {
			_, err := c.GetItem(t.Context(), &GetItemRequest{ItemIDs: ids, Shape: shape})
			return err
		},
		"getitem-default": func(c *Client) error {
			_, err := c.GetItem(t.Context(), &GetItemRequest{ItemIDs: ids[:1], Shape: ItemShape{BaseShape: AllProperties}})
			return err
		},
		"syncfolderitems": func(c *Client) error {
			_, err := c.SyncFolderItems(t.Context(), &SyncFolderItemsRequest{FolderID: calendar})
			return err
		},
		"syncfolderitems-state": func(c *Client) error {
			_, err := c.SyncFolderItems(t.Context(), &SyncFolderItemsRequest{
				FolderID: folder, SyncState: "H4sIAAAA+/==", Ignore: ids, MaxChangesReturned: 10, Shape: ItemShape{BaseShape: Default},
			})
			return err
		},
		"createitem": func(c *Client) error {
			_, err := c.CreateItem(t.Context(), &CreateItemRequest{FolderID: calendar, Items: []CalendarItem{full}, SendMeetingInvitations: SendToAllAndSaveCopy})
			return err
		},
		"createitem-series": func(c *Client) error {
			_, err := c.CreateItem(t.Context(), &CreateItemRequest{Items: patterns})
			return err
		},
		"deleteitem": func(c *Client) error {
			_, err := c.DeleteItem(t.Context(), &DeleteItemRequest{ItemIDs: ids})
			return err
		},
		"deleteitem-hard": func(c *Client) error {
			_, err := c.DeleteItem(t.Context(), &DeleteItemRequest{ItemIDs: ids, DeleteType: HardDelete, SendMeetingCancellations: SendOnlyToAll})
			return err
		},
		"getroomlists": func(c *Client) error {
			_, err := c.GetRoomLists(t.Context())
			return err
		},
		"getrooms": func(c *Client) error {
			_, err := c.GetRooms(t.Context(), "zurich@example.com")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, transport := clientOf(t)
			require.ErrorContains(t, call(c), "no more answers")
			require.Len(t, transport.asked, 1)
			golden(t, name+".xml", transport.asked[0])
		})
	}
}

func TestOperationRequestsRefused(t *testing.T) {
	calendar := FolderID{DistinguishedID: CalendarFolder}
	none := []ItemID{{ID: "a"}, {}}
	empty := ItemShape{AdditionalProperties: []string{"item:Subject", ""}}
	for message, call := range map[string]func(*Client) error{
		"FolderIDs: at least one is needed": func(c *Client) error {
			_, err := c.GetFolder(t.Context(), &GetFolderRequest{})
			return err
		},
		"FolderIDs[1]: exactly one of ID and DistinguishedID must be set": func(c *Client) error {
			_, err := c.GetFolder(t.Context(), &GetFolderRequest{FolderIDs: []FolderID{calendar, {}}})
			return err
		},
	} {
		requireRefused(t, "ews: GetFolderRequest: "+message, call)
	}
	for message, request := range map[string]*FindItemRequest{
		"FolderID: exactly one of ID and DistinguishedID must be set": {Start: hour(0), End: hour(1)},
		"Shape: AdditionalProperties[1]: empty":                       {FolderID: calendar, Shape: empty},
		"Start: not set":                                              {FolderID: calendar, End: hour(1)},
		"End: not set, or before Start":                               {FolderID: calendar, Start: hour(1)},
		"MaxEntries: -1 is negative":                                  {FolderID: calendar, Start: hour(0), End: hour(1), MaxEntries: -1},
	} {
		requireRefused(t, "ews: FindItemRequest: "+message, func(c *Client) error {
			_, err := c.FindItem(t.Context(), request)
			return err
		})
	}
	for message, request := range map[string]*GetItemRequest{
		"ItemIDs: at least one is needed":       {},
		"ItemIDs[1]: ID is empty":               {ItemIDs: none},
		"Shape: AdditionalProperties[1]: empty": {ItemIDs: none[:1], Shape: empty},
		"BatchSize: -1 is negative":             {ItemIDs: none[:1], BatchSize: -1},
	} {
		requireRefused(t, "ews: GetItemRequest: "+message, func(c *Client) error {
			_, err := c.GetItem(t.Context(), request)
			return err
		})
	}
	for message, request := range map[string]*SyncFolderItemsRequest{
		"FolderID: Mailbox is for a DistinguishedID only": {FolderID: FolderID{ID: "x", Mailbox: "y"}},
		"Shape: AdditionalProperties[1]: empty":           {FolderID: calendar, Shape: empty},
		"Ignore[1]: ID is empty":                          {FolderID: calendar, Ignore: none},
		"MaxChangesReturned: 513 is not 1 to 512":         {FolderID: calendar, MaxChangesReturned: 513},
		"MaxChangesReturned: -1 is not 1 to 512":          {FolderID: calendar, MaxChangesReturned: -1},
	} {
		requireRefused(t, "ews: SyncFolderItemsRequest: "+message, func(c *Client) error {
			_, err := c.SyncFolderItems(t.Context(), request)
			return err
		})
	}
	for message, request := range map[string]*DeleteItemRequest{
		"ItemIDs: at least one is needed": {},
		"ItemIDs[1]: ID is empty":         {ItemIDs: none},
	} {
		requireRefused(t, "ews: DeleteItemRequest: "+message, func(c *Client) error {
			_, err := c.DeleteItem(t.Context(), request)
			return err
		})
	}
	requireRefused(t, "ews: GetRooms: no list", func(c *Client) error {
		_, err := c.GetRooms(t.Context(), "")
		return err
	})
}

func TestCreateItemRefused(t *testing.T) {
	tests := []struct {
		message string
		change  func(*CreateItemRequest, *CalendarItem, *Recurrence)
	}{
		{"FolderID: exactly one of ID and DistinguishedID must be set", func(r *CreateItemRequest, _ *CalendarItem, _ *Recurrence) { r.FolderID.Mailbox = "x" }},
		{"Items: at least one is needed", func(r *CreateItemRequest, _ *CalendarItem, _ *Recurrence) { r.Items = nil }},
		{"Items[1].Start: not set", func(_ *CreateItemRequest, i *CalendarItem, _ *Recurrence) { i.Start = time.Time{} }},
		{"Items[1].End: not set, or before Start", func(_ *CreateItemRequest, i *CalendarItem, _ *Recurrence) { i.End = hour(8) }},
		{"Items[1].RequiredAttendees[0].Mailbox.EmailAddress: empty", func(_ *CreateItemRequest, i *CalendarItem, _ *Recurrence) { i.RequiredAttendees = make([]Attendee, 1) }},
		{"Items[1].OptionalAttendees[0].Mailbox.EmailAddress: empty", func(_ *CreateItemRequest, i *CalendarItem, _ *Recurrence) { i.OptionalAttendees = make([]Attendee, 1) }},
		{"Items[1].Resources[0].Mailbox.EmailAddress: empty", func(_ *CreateItemRequest, i *CalendarItem, _ *Recurrence) { i.Resources = make([]Attendee, 1) }},
		{"Items[1].StartTimeZone.ID: empty", func(_ *CreateItemRequest, i *CalendarItem, _ *Recurrence) { i.StartTimeZone = &TimeZone{} }},
		{"Items[1].EndTimeZone.ID: empty", func(_ *CreateItemRequest, i *CalendarItem, _ *Recurrence) { i.EndTimeZone = &TimeZone{} }},
		{`Items[1].Recurrence.Pattern: "DailyRegeneration" is no pattern that can be made`, func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) { r.Pattern = "DailyRegeneration" }},
		{"Items[1].Recurrence.Interval: 0 is not positive", func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) { r.Interval = 0 }},
		{"Items[1].Recurrence.Month: 13 is none", func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) {
			r.Pattern, r.Month = AbsoluteYearlyRecurrence, 13
		}},
		{"Items[1].Recurrence.DaysOfWeek: at least one is needed", func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) { r.DaysOfWeek = nil }},
		{"Items[1].Recurrence.DaysOfWeek: 2 days instead of one", func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) { r.Pattern = RelativeMonthlyRecurrence }},
		{"Items[1].Recurrence.DayOfWeekIndex: not set", func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) {
			r.Pattern, r.DaysOfWeek, r.DayOfWeekIndex = RelativeYearlyRecurrence, []DayOfWeek{AnyDay}, ""
		}},
		{"Items[1].Recurrence.DayOfMonth: 32 is not 1 to 31", func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) {
			r.Pattern, r.DayOfMonth = AbsoluteMonthlyRecurrence, 32
		}},
		{"Items[1].Recurrence.StartDate: not set", func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) { r.StartDate = Date{} }},
		{"Items[1].Recurrence.NumberOfOccurrences: not beside EndDate", func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) {
			r.EndDate, r.NumberOfOccurrences = r.StartDate, 3
		}},
		{"Items[1].Recurrence.NumberOfOccurrences: -3 is negative", func(_ *CreateItemRequest, _ *CalendarItem, r *Recurrence) { r.NumberOfOccurrences = -3 }},
	}
	for _, tt := range tests {
		good := CalendarItem{Start: hour(9), End: hour(10)}
		bad := good
		bad.Recurrence = series(WeeklyRecurrence, Monday, Friday)
		r := &CreateItemRequest{Items: []CalendarItem{good, bad}}
		require.NoError(t, r.Validate())
		tt.change(r, &r.Items[1:2:2][0], bad.Recurrence)
		requireRefused(t, "ews: CreateItemRequest: "+tt.message, func(c *Client) error {
			_, err := c.CreateItem(t.Context(), r)
			return err
		})
	}
}
