package ews

// DeleteItemRequest deletes items (operation DeleteItem).
type DeleteItemRequest struct {
	ItemIDs    []ItemID
	DeleteType DisposalType // default MoveToDeletedItems
	// SendMeetingCancellations is who is told; default SendToNone.
	SendMeetingCancellations SendMeetingInvitations
}

// DisposalType is t:DisposalType: how an item is deleted.
type DisposalType string

// The values of DisposalType.
const (
	HardDelete         DisposalType = "HardDelete"
	SoftDelete         DisposalType = "SoftDelete"
	MoveToDeletedItems DisposalType = "MoveToDeletedItems"
)

// DeleteItemResponse has one result for each item of the request, in the same
// order; their Items are nil.
type DeleteItemResponse struct {
	ServerVersion ServerVersionInfo
	Items         []ItemResult
}
