package ews

// GetFolderRequest asks for folders (operation GetFolder).
type GetFolderRequest struct {
	FolderIDs []FolderID
	BaseShape BaseShape // default Default
}

// Folder is t:Folder, t:CalendarFolder or another type of folder.
type Folder struct {
	FolderID         FolderID
	ParentFolderID   *FolderID
	FolderClass      string // "IPF.Appointment" of a calendar
	DisplayName      string // in the mailbox's language: never decide by it
	TotalCount       int
	ChildFolderCount int
}

// FolderResult is what became of one folder of a request.
type FolderResult struct {
	FolderID FolderID // as it was asked for
	Folder   *Folder  // nil if Err is set
	Err      error    // a *ResponseError
}

// GetFolderResponse has one result for each folder asked for, in the same
// order.
type GetFolderResponse struct {
	ServerVersion ServerVersionInfo
	Folders       []FolderResult
}
