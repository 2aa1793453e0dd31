package ewstest

import (
	"fmt"
	"strings"
	"time"
)

// itemProperty is a property of items: what the schema calls it, and how it is
// written.
type itemProperty struct {
	uri      string
	calendar bool // calendar items have it
	usual    bool // in the default shape
	getOnly  bool // neither FindItem nor SyncFolderItems tells it
	since    int  // the first version of the schema that has it, see versions
	write    func(*itemWriter)
}

// itemProperties returns what items can have, in the order of the schema. What
// this server never has is missing: asking for it is answered with nothing.
func itemProperties() []itemProperty {
	return append([]itemProperty{
		{uri: "item:ItemId", usual: true, write: func(w *itemWriter) { w.id("ItemId", w.ItemID) }},
		{uri: "item:ParentFolderId", write: func(w *itemWriter) {
			fmt.Fprintf(&w.out, `<t:ParentFolderId Id="%s" ChangeKey="%s"/>`, w.ParentFolderID.ID, w.ParentFolderID.ChangeKey)
		}},
		{uri: "item:ItemClass", write: func(w *itemWriter) { w.text("ItemClass", w.ItemClass) }},
		{uri: "item:Subject", usual: true, write: func(w *itemWriter) { w.text("Subject", w.Subject) }},
		{uri: "item:Sensitivity", usual: true, write: func(w *itemWriter) { w.text("Sensitivity", string(w.Sensitivity)) }},
		{uri: "item:Body", usual: true, getOnly: true, write: (*itemWriter).body},
		{uri: "item:DateTimeReceived", write: func(w *itemWriter) { w.time("DateTimeReceived", w.DateTimeCreated) }},
		{uri: "item:Size", write: func(w *itemWriter) { w.number("Size", 4000+len(w.Subject)+len(w.Location)) }},
		{uri: "item:Categories", write: func(w *itemWriter) { w.strings("Categories", w.Categories) }},
		{uri: "item:Importance", write: func(w *itemWriter) { w.text("Importance", "Normal") }},
		{uri: "item:IsSubmitted", write: func(w *itemWriter) { w.boolean("IsSubmitted", false) }},
		{uri: "item:IsDraft", write: func(w *itemWriter) { w.boolean("IsDraft", w.entry.mine && w.entry.isMeeting() && !w.entry.sent) }},
		{uri: "item:IsFromMe", write: func(w *itemWriter) { w.boolean("IsFromMe", false) }},
		{uri: "item:IsResend", write: func(w *itemWriter) { w.boolean("IsResend", false) }},
		{uri: "item:IsUnmodified", write: func(w *itemWriter) { w.boolean("IsUnmodified", false) }},
		{uri: "item:DateTimeSent", write: func(w *itemWriter) { w.time("DateTimeSent", w.DateTimeCreated) }},
		{uri: "item:DateTimeCreated", write: func(w *itemWriter) { w.time("DateTimeCreated", w.DateTimeCreated) }},
		{uri: "item:ReminderIsSet", write: func(w *itemWriter) { w.boolean("ReminderIsSet", false) }},
		{uri: "item:ReminderMinutesBeforeStart", write: func(w *itemWriter) { w.number("ReminderMinutesBeforeStart", 15) }},
		{uri: "item:DisplayTo", getOnly: true, write: func(w *itemWriter) { w.text("DisplayTo", w.displayTo()) }},
		{uri: "item:HasAttachments", usual: true, write: func(w *itemWriter) { w.boolean("HasAttachments", w.HasAttachments) }},
		{uri: "item:Culture", write: func(w *itemWriter) { w.text("Culture", "en-US") }},
		{uri: "item:EffectiveRights", write: func(w *itemWriter) {
			w.element("EffectiveRights", "<t:CreateAssociated>false</t:CreateAssociated><t:CreateContents>false</t:CreateContents>"+
				"<t:CreateHierarchy>false</t:CreateHierarchy><t:Delete>true</t:Delete><t:Modify>true</t:Modify><t:Read>true</t:Read>")
		}},
		{uri: "item:LastModifiedName", write: func(w *itemWriter) { w.text("LastModifiedName", w.entry.organizer.name) }},
		{uri: "item:LastModifiedTime", write: func(w *itemWriter) { w.time("LastModifiedTime", w.LastModifiedTime) }},
		{uri: "item:IsAssociated", since: exchange2010, write: func(w *itemWriter) { w.boolean("IsAssociated", false) }},
	}, calendarProperties()...)
}

// calendarProperties are those of t:CalendarItemType.
func calendarProperties() []itemProperty {
	all := []itemProperty{
		{uri: "UID", write: func(w *itemWriter) { w.text("UID", w.UID) }},
		{uri: "RecurrenceId", write: func(w *itemWriter) { w.time("RecurrenceId", w.RecurrenceID) }},
		{uri: "DateTimeStamp", write: func(w *itemWriter) { w.time("DateTimeStamp", w.DateTimeStamp) }},
		{uri: "Start", usual: true, write: func(w *itemWriter) { w.time("Start", w.Start) }},
		{uri: "End", usual: true, write: func(w *itemWriter) { w.time("End", w.End) }},
		{uri: "OriginalStart", write: func(w *itemWriter) { w.time("OriginalStart", w.OriginalStart) }},
		{uri: "IsAllDayEvent", write: func(w *itemWriter) { w.boolean("IsAllDayEvent", w.IsAllDayEvent) }},
		{uri: "LegacyFreeBusyStatus", usual: true, write: func(w *itemWriter) { w.text("LegacyFreeBusyStatus", string(w.LegacyFreeBusyStatus)) }},
		{uri: "Location", usual: true, write: func(w *itemWriter) { w.text("Location", w.Location) }},
		{uri: "IsMeeting", write: func(w *itemWriter) { w.boolean("IsMeeting", w.IsMeeting) }},
		{uri: "IsCancelled", write: func(w *itemWriter) { w.boolean("IsCancelled", w.IsCancelled) }},
		{uri: "IsRecurring", write: func(w *itemWriter) { w.boolean("IsRecurring", w.IsRecurring) }},
		{uri: "MeetingRequestWasSent", write: func(w *itemWriter) { w.boolean("MeetingRequestWasSent", w.entry.sent) }},
		{uri: "IsResponseRequested", getOnly: true, write: func(w *itemWriter) { w.boolean("IsResponseRequested", true) }},
		{uri: "CalendarItemType", usual: true, write: func(w *itemWriter) { w.text("CalendarItemType", string(w.CalendarItemType)) }},
		{uri: "MyResponseType", write: func(w *itemWriter) { w.text("MyResponseType", string(w.MyResponseType)) }},
		{uri: "Organizer", usual: true, write: (*itemWriter).organizer},
		{uri: "RequiredAttendees", usual: true, getOnly: true, write: func(w *itemWriter) { w.attendees("RequiredAttendees", w.RequiredAttendees) }},
		{uri: "OptionalAttendees", usual: true, getOnly: true, write: func(w *itemWriter) { w.attendees("OptionalAttendees", w.OptionalAttendees) }},
		{uri: "Resources", usual: true, getOnly: true, write: func(w *itemWriter) { w.attendees("Resources", w.Resources) }},
		{uri: "Duration", write: func(w *itemWriter) { w.text("Duration", duration(w.End.Sub(w.Start))) }},
		{uri: "TimeZone", write: func(w *itemWriter) { w.text("TimeZone", w.StartTimeZone.Name) }},
		{uri: "AppointmentReplyTime", write: func(w *itemWriter) { w.time("AppointmentReplyTime", w.AppointmentReplyTime) }},
		{uri: "AppointmentSequenceNumber", write: func(w *itemWriter) { w.number("AppointmentSequenceNumber", w.AppointmentSequenceNumber) }},
		{uri: "AppointmentState", write: func(w *itemWriter) { w.number("AppointmentState", int(w.AppointmentState)) }},
		{uri: "Recurrence", getOnly: true, write: (*itemWriter).recurrence},
		{uri: "FirstOccurrence", getOnly: true, write: func(w *itemWriter) { w.occurrence("FirstOccurrence", w.FirstOccurrence) }},
		{uri: "LastOccurrence", getOnly: true, write: func(w *itemWriter) { w.occurrence("LastOccurrence", w.LastOccurrence) }},
		{uri: "ModifiedOccurrences", getOnly: true, write: (*itemWriter).modifiedOccurrences},
		{uri: "DeletedOccurrences", getOnly: true, write: (*itemWriter).deletedOccurrences},
		{uri: "StartTimeZone", since: exchange2010, write: func(w *itemWriter) { w.zone("StartTimeZone", w.StartTimeZone) }},
		{uri: "EndTimeZone", since: exchange2010, write: func(w *itemWriter) { w.zone("EndTimeZone", w.EndTimeZone) }},
		{uri: "ConferenceType", write: func(w *itemWriter) { w.number("ConferenceType", 0) }},
		{uri: "AllowNewTimeProposal", getOnly: true, write: func(w *itemWriter) { w.boolean("AllowNewTimeProposal", true) }},
		{uri: "IsOnlineMeeting", write: func(w *itemWriter) { w.boolean("IsOnlineMeeting", w.IsOnlineMeeting) }},
		{uri: "EnhancedLocation", since: exchange2013, write: (*itemWriter).enhancedLocation},
		{uri: "StartWallClock", since: exchange2013, write: func(w *itemWriter) { w.wallClock("StartWallClock", w.Start) }},
		{uri: "EndWallClock", since: exchange2013, write: func(w *itemWriter) { w.wallClock("EndWallClock", w.End) }},
		{uri: "StartTimeZoneId", since: exchange2013, write: func(w *itemWriter) { w.text("StartTimeZoneId", w.StartTimeZone.ID) }},
		{uri: "EndTimeZoneId", since: exchange2013, write: func(w *itemWriter) { w.text("EndTimeZoneId", w.EndTimeZone.ID) }},
		{uri: "IsOrganizer", since: exchange2013, write: func(w *itemWriter) { w.boolean("IsOrganizer", w.entry.mine) }},
	}
	for i := range all {
		all[i].uri, all[i].calendar = "calendar:"+all[i].uri, true
	}
	return all
}

// organizer writes the organizer; FindItem gives the name only.
func (w *itemWriter) organizer() {
	switch {
	case w.Organizer == nil:
	case w.shape.find:
		w.element("Organizer", "<t:Mailbox><t:Name>"+escape(w.Organizer.Name)+"</t:Name></t:Mailbox>")
	default:
		w.element("Organizer", mailboxXML(w.Organizer))
	}
}

func (w *itemWriter) enhancedLocation() {
	if w.Location != "" {
		w.element("EnhancedLocation", "<t:DisplayName>"+escape(w.Location)+"</t:DisplayName>"+
			"<t:PostalAddress><t:Type>Business</t:Type><t:LocationSource>None</t:LocationSource></t:PostalAddress>")
	}
}

// wallClock writes a time as it is where the item was made.
func (w *itemWriter) wallClock(name string, t time.Time) {
	if loc, err := w.zones.location(w.StartTimeZone.ID); err == nil {
		w.element(name, t.In(loc).Format(xsdDateTime+"-07:00"))
	}
}

func (w *itemWriter) displayTo() string {
	var names []string
	for _, a := range w.RequiredAttendees {
		names = append(names, a.Mailbox.Name)
	}
	return strings.Join(names, "; ")
}

func (w *itemWriter) modifiedOccurrences() {
	if len(w.ModifiedOccurrences) == 0 {
		return
	}
	w.raw("<t:ModifiedOccurrences>")
	for i := range w.ModifiedOccurrences {
		w.occurrence("Occurrence", &w.ModifiedOccurrences[i])
	}
	w.raw("</t:ModifiedOccurrences>")
}

func (w *itemWriter) deletedOccurrences() {
	if len(w.DeletedOccurrences) == 0 {
		return
	}
	w.raw("<t:DeletedOccurrences>")
	for _, start := range w.DeletedOccurrences {
		w.raw("<t:DeletedOccurrence>")
		w.time("Start", start)
		w.raw("</t:DeletedOccurrence>")
	}
	w.raw("</t:DeletedOccurrences>")
}

// duration returns an xs:duration.
func duration(d time.Duration) string {
	days, d := d/(24*time.Hour), d%(24*time.Hour)
	s := "P"
	if days > 0 {
		s += fmt.Sprintf("%dD", days)
	}
	if d > 0 || days == 0 {
		s += "T"
		if h := d / time.Hour; h > 0 {
			s += fmt.Sprintf("%dH", h)
		}
		if m := d % time.Hour / time.Minute; m > 0 || d < time.Hour {
			s += fmt.Sprintf("%dM", m)
		}
	}
	return s
}
