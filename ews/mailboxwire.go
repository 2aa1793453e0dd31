package ews

// mailboxElement is t:Mailbox, t:Address or t:Id in an answer (schema type
// t:EmailAddressType).
type mailboxElement struct {
	Name         string `xml:"Name"`
	EmailAddress string `xml:"EmailAddress"`
	RoutingType  string `xml:"RoutingType"`
	MailboxType  string `xml:"MailboxType"`
}

func (e *mailboxElement) mailbox() Mailbox {
	return Mailbox{
		Name:         e.Name,
		EmailAddress: trim(e.EmailAddress),
		RoutingType:  trim(e.RoutingType),
		MailboxType:  trim(e.MailboxType),
	}
}

// attendeeElement is t:Attendee in an answer.
type attendeeElement struct {
	Mailbox          mailboxElement `xml:"Mailbox"`
	ResponseType     string         `xml:"ResponseType"`
	LastResponseTime string         `xml:"LastResponseTime"`
}

func (v *wireValues) attendees(elements []attendeeElement) []Attendee {
	var attendees []Attendee
	for i := range elements {
		e := &elements[i]
		attendees = append(attendees, Attendee{
			Mailbox:          e.Mailbox.mailbox(),
			ResponseType:     ResponseType(trim(e.ResponseType)),
			LastResponseTime: v.time("LastResponseTime", e.LastResponseTime),
		})
	}
	return attendees
}

// mailboxRequest is t:Mailbox or m:RoomList in a request.
type mailboxRequest struct {
	Name         string `xml:"t:Name,omitempty"`
	EmailAddress string `xml:"t:EmailAddress"`
	RoutingType  string `xml:"t:RoutingType,omitempty"`
	MailboxType  string `xml:"t:MailboxType,omitempty"`
}

// attendeesRequest is t:RequiredAttendees, t:OptionalAttendees or t:Resources
// in a request.
type attendeesRequest struct {
	Attendees []attendeeRequest `xml:"t:Attendee"`
}

type attendeeRequest struct {
	Mailbox mailboxRequest `xml:"t:Mailbox"`
}

func newAttendees(attendees []Attendee) *attendeesRequest {
	if len(attendees) == 0 {
		return nil
	}
	list := &attendeesRequest{}
	for i := range attendees {
		list.Attendees = append(list.Attendees, attendeeRequest{Mailbox: mailboxRequest(attendees[i].Mailbox)})
	}
	return list
}
