package ews

import (
	"slices"
	"strings"
)

// What stands around the events of a notification as Exchange writes it, and
// EncodeSendNotification after it. usualDepth is how deep that is nested.
const (
	usualHead = xmlDeclaration + `<soap11:Envelope xmlns:soap11="` + NamespaceEnvelope + `"><soap11:Header>` +
		`<t:RequestServerVersion xmlns:m="` + NamespaceMessages + `" Version="`
	usualBody = `" xmlns:t="` + NamespaceTypes + `" /></soap11:Header><soap11:Body>` +
		`<m:SendNotification xmlns:t="` + NamespaceTypes + `" xmlns:m="` + NamespaceMessages + `"><m:ResponseMessages>` +
		`<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Notification>`
	usualTail = `</m:Notification></m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></soap11:Body></soap11:Envelope>`

	usualDepth = 8
)

// usual reads the body if all of it is written the way Exchange writes it,
// which takes a third of the time. If it is not, or if anything at all is wrong
// with it, usual reports false and has read nothing: then the body is read as
// XML, and the place of an error is found.
//
// What it accepts is well-formed, and has the meaning that it gives to it: head,
// body and tail are literal, with their declarations; what stands between them
// is matched by usualScanner, usualEvent and alike, whose comments say why that
// is right.
func (r *notificationReader) usual() bool {
	s := usualScanner{doc: r.doc, prefix: "t:"}
	if !s.literal(usualHead) || r.maxDepth < usualDepth {
		return false
	}
	r.n.RequestServerVersion = s.value()
	n := slot(&r.memory.notifications)
	if s.literal(usualBody) && s.open("SubscriptionId>") {
		n.SubscriptionID = s.text()
		if s.open("PreviousWatermark>") {
			n.PreviousWatermark = s.text()
		}
		if s.open("MoreEvents>") {
			n.MoreEvents = s.boolean()
		}
		if r.usualEvents(&s) {
			n.Events = slices.Clip(r.memory.events)
			r.memory.messages = append(r.memory.messages, SendNotificationResponseMessage{
				ResponseMessage: ResponseMessage{ResponseClass: ResponseClassSuccess, ResponseCode: NoError},
				Notification:    n,
			})
			return true
		}
	}
	r.n.RequestServerVersion = ""
	r.memory.clear()
	return false
}

// usualEvents reads all events and the end of the body.
func (r *notificationReader) usualEvents(s *usualScanner) bool {
	shapes := r.shapesFor(s)
	for !s.failed {
		begin := s.pos
		var v Event
		if len(r.memory.events) < r.maxEvents && r.asBefore(s, shapes, &v) {
			r.keep(&v, begin, s.pos)
			continue
		}
		if strings.HasPrefix(s.doc[s.pos:], usualTail) {
			return len(s.doc) == s.pos+len(usualTail) && len(r.memory.events) > 0
		}
		shapes.forgetTexts()
		name := s.eventName()
		v = Event{Type: EventType(name[min(len(name), len(s.prefix)):])}
		if !v.Type.isObjectChanged() && v.Type != StatusEvent || len(r.memory.events) == r.maxEvents ||
			!r.usualEvent(s, name, &v) || v.check() != nil {
			return false
		}
		r.keep(&v, begin, s.pos)
		shapes.remember(s.doc, begin, s.pos, v.Type)
	}
	return false
}
