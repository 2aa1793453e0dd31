package ews

// SyncFolderItemsRequest asks what has changed in a folder since a SyncState
// (operation SyncFolderItems).
type SyncFolderItemsRequest struct {
	FolderID FolderID
	Shape    ItemShape
	// SyncState is what the last answer gave; empty for everything there is. It
	// belongs to the folder and stays valid for as long as the server likes;
	// then the answer is ErrorInvalidSyncStateData.
	SyncState string
	Ignore    []ItemID // changes of these are not told
	// MaxChangesReturned is 1 to 512; default 512.
	MaxChangesReturned int
}

// SyncFolderItemsResponse is a page of changes. Of an item that changed more
// than once only the last state is told.
type SyncFolderItemsResponse struct {
	ServerVersion           ServerVersionInfo
	SyncState               string // for the next request; store it after Changes have been processed
	IncludesLastItemInRange bool   // false: ask again at once
	Changes                 []ItemChange
}

// ItemChange is one of m:Changes.
type ItemChange struct {
	Type   ItemChangeType
	ItemID ItemID
	Item   *CalendarItem // of Create and Update, as far as the shape asked for it
	IsRead bool          // of ReadFlagChange
	// Err is an ErrUnreadableItem if the item has a value that cannot be read.
	// Then Item is nil; GetItem for less may fare better.
	Err error
}

// ItemChangeType is the name of a change's element.
type ItemChangeType string

// The values of ItemChangeType.
const (
	ItemCreated         ItemChangeType = "Create"
	ItemUpdated         ItemChangeType = "Update"
	ItemDeleted         ItemChangeType = "Delete" // also of an item that has left the folder
	ItemReadFlagChanged ItemChangeType = "ReadFlagChange"
)
