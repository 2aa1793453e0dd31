package ewstest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// itemTypes are the schema of what is inside of items, in requests.
type itemTypes struct {
	calendarItem, message, answer []rule
}

// newItemTypes returns the types of items. A line of names is a sequence; after
// the colon stands what the element contains, see rule of.
func newItemTypes(mailbox rule) *itemTypes {
	of := itemContents(mailbox)
	item := properties(of, `MimeContent:any ItemId:id ParentFolderId:any ItemClass:text Subject:text Sensitivity:sensitivity
		Body:body Attachments:any DateTimeReceived:time Size:int Categories:strings Importance:importance InReplyTo:text
		IsSubmitted:bool IsDraft:bool IsFromMe:bool IsResend:bool IsUnmodified:bool InternetMessageHeaders:any
		DateTimeSent:time DateTimeCreated:time ResponseObjects:any ReminderDueBy:time ReminderIsSet:bool
		ReminderNextTime:time ReminderMinutesBeforeStart:int DisplayCc:text DisplayTo:text HasAttachments:bool
		ExtendedProperty:many Culture:text EffectiveRights:any LastModifiedName:text LastModifiedTime:time
		IsAssociated:bool WebClientReadFormQueryString:text WebClientEditFormQueryString:text ConversationId:id
		UniqueBody:body Flag:any`)
	calendar := properties(of, `UID:text RecurrenceId:time DateTimeStamp:time Start:time End:time OriginalStart:time
		IsAllDayEvent:bool LegacyFreeBusyStatus:freebusy Location:text When:text IsMeeting:bool IsCancelled:bool
		IsRecurring:bool MeetingRequestWasSent:bool IsResponseRequested:bool CalendarItemType:text MyResponseType:text
		Organizer:any RequiredAttendees:attendees OptionalAttendees:attendees Resources:attendees
		ConflictingMeetingCount:int AdjacentMeetingCount:int ConflictingMeetings:any AdjacentMeetings:any Duration:text
		TimeZone:text AppointmentReplyTime:time AppointmentSequenceNumber:int AppointmentState:int Recurrence:recurrence
		FirstOccurrence:any LastOccurrence:any ModifiedOccurrences:any DeletedOccurrences:any MeetingTimeZone:meetingzone
		StartTimeZone:zone EndTimeZone:zone ConferenceType:int AllowNewTimeProposal:bool IsOnlineMeeting:bool
		MeetingWorkspaceUrl:text NetShowUrl:text EnhancedLocation:any StartWallClock:time EndWallClock:time
		StartTimeZoneId:text EndTimeZoneId:text IntendedFreeBusyStatus:freebusy JoinOnlineMeetingUrl:text
		OnlineMeetingSettings:any IsOrganizer:bool InboxReminders:any`)
	message := properties(of, `Sender:any ToRecipients:any CcRecipients:any BccRecipients:any IsReadReceiptRequested:bool
		IsDeliveryReceiptRequested:bool ConversationIndex:text ConversationTopic:text From:any InternetMessageId:text
		IsRead:bool IsResponseRequested:bool References:text ReplyTo:any ReceivedBy:any ReceivedRepresenting:any`)
	answer := properties(of, `ItemClass:text Sensitivity:sensitivity Body:body Attachments:any InternetMessageHeaders:any
		Sender:any ToRecipients:any CcRecipients:any BccRecipients:any IsReadReceiptRequested:bool
		IsDeliveryReceiptRequested:bool From:any ReferenceItemId:id NewBodyContent:body ProposedStart:time ProposedEnd:time`)
	return &itemTypes{calendarItem: slices.Concat(item, calendar), message: slices.Concat(item, message), answer: answer}
}

// properties reads a line of names.
func properties(of map[string]rule, line string) []rule {
	var rules []rule
	for field := range strings.FieldsSeq(line) {
		name, kind, _ := strings.Cut(field, ":")
		r, ok := of[kind]
		if !ok {
			panic("ewstest: no such type: " + field)
		}
		r.optional = true
		rules = append(rules, typed(name, r))
	}
	return rules
}

// itemContents returns the types of properties.
func itemContents(mailbox rule) map[string]rule {
	mailbox.optional = false
	attendee := typed("Attendee", rule{repeated: true, children: []rule{
		mailbox, typed("ResponseType", rule{optional: true, text: anyText}), typed("LastResponseTime", rule{optional: true, text: dateTime}),
		typed("ProposedStart", rule{optional: true, text: dateTime}), typed("ProposedEnd", rule{optional: true, text: dateTime}),
	}})
	body := rule{text: anyText, attributes: []attributeRule{{name: "BodyType", required: true, text: oneOf("HTML", "Text")}, {name: "IsTruncated", text: boolean}}}
	return map[string]rule{
		"any": {any: true}, "many": {any: true, repeated: true},
		"text": {text: anyText}, "bool": {text: boolean}, "int": {text: integer}, "time": {text: dateTime}, "body": body,
		"id":          {attributes: idAttributes(anyText)},
		"sensitivity": {text: oneOf("Normal", "Personal", "Private", "Confidential")},
		"importance":  {text: oneOf("Low", "Normal", "High")},
		"freebusy":    {text: oneOf("Free", "Tentative", "Busy", "OOF", "NoData", "WorkingElsewhere")},
		"strings":     {children: []rule{typed("String", rule{optional: true, repeated: true, text: anyText})}},
		"attendees":   {children: []rule{attendee}},
		"recurrence":  recurrenceType(),
		"zone": {attributes: []attributeRule{{name: "Id", text: anyText}, {name: "Name", text: anyText}}, children: []rule{
			typed("Periods", rule{optional: true, any: true}), typed("TransitionsGroups", rule{optional: true, any: true}),
			typed("Transitions", rule{optional: true, any: true}),
		}},
		"meetingzone": {attributes: []attributeRule{{name: "TimeZoneName", text: anyText}}, children: []rule{
			typed("BaseOffset", rule{optional: true, text: anyText}), typed("Standard", rule{optional: true, any: true}),
			typed("Daylight", rule{optional: true, any: true}),
		}},
	}
}

// recurrenceType is t:RecurrenceType.
func recurrenceType() rule {
	const dayNames = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday Day Weekday WeekendDay"
	day := oneOf(strings.Fields(dayNames)...)
	days := typed("DaysOfWeek", rule{text: func(s string) string {
		for d := range strings.FieldsSeq(s) {
			if reason := day(d); reason != "" {
				return reason
			}
		}
		return ""
	}})
	one := typed("DaysOfWeek", rule{text: day})
	interval, dayOfMonth := typed("Interval", rule{text: integer}), typed("DayOfMonth", rule{text: integer})
	index := typed("DayOfWeekIndex", rule{text: oneOf("First", "Second", "Third", "Fourth", "Last")})
	month := typed("Month", rule{text: oneOf("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")})
	start := typed("StartDate", rule{text: date})
	of := func(name string, children ...rule) rule { return typed(name, rule{children: children}) }
	return rule{children: []rule{
		{group: []rule{
			of("RelativeYearlyRecurrence", one, index, month), of("AbsoluteYearlyRecurrence", dayOfMonth, month),
			of("RelativeMonthlyRecurrence", interval, one, index), of("AbsoluteMonthlyRecurrence", interval, dayOfMonth),
			of("WeeklyRecurrence", interval, days, typed("FirstDayOfWeek", rule{optional: true, text: day})), of("DailyRecurrence", interval),
		}},
		{group: []rule{
			of("NoEndRecurrence", start), of("EndDateRecurrence", start, typed("EndDate", rule{text: date})),
			of("NumberedRecurrence", start, typed("NumberOfOccurrences", rule{text: integer})),
		}},
	}}
}

func integer(s string) string {
	if _, err := strconv.ParseInt(s, 10, 32); err != nil {
		return "The string '" + s + "' is not a valid Int32 value."
	}
	return ""
}

func dateTime(s string) string {
	if _, ok := (*call)(nil).time(s, nil); !ok {
		return "The string '" + s + "' is not a valid DateTime value."
	}
	return ""
}

func date(s string) string {
	for _, layout := range []string{time.DateOnly, time.DateOnly + "Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil && ews.DateOf(t).Year > 0 {
			return ""
		}
	}
	return "The string '" + s + "' is not a valid Date value."
}
