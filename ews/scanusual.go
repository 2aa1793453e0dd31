package ews

import "slices"

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

// usual reads a body if all of it is written the way Exchange writes it, which
// takes a third of the time. If it is not, or if anything at all is wrong with
// it, usual reports false and has read nothing: then the body is read as XML, and
// the place of an error is found.
//
// What it accepts is well-formed, and has the meaning that it gives to it: head,
// body and tail are literal, with their declarations, see cutUsual; what stands
// between them is matched by usualScanner, usualEvent and alike, whose comments
// say why that is right.
func (r *notificationReader) usual(version, middle string, limits Limits) bool {
	if limits.MaxDepth < usualDepth || !isPlain(version, '<') {
		return false
	}
	r.events, r.maxEvents = 0, limits.MaxEvents
	s := usualScanner{doc: middle, prefix: "t:"}
	n := slot(&r.memory.notifications)
	if s.open("SubscriptionId>") {
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
			r.n.RequestServerVersion = version
			r.n.ResponseMessages = r.memory.messages
			return true
		}
	}
	r.memory.clear()
	return false
}

// cutUsual cuts a body as Exchange writes it into what differs between
// notifications: the version, up to its quotation mark, and what stands between
// usualBody and usualTail.
func cutUsual[T string | []byte](doc T) (version, middle T, ok bool) {
	end := len(doc) - len(usualTail)
	if end < len(usualHead) || string(doc[:len(usualHead)]) != usualHead || string(doc[end:]) != usualTail {
		return version, middle, false
	}
	rest := doc[len(usualHead):end]
	n := 0
	for n < len(rest) && rest[n] != '"' {
		n++
	}
	if len(rest) < n+len(usualBody) || string(rest[n:n+len(usualBody)]) != usualBody {
		return version, middle, false
	}
	return rest[:n], rest[n+len(usualBody):], true
}

// usualEvents reads all events, of which there is one at least.
func (r *notificationReader) usualEvents(s *usualScanner) bool {
	shapes := r.shapesFor(s)
	for !s.failed {
		begin := s.pos
		var v Event
		if len(r.memory.events) < r.maxEvents && r.asBefore(s, shapes, &v) {
			r.keep(&v, begin, s.pos, len(s.doc))
			continue
		}
		if s.pos == len(s.doc) {
			return len(r.memory.events) > 0
		}
		shapes.forgetTexts()
		name := s.eventName()
		v = Event{Type: EventType(name[min(len(name), len(s.prefix)):])}
		if !v.Type.isObjectChanged() && v.Type != StatusEvent || len(r.memory.events) == r.maxEvents ||
			!r.usualEvent(s, name, &v) || v.check() != nil {
			return false
		}
		r.keep(&v, begin, s.pos, len(s.doc))
		shapes.remember(s.doc, begin, s.pos, v.Type)
	}
	return false
}

// versionText is string(version), without an allocation for those that Exchange
// writes: the version that was subscribed with.
func versionText(version []byte) string {
	for _, known := range [...]string{
		Exchange2013_SP1, Exchange2016, Exchange2013, Exchange2015, Exchange2010_SP2, Exchange2010_SP1, Exchange2010,
	} {
		if string(version) == known {
			return known
		}
	}
	return string(version)
}
