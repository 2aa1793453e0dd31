package ews

// CreateItemRequest makes calendar items (operation CreateItem).
type CreateItemRequest struct {
	// FolderID is m:SavedItemFolderId; the zero value is the caller's calendar.
	FolderID FolderID
	Items    []CalendarItem // of each the fields that say so
	// SendMeetingInvitations is who is told; default SendToNone. An item with
	// attendees stays a draft until they are.
	SendMeetingInvitations SendMeetingInvitations
}

// SendMeetingInvitations is t:CalendarItemCreateOrDeleteOperationType.
type SendMeetingInvitations string

// The values of SendMeetingInvitations, which are also those for
// cancellations.
const (
	SendToNone           SendMeetingInvitations = "SendToNone"
	SendOnlyToAll        SendMeetingInvitations = "SendOnlyToAll"
	SendToAllAndSaveCopy SendMeetingInvitations = "SendToAllAndSaveCopy"
)

// CreateItemResponse has one result for each item of the request, in the same
// order: its id, or an error. The other fields of an Item are zero.
type CreateItemResponse struct {
	ServerVersion ServerVersionInfo
	Items         []ItemResult
}
