package ews

import "time"

// CalendarItem is t:CalendarItem (schema type t:CalendarItemType): an
// appointment, a meeting, or an occurrence of a series. A field is zero where
// the server did not give the property, because the shape did not ask for it or
// because there is none. Fields that CreateItem can set say so; it ignores the
// others.
//
// An item that is no calendar item, such as a message that somebody dragged
// into the calendar, comes in the same type, with its ItemClass and what else it
// has.
type CalendarItem struct {
	ItemID           ItemID      // t:ItemId; changes whenever the item moves to another folder
	ParentFolderID   *FolderID   // t:ParentFolderId
	ItemClass        string      // t:ItemClass: "IPM.Appointment", and others
	Subject          string      // t:Subject; CreateItem
	Sensitivity      Sensitivity // CreateItem
	Body             *Body       // t:Body; CreateItem. FindItem and SyncFolderItems never give it
	Categories       []string    // t:Categories/t:String; CreateItem
	DateTimeCreated  time.Time
	LastModifiedTime time.Time
	HasAttachments   bool

	// UID is t:UID: the same in every mailbox that has the meeting, and in all
	// occurrences of a series. CreateItem.
	UID string
	// RecurrenceID is t:RecurrenceId: which occurrence of the series UID this
	// is, by its original start. Zero in what is no occurrence, and in answers
	// of servers that leave it out; then OriginalStart tells.
	RecurrenceID  time.Time
	DateTimeStamp time.Time // t:DateTimeStamp: when the organizer last changed it

	// Start and End are instants in UTC; CreateItem. Of a RecurringMaster they
	// are those of the first occurrence. An all-day event goes from midnight to
	// midnight in StartTimeZone, see Dates.
	Start, End    time.Time
	OriginalStart time.Time // t:OriginalStart, of an occurrence or exception
	IsAllDayEvent bool      // CreateItem

	LegacyFreeBusyStatus LegacyFreeBusyStatus // CreateItem
	Location             string               // CreateItem
	IsMeeting            bool
	IsCancelled          bool
	IsRecurring          bool
	CalendarItemType     CalendarItemType
	MyResponseType       ResponseType // of the mailbox's owner
	Organizer            *Mailbox

	RequiredAttendees []Attendee // CreateItem
	OptionalAttendees []Attendee // CreateItem
	Resources         []Attendee // CreateItem: rooms and equipment

	AppointmentReplyTime      time.Time
	AppointmentSequenceNumber int
	AppointmentState          AppointmentState

	Recurrence          *Recurrence // of a RecurringMaster; CreateItem
	FirstOccurrence     *OccurrenceInfo
	LastOccurrence      *OccurrenceInfo
	ModifiedOccurrences []OccurrenceInfo
	// DeletedOccurrences are the original starts of the occurrences that a
	// RecurringMaster no longer has.
	DeletedOccurrences []time.Time

	StartTimeZone   *TimeZone // CreateItem
	EndTimeZone     *TimeZone // CreateItem
	IsOnlineMeeting bool
}

// Body is t:Body of an item.
type Body struct {
	Type string // attribute BodyType: "HTML" or "Text"
	Text string
}

// Mailbox is t:Mailbox (schema type t:EmailAddressType): a person, a room, a
// list of rooms.
type Mailbox struct {
	Name         string
	EmailAddress string // of RoutingType; FindItem gives the organizer's name only
	RoutingType  string // "SMTP", or "EX" for an address inside Exchange
	MailboxType  string // "Mailbox", "PublicDL", "Contact", "OneOff", …
}

// Attendee is t:Attendee.
type Attendee struct {
	Mailbox          Mailbox
	ResponseType     ResponseType // known to the organizer only
	LastResponseTime time.Time
}

// OccurrenceInfo is t:Occurrence, t:FirstOccurrence or t:LastOccurrence (schema
// type t:OccurrenceInfoType).
type OccurrenceInfo struct {
	ItemID        ItemID
	Start, End    time.Time
	OriginalStart time.Time
}

// TimeZone is t:StartTimeZone or t:EndTimeZone, without the rules that a server
// may send with it.
type TimeZone struct {
	ID   string // a Windows name: "W. Europe Standard Time"; see Location
	Name string // for people
}

// The simple types of a calendar item. All sets are open.
type (
	// Sensitivity is t:SensitivityChoicesType.
	Sensitivity string
	// LegacyFreeBusyStatus is t:LegacyFreeBusyType.
	LegacyFreeBusyStatus string
	// CalendarItemType is t:CalendarItemTypeType.
	CalendarItemType string
	// ResponseType is t:ResponseTypeType: what an attendee answered.
	ResponseType string
	// AppointmentState is t:AppointmentState, a sum of the State constants.
	AppointmentState int
)

// The values of Sensitivity.
const (
	SensitivityNormal       Sensitivity = "Normal"
	SensitivityPersonal     Sensitivity = "Personal"
	SensitivityPrivate      Sensitivity = "Private"
	SensitivityConfidential Sensitivity = "Confidential"
)

// The values of LegacyFreeBusyStatus.
const (
	FreeBusyFree             LegacyFreeBusyStatus = "Free"
	FreeBusyTentative        LegacyFreeBusyStatus = "Tentative"
	FreeBusyBusy             LegacyFreeBusyStatus = "Busy"
	FreeBusyOOF              LegacyFreeBusyStatus = "OOF"
	FreeBusyWorkingElsewhere LegacyFreeBusyStatus = "WorkingElsewhere"
	FreeBusyNoData           LegacyFreeBusyStatus = "NoData"
)

// The values of CalendarItemType.
const (
	CalendarItemSingle          CalendarItemType = "Single"
	CalendarItemOccurrence      CalendarItemType = "Occurrence"
	CalendarItemException       CalendarItemType = "Exception"
	CalendarItemRecurringMaster CalendarItemType = "RecurringMaster"
)

// The values of ResponseType.
const (
	ResponseUnknown            ResponseType = "Unknown"
	ResponseOrganizer          ResponseType = "Organizer"
	ResponseTentative          ResponseType = "Tentative"
	ResponseAccept             ResponseType = "Accept"
	ResponseDecline            ResponseType = "Decline"
	ResponseNoResponseReceived ResponseType = "NoResponseReceived"
)

// The bits of AppointmentState.
const (
	AppointmentMeeting   AppointmentState = 1
	AppointmentReceived  AppointmentState = 2
	AppointmentCancelled AppointmentState = 4
)
