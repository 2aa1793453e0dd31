package ewstest

import (
	"slices"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// itemShape is which properties a call wants, and how.
type itemShape struct {
	base       string
	additional map[string]bool // by FieldURI
	bodyType   string
	version    int
	find       bool // of FindItem or SyncFolderItems, which tell less
	sync       bool // of SyncFolderItems
	loc        *time.Location
}

const xsdDateTime = "2006-01-02T15:04:05"

// shape reads m:ItemShape. The error is a schema violation: a property that the
// version of the request does not have.
func (c *call) shape() (*itemShape, error) {
	e := c.body.child(ews.NamespaceMessages, "ItemShape")
	s := &itemShape{
		base: e.value(ews.NamespaceTypes, "BaseShape"), bodyType: e.value(ews.NamespaceTypes, "BodyType"),
		additional: map[string]bool{}, version: slices.Index(versions(), c.version), loc: c.loc,
		find: c.name != "GetItem", sync: c.name == "SyncFolderItems",
	}
	more := e.child(ews.NamespaceTypes, "AdditionalProperties")
	if more == nil {
		return s, nil
	}
	for _, path := range more.children {
		if path.name != "FieldURI" {
			continue // extended properties: no item has any
		}
		uri := path.attribute("FieldURI")
		i := slices.IndexFunc(c.server.properties, func(p itemProperty) bool { return p.uri == uri })
		if i >= 0 && c.server.properties[i].since > s.version {
			return nil, path.violates("The 'FieldURI' attribute is invalid - The value '%s' is invalid according to its datatype - %s",
				uri, "The Enumeration constraint failed.").soapFault()
		}
		s.additional[uri] = true
	}
	return s, nil
}

func (s *itemShape) wants(uri string, usual bool) bool {
	switch s.base {
	case "AllProperties":
		return true
	case "Default":
		if usual {
			return true
		}
	}
	return uri == "item:ItemId" || s.additional[uri]
}

// dateTime writes a time: in UTC, or in the zone that the header
// t:TimeZoneContext asks for.
func (s *itemShape) dateTime(t time.Time) string {
	if s.loc == nil {
		return t.UTC().Format(xsdDateTime) + "Z"
	}
	return t.In(s.loc).Format(xsdDateTime + "-07:00")
}

// date writes an xs:date, with the zone's offset behind it as Exchange does.
func (s *itemShape) date(d ews.Date) string {
	if s.loc == nil {
		return d.String() + "Z"
	}
	return d.In(s.loc).Format("2006-01-02-07:00")
}

// timeZoneContext reads the header t:TimeZoneContext; without one times are in
// UTC. A zone that is described by its rules and has no known name is taken for
// UTC as well.
func (s *Server) timeZoneContext(header *element) (id string, loc *time.Location) {
	for _, name := range []string{"TimeZoneContext", "TimeZoneDefinition"} {
		if header != nil {
			header = header.child(ews.NamespaceTypes, name)
		}
	}
	if header == nil {
		return "", nil
	}
	id = header.attribute("Id")
	loc, err := s.zones.location(id)
	if err != nil {
		return "", nil
	}
	return id, loc
}

// fieldURI is the simple type of t:FieldURI: names of items and calendar items
// are those of the schema; of other kinds of items there are none here.
func fieldURI(s string) string {
	prefix, name, ok := strings.Cut(s, ":")
	known := ok && name != ""
	switch prefix {
	case "item":
		known = known && slices.Contains(strings.Fields(itemFields), name)
	case "calendar":
		known = known && slices.Contains(strings.Fields(calendarFields), name)
	case "folder", "message", "meeting", "meetingRequest", "task", "contacts", "distributionlist", "postitem", "conversation", "persona":
	default:
		known = false
	}
	if !known {
		return "The Enumeration constraint failed."
	}
	return ""
}

// uriOf returns the FieldURI of a property of a calendar item.
func uriOf(name string) string {
	if slices.Contains(strings.Fields(calendarFields), name) {
		return "calendar:" + name
	}
	return "item:" + name
}

const (
	itemFields = `ItemId ParentFolderId ItemClass MimeContent Attachments Subject DateTimeReceived Size Categories
		HasAttachments Importance InReplyTo InternetMessageHeaders IsAssociated IsDraft IsFromMe IsResend IsSubmitted
		IsUnmodified DateTimeSent DateTimeCreated Body ResponseObjects Sensitivity ReminderDueBy ReminderIsSet
		ReminderNextTime ReminderMinutesBeforeStart DisplayTo DisplayCc Culture EffectiveRights LastModifiedName
		LastModifiedTime ConversationId UniqueBody Flag StoreEntryId InstanceKey NormalizedBody EntityExtractionResult
		PolicyTag ArchiveTag RetentionDate Preview NextPredictedAction GroupingAction PredictedActionReason IsClutter
		RightsManagementLicenseData BlockStatus HasBlockedImages WebClientReadFormQueryString
		WebClientEditFormQueryString TextBody IconIndex MimeContentUTF8 Hashtags Mentions MentionedMe
		PendingSocialActivityTagIds`
	calendarFields = `Start End OriginalStart StartWallClock EndWallClock StartTimeZoneId EndTimeZoneId IsAllDayEvent
		LegacyFreeBusyStatus Location EnhancedLocation When IsMeeting IsCancelled IsRecurring MeetingRequestWasSent
		IsResponseRequested CalendarItemType MyResponseType Organizer RequiredAttendees OptionalAttendees Resources
		ConflictingMeetingCount AdjacentMeetingCount ConflictingMeetings AdjacentMeetings InboxReminders Duration
		TimeZone AppointmentReplyTime AppointmentSequenceNumber AppointmentState Recurrence FirstOccurrence
		LastOccurrence ModifiedOccurrences DeletedOccurrences MeetingTimeZone ConferenceType AllowNewTimeProposal
		IsOnlineMeeting MeetingWorkspaceUrl NetShowUrl UID RecurrenceId DateTimeStamp StartTimeZone EndTimeZone
		JoinOnlineMeetingUrl OnlineMeetingSettings IsOrganizer`
)
