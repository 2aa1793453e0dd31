package ews

import "encoding/xml"

// itemElement is t:CalendarItem, t:Message or any other item in an answer. All
// values are texts, see wireValues; whether an element is in the messages or
// the types namespace, and in which order they come, is not looked at.
type itemElement struct {
	XMLName          xml.Name
	ItemID           idElement    `xml:"ItemId"`
	ParentFolderID   *idElement   `xml:"ParentFolderId"`
	ItemClass        string       `xml:"ItemClass"`
	Subject          string       `xml:"Subject"`
	Sensitivity      string       `xml:"Sensitivity"`
	Body             *bodyElement `xml:"Body"`
	Categories       []string     `xml:"Categories>String"`
	DateTimeCreated  string       `xml:"DateTimeCreated"`
	LastModifiedTime string       `xml:"LastModifiedTime"`
	HasAttachments   string       `xml:"HasAttachments"`

	UID           string `xml:"UID"`
	RecurrenceID  string `xml:"RecurrenceId"`
	DateTimeStamp string `xml:"DateTimeStamp"`
	Start         string `xml:"Start"`
	End           string `xml:"End"`
	OriginalStart string `xml:"OriginalStart"`
	IsAllDayEvent string `xml:"IsAllDayEvent"`

	LegacyFreeBusyStatus string `xml:"LegacyFreeBusyStatus"`
	Location             string `xml:"Location"`
	IsMeeting            string `xml:"IsMeeting"`
	IsCancelled          string `xml:"IsCancelled"`
	IsRecurring          string `xml:"IsRecurring"`
	CalendarItemType     string `xml:"CalendarItemType"`
	MyResponseType       string `xml:"MyResponseType"`
	Organizer            *struct {
		Mailbox mailboxElement `xml:"Mailbox"`
	} `xml:"Organizer"`

	RequiredAttendees []attendeeElement `xml:"RequiredAttendees>Attendee"`
	OptionalAttendees []attendeeElement `xml:"OptionalAttendees>Attendee"`
	Resources         []attendeeElement `xml:"Resources>Attendee"`

	AppointmentReplyTime      string `xml:"AppointmentReplyTime"`
	AppointmentSequenceNumber string `xml:"AppointmentSequenceNumber"`
	AppointmentState          string `xml:"AppointmentState"`

	Recurrence          *recurrenceElement  `xml:"Recurrence"`
	FirstOccurrence     *occurrenceElement  `xml:"FirstOccurrence"`
	LastOccurrence      *occurrenceElement  `xml:"LastOccurrence"`
	ModifiedOccurrences []occurrenceElement `xml:"ModifiedOccurrences>Occurrence"`
	DeletedOccurrences  []occurrenceElement `xml:"DeletedOccurrences>DeletedOccurrence"`

	StartTimeZone   *timeZoneElement `xml:"StartTimeZone"`
	EndTimeZone     *timeZoneElement `xml:"EndTimeZone"`
	IsOnlineMeeting string           `xml:"IsOnlineMeeting"`
}

// bodyElement is t:Body.
type bodyElement struct {
	Type string `xml:"BodyType,attr"`
	Text string `xml:",chardata"`
}

// item converts an element. With an error it returns what could be converted,
// the rest being zero.
func (e *itemElement) item() (CalendarItem, error) {
	var v wireValues
	item := CalendarItem{
		ItemID:           e.ItemID.itemID(),
		ParentFolderID:   e.ParentFolderID.folderID(),
		ItemClass:        trim(e.ItemClass),
		Subject:          e.Subject,
		Sensitivity:      Sensitivity(trim(e.Sensitivity)),
		Categories:       e.Categories,
		DateTimeCreated:  v.time("DateTimeCreated", e.DateTimeCreated),
		LastModifiedTime: v.time("LastModifiedTime", e.LastModifiedTime),
		HasAttachments:   v.boolean("HasAttachments", e.HasAttachments),

		UID:           trim(e.UID),
		RecurrenceID:  v.time("RecurrenceId", e.RecurrenceID),
		DateTimeStamp: v.time("DateTimeStamp", e.DateTimeStamp),
		Start:         v.time("Start", e.Start),
		End:           v.time("End", e.End),
		OriginalStart: v.time("OriginalStart", e.OriginalStart),
		IsAllDayEvent: v.boolean("IsAllDayEvent", e.IsAllDayEvent),

		LegacyFreeBusyStatus: LegacyFreeBusyStatus(trim(e.LegacyFreeBusyStatus)),
		Location:             e.Location,
		IsMeeting:            v.boolean("IsMeeting", e.IsMeeting),
		IsCancelled:          v.boolean("IsCancelled", e.IsCancelled),
		IsRecurring:          v.boolean("IsRecurring", e.IsRecurring),
		CalendarItemType:     CalendarItemType(trim(e.CalendarItemType)),
		MyResponseType:       ResponseType(trim(e.MyResponseType)),

		RequiredAttendees: v.attendees(e.RequiredAttendees),
		OptionalAttendees: v.attendees(e.OptionalAttendees),
		Resources:         v.attendees(e.Resources),

		AppointmentReplyTime:      v.time("AppointmentReplyTime", e.AppointmentReplyTime),
		AppointmentSequenceNumber: v.int("AppointmentSequenceNumber", e.AppointmentSequenceNumber),
		AppointmentState:          AppointmentState(v.int("AppointmentState", e.AppointmentState)),

		Recurrence:          v.recurrence(e.Recurrence),
		FirstOccurrence:     v.occurrence(e.FirstOccurrence),
		LastOccurrence:      v.occurrence(e.LastOccurrence),
		ModifiedOccurrences: v.occurrences(e.ModifiedOccurrences),
		DeletedOccurrences:  v.starts(e.DeletedOccurrences),

		StartTimeZone:   e.StartTimeZone.timeZone(),
		EndTimeZone:     e.EndTimeZone.timeZone(),
		IsOnlineMeeting: v.boolean("IsOnlineMeeting", e.IsOnlineMeeting),
	}
	if e.Body != nil {
		item.Body = &Body{Type: trim(e.Body.Type), Text: e.Body.Text}
	}
	if e.Organizer != nil {
		m := e.Organizer.Mailbox.mailbox()
		item.Organizer = &m
	}
	return item, v.err
}

// timeZoneElement is t:StartTimeZone or t:EndTimeZone.
type timeZoneElement struct {
	ID   string `xml:"Id,attr"`
	Name string `xml:"Name,attr"`
}

func (e *timeZoneElement) timeZone() *TimeZone {
	if e == nil {
		return nil
	}
	return &TimeZone{ID: trim(e.ID), Name: trim(e.Name)}
}
