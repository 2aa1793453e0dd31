package ews

// ItemShape is m:ItemShape (schema type t:ItemResponseShapeType): which
// properties of items are wanted. The zero value asks for the ids only.
type ItemShape struct {
	BaseShape BaseShape // t:BaseShape; default IDOnly
	// AdditionalProperties are the FieldURIs of t:AdditionalProperties, such as
	// "calendar:UID". A server refuses all of the request for one that its
	// version does not know.
	AdditionalProperties []string
	// BodyType is t:BodyType: "Best", "HTML" or "Text"; default none.
	BodyType string
}

// BaseShape is t:DefaultShapeNamesType.
type BaseShape string

// The values of BaseShape.
const (
	IDOnly        BaseShape = "IdOnly"
	Default       BaseShape = "Default"
	AllProperties BaseShape = "AllProperties"
)

// CalendarProperties returns the FieldURIs of what a booking system needs to
// know of an item: all fields of CalendarItem except Body and IsOnlineMeeting.
// Every server since Exchange 2010 knows them. The caller may change the slice.
func CalendarProperties() []string {
	return []string{
		"item:ItemId", "item:ParentFolderId", "item:ItemClass", "item:Subject", "item:Sensitivity", "item:Categories",
		"item:DateTimeCreated", "item:LastModifiedTime", "item:HasAttachments",
		"calendar:UID", "calendar:RecurrenceId", "calendar:DateTimeStamp", "calendar:Start", "calendar:End",
		"calendar:OriginalStart", "calendar:IsAllDayEvent", "calendar:LegacyFreeBusyStatus", "calendar:Location",
		"calendar:IsMeeting", "calendar:IsCancelled", "calendar:IsRecurring", "calendar:CalendarItemType",
		"calendar:MyResponseType", "calendar:Organizer", "calendar:RequiredAttendees", "calendar:OptionalAttendees",
		"calendar:Resources", "calendar:AppointmentReplyTime", "calendar:AppointmentSequenceNumber",
		"calendar:AppointmentState", "calendar:Recurrence", "calendar:FirstOccurrence", "calendar:LastOccurrence",
		"calendar:ModifiedOccurrences", "calendar:DeletedOccurrences", "calendar:StartTimeZone", "calendar:EndTimeZone",
	}
}
