package ews

import "encoding/xml"

// createItem is m:CreateItem.
type createItem struct {
	XMLName                xml.Name               `xml:"m:CreateItem"`
	SendMeetingInvitations SendMeetingInvitations `xml:"SendMeetingInvitations,attr"`
	SavedItemFolderID      *folderIDs             `xml:"m:SavedItemFolderId"`
	Items                  []calendarItemRequest  `xml:"m:Items>t:CalendarItem"`
}

// calendarItemRequest is t:CalendarItem in the order of the schema.
type calendarItemRequest struct {
	Subject              string               `xml:"t:Subject,omitempty"`
	Sensitivity          Sensitivity          `xml:"t:Sensitivity,omitempty"`
	Body                 *bodyRequest         `xml:"t:Body"`
	Categories           *stringsRequest      `xml:"t:Categories"`
	UID                  string               `xml:"t:UID,omitempty"`
	Start                string               `xml:"t:Start"`
	End                  string               `xml:"t:End"`
	IsAllDayEvent        bool                 `xml:"t:IsAllDayEvent,omitempty"`
	LegacyFreeBusyStatus LegacyFreeBusyStatus `xml:"t:LegacyFreeBusyStatus,omitempty"`
	Location             string               `xml:"t:Location,omitempty"`
	RequiredAttendees    *attendeesRequest    `xml:"t:RequiredAttendees"`
	OptionalAttendees    *attendeesRequest    `xml:"t:OptionalAttendees"`
	Resources            *attendeesRequest    `xml:"t:Resources"`
	Recurrence           *recurrenceRequest   `xml:"t:Recurrence"`
	StartTimeZone        *timeZoneRequest     `xml:"t:StartTimeZone"`
	EndTimeZone          *timeZoneRequest     `xml:"t:EndTimeZone"`
}

type bodyRequest struct {
	Type string `xml:"BodyType,attr"`
	Text string `xml:",chardata"`
}

// stringsRequest is schema type t:ArrayOfStringsType.
type stringsRequest struct {
	Strings []string `xml:"t:String"`
}

type timeZoneRequest struct {
	ID   string `xml:"Id,attr"`
	Name string `xml:"Name,attr,omitempty"`
}

// newCreateItem leaves out what an item does not say, so that the server's
// defaults apply.
func newCreateItem(r *CreateItemRequest) *createItem {
	c := &createItem{SendMeetingInvitations: r.SendMeetingInvitations}
	if c.SendMeetingInvitations == "" {
		c.SendMeetingInvitations = SendToNone
	}
	if r.FolderID != (FolderID{}) {
		c.SavedItemFolderID = &folderIDs{IDs: []folderIDElement{newFolderIDElement(&r.FolderID)}}
	}
	for i := range r.Items {
		c.Items = append(c.Items, newCalendarItemRequest(&r.Items[i]))
	}
	return c
}

func newCalendarItemRequest(i *CalendarItem) calendarItemRequest {
	e := calendarItemRequest{
		Subject:              i.Subject,
		Sensitivity:          i.Sensitivity,
		UID:                  i.UID,
		Start:                formatDateTime(i.Start),
		End:                  formatDateTime(i.End),
		IsAllDayEvent:        i.IsAllDayEvent,
		LegacyFreeBusyStatus: i.LegacyFreeBusyStatus,
		Location:             i.Location,
		RequiredAttendees:    newAttendees(i.RequiredAttendees),
		OptionalAttendees:    newAttendees(i.OptionalAttendees),
		Resources:            newAttendees(i.Resources),
		Recurrence:           newRecurrence(i.Recurrence),
		StartTimeZone:        newTimeZone(i.StartTimeZone),
		EndTimeZone:          newTimeZone(i.EndTimeZone),
	}
	if len(i.Categories) > 0 {
		e.Categories = &stringsRequest{Strings: i.Categories}
	}
	if i.Body != nil {
		e.Body = &bodyRequest{Type: firstOf(i.Body.Type, "Text"), Text: i.Body.Text}
	}
	return e
}

func newTimeZone(z *TimeZone) *timeZoneRequest {
	if z == nil {
		return nil
	}
	return &timeZoneRequest{ID: z.ID, Name: z.Name}
}

// createItemAnswer is m:CreateItemResponse.
type createItemAnswer struct {
	Messages []itemInfoMessage `xml:"ResponseMessages>CreateItemResponseMessage"`
}
