package ews

import "time"

// EventType is the name of an event element (t:CreatedEvent, …), which is also
// how t:EventType names it in a subscription (schema type
// t:NotificationEventTypeType). The set is open: an event of a kind that this
// package does not know is passed on with its element's name.
type EventType string

// The event types of the schema. StatusEvent is the heartbeat of a push
// subscription; it cannot be subscribed to, it always comes.
const (
	CopiedEvent          EventType = "CopiedEvent"
	CreatedEvent         EventType = "CreatedEvent"
	DeletedEvent         EventType = "DeletedEvent"
	ModifiedEvent        EventType = "ModifiedEvent"
	MovedEvent           EventType = "MovedEvent"
	NewMailEvent         EventType = "NewMailEvent"
	StatusEvent          EventType = "StatusEvent"
	FreeBusyChangedEvent EventType = "FreeBusyChangedEvent" // from Exchange 2010
)

// Event is one change in a mailbox: t:CopiedEvent, t:CreatedEvent, … (schema
// types t:BaseNotificationEventType, t:BaseObjectChangedEventType,
// t:ModifiedEventType, t:MovedCopiedEventType in one flat struct).
//
// Exactly one of ItemID and FolderID is set, except in a StatusEvent, which has
// neither, and in events of an unknown kind.
type Event struct {
	Type EventType `json:"type"`
	// Watermark is t:Watermark: opaque, compared for equality only, and
	// optional; some servers never send one.
	Watermark string `json:"watermark,omitempty"`
	// TimeStamp is t:TimeStamp: UTC, whole seconds. Several events share one;
	// it does not order them. It is zero in a StatusEvent.
	TimeStamp time.Time `json:"timeStamp,omitzero"`

	ItemID         *ItemID   `json:"itemId,omitempty"`         // t:ItemId
	FolderID       *FolderID `json:"folderId,omitempty"`       // t:FolderId
	ParentFolderID *FolderID `json:"parentFolderId,omitempty"` // t:ParentFolderId

	// OldItemID, OldFolderID and OldParentFolderID are set in a MovedEvent and
	// a CopiedEvent (t:OldItemId or t:OldFolderId, t:OldParentFolderId). After
	// a move the old id no longer works.
	OldItemID         *ItemID   `json:"oldItemId,omitempty"`
	OldFolderID       *FolderID `json:"oldFolderId,omitempty"`
	OldParentFolderID *FolderID `json:"oldParentFolderId,omitempty"`

	// UnreadCount is t:UnreadCount of a ModifiedEvent about a folder; calendar
	// folders do not have it.
	UnreadCount *int `json:"unreadCount,omitempty"`
}
