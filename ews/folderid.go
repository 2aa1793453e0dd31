package ews

// FolderID names a folder: t:FolderId (schema type t:FolderIdType) or, where
// DistinguishedID is set, t:DistinguishedFolderId (t:DistinguishedFolderIdType).
// The folders in events are always of the first kind.
type FolderID struct {
	ID        string `json:"id,omitempty"`        // attribute Id of t:FolderId
	ChangeKey string `json:"changeKey,omitempty"` // attribute ChangeKey, optional

	DistinguishedID DistinguishedFolderID `json:"distinguishedId,omitempty"` // attribute Id of t:DistinguishedFolderId
	// Mailbox is t:Mailbox/t:EmailAddress of a t:DistinguishedFolderId: whose
	// folder is meant, where it is not the caller's own.
	Mailbox string `json:"mailbox,omitempty"`
}

// DistinguishedFolderID is a folder that has the same name in every mailbox
// (schema type t:DistinguishedFolderIdNameType). The set is open.
type DistinguishedFolderID string

// The distinguished folders that a subscription is usually about.
const (
	CalendarFolder      DistinguishedFolderID = "calendar"
	DeletedItemsFolder  DistinguishedFolderID = "deleteditems"
	InboxFolder         DistinguishedFolderID = "inbox"
	MsgFolderRootFolder DistinguishedFolderID = "msgfolderroot"
	RootFolder          DistinguishedFolderID = "root"
	// RecoverableItemsDeletionsFolder is where a soft delete puts an item.
	RecoverableItemsDeletionsFolder DistinguishedFolderID = "recoverableitemsdeletions"
)
