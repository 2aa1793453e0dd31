package ews_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
	_ "time/tzdata" // for machines without a time zone database

	"github.com/ewspush/ewspush/ews"
)

// What the calendar of a room shows on a day.
func ExampleClient_FindItem() {
	server := exchange(http.StatusOK, `<m:FindItemResponse><m:ResponseMessages><m:FindItemResponseMessage ResponseClass="Success">
		<m:ResponseCode>NoError</m:ResponseCode><m:RootFolder TotalItemsInView="1" IncludesLastItemInRange="true"><t:Items><t:CalendarItem>
		<t:ItemId Id="AAMk"/><t:Subject>Ana Müller</t:Subject><t:Start>2026-11-23T09:00:00Z</t:Start><t:End>2026-11-23T10:00:00Z</t:End>
		</t:CalendarItem></t:Items></m:RootFolder></m:FindItemResponseMessage></m:ResponseMessages></m:FindItemResponse>`)
	defer server.Close()
	client, err := ews.NewClient(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseIdleConnections()

	day := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
	view, err := client.FindItem(context.Background(), &ews.FindItemRequest{
		FolderID: ews.FolderID{DistinguishedID: ews.CalendarFolder, Mailbox: "room12@example.com"},
		Shape:    ews.ItemShape{BaseShape: ews.Default},
		Start:    day,
		End:      day.AddDate(0, 0, 1),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, item := range view.Items {
		fmt.Println(item.Start.Format("15:04"), item.End.Format("15:04"), item.Subject)
	}
	// Output: 09:00 10:00 Ana Müller
}

// An item that is gone costs the others nothing.
func ExampleClient_GetItem() {
	server := exchange(http.StatusOK, `<m:GetItemResponse><m:ResponseMessages>
		<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>Not found.</m:MessageText><m:ResponseCode>ErrorItemNotFound</m:ResponseCode>
		<m:Items/></m:GetItemResponseMessage><m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items>
		<t:CalendarItem><t:ItemId Id="b"/><t:UID>0400</t:UID><t:Location>Room 12</t:Location></t:CalendarItem></m:Items></m:GetItemResponseMessage>
		</m:ResponseMessages></m:GetItemResponse>`)
	defer server.Close()
	client, err := ews.NewClient(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseIdleConnections()

	items, err := client.GetItem(context.Background(), &ews.GetItemRequest{
		ItemIDs: []ews.ItemID{{ID: "a"}, {ID: "b"}},
		Shape:   ews.ItemShape{AdditionalProperties: ews.CalendarProperties()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range items.Items {
		switch {
		case errors.Is(result.Err, ews.ErrorItemNotFound):
			fmt.Println(result.ItemID.ID, "is gone")
		case result.Err != nil:
			fmt.Println(result.Err)
		default:
			fmt.Println(result.ItemID.ID, result.Item.UID, result.Item.Location)
		}
	}
	// Output:
	// a is gone
	// b 0400 Room 12
}

// A page of what has changed since the last time.
func ExampleClient_SyncFolderItems() {
	server := exchange(http.StatusOK, `<m:SyncFolderItemsResponse><m:ResponseMessages><m:SyncFolderItemsResponseMessage ResponseClass="Success">
		<m:ResponseCode>NoError</m:ResponseCode><m:SyncState>state2</m:SyncState><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange><m:Changes>
		<t:Create><t:CalendarItem><t:ItemId Id="a"/></t:CalendarItem></t:Create><t:Delete><t:ItemId Id="b"/></t:Delete></m:Changes>
		</m:SyncFolderItemsResponseMessage></m:ResponseMessages></m:SyncFolderItemsResponse>`)
	defer server.Close()
	client, err := ews.NewClient(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseIdleConnections()

	state := "state1"
	for {
		page, err := client.SyncFolderItems(context.Background(), &ews.SyncFolderItemsRequest{
			FolderID:  ews.FolderID{DistinguishedID: ews.CalendarFolder},
			SyncState: state,
		})
		if errors.Is(err, ews.ErrorInvalidSyncStateData) {
			state = "" // from the beginning
			continue
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, change := range page.Changes {
			fmt.Println(change.Type, change.ItemID.ID)
		}
		state = page.SyncState // store it, now that the changes have been processed
		if page.IncludesLastItemInRange {
			break
		}
	}
	fmt.Println(state)
	// Output:
	// Create a
	// Delete b
	// state2
}

func ExampleTimeZone_Location() {
	zone := ews.TimeZone{ID: "W. Europe Standard Time"}
	loc, err := zone.Location()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC).In(loc))

	zone.ID = "Customized Time Zone"
	_, err = zone.Location()
	fmt.Println(err)
	// Output:
	// 2026-11-23 10:00:00 +0100 CET
	// ews: unknown time zone "Customized Time Zone"
}

// An all-day event is a pair of instants; its day is that of who made it.
func ExampleCalendarItem_Dates() {
	item := ews.CalendarItem{
		IsAllDayEvent: true,
		Start:         time.Date(2026, time.November, 22, 15, 0, 0, 0, time.UTC),
		End:           time.Date(2026, time.November, 23, 15, 0, 0, 0, time.UTC),
		StartTimeZone: &ews.TimeZone{ID: "Tokyo Standard Time"},
	}
	first, last, _ := item.Dates()
	fmt.Println(first, last)
	// Output: 2026-11-23 2026-11-23
}
