package ews

import "fmt"

// ParseSendNotification decodes the body of a notification, a SOAP 1.1 envelope
// with m:SendNotification. Nil limits stand for the defaults.
//
// It insists on well-formed XML without directives, and is otherwise tolerant:
// prefixes do not matter, elements of EWS may be in either of its namespaces,
// unknown ones are skipped, an unknown event becomes an Event of that type, and
// what the schema calls optional may be missing, including ResponseClass and
// ResponseCode: they are Success and NoError beside a Notification, and Error
// and empty without one. A body may be in any encoding that it declares or that
// its first bytes betray.
//
// Each error is a *DecodeError. Of a body that ends too early, and only of such
// a body, errors.Is(err, io.ErrUnexpectedEOF) is true: that one was damaged on
// its way and must not be acknowledged.
//
// The result belongs to the caller. Its strings are parts of one copy of the
// body, or of most of it, which lives as long as any of them; clone one that is
// to be kept for long. A SendNotificationDecoder makes less garbage.
func ParseSendNotification(body []byte, limits *Limits) (*SendNotification, error) {
	var (
		r     notificationReader
		small smallNotification
	)
	result := &small
	r.n, r.memory = &result.n, result.memory()
	if err := r.readBytes(body, limits.orDefaults()); err != nil {
		return nil, err
	}
	return r.n, nil
}

type notificationReader struct {
	xmlReader
	memory notificationMemory
	n      *SendNotification

	events, maxEvents int
	firstEvent        int          // where it begins
	shapes            *usualShapes // nil until there are many events

	asXML bool // the body was not as usual, and parts of it are all over the xmlReader
}

// read reads a body that is a string already.
func (r *notificationReader) read(body string, limits Limits) error {
	if err := r.reset(body, limits); err != nil {
		return err
	}
	version, middle, ok := cutUsual(r.doc)
	if ok && r.usual(version, middle, limits) {
		return nil
	}
	return r.readXML(limits)
}

// readBytes makes a string of the parts of a body that are parts of the result;
// if it is not as usual, of all of it.
func (r *notificationReader) readBytes(body []byte, limits Limits) error {
	version, middle, ok := cutUsual(body)
	if !ok || len(body) > limits.MaxBytes {
		return r.read(string(body), limits)
	}
	if r.usual(versionText(version), string(middle), limits) {
		return nil
	}
	if err := r.reset(string(body), limits); err != nil {
		return err
	}
	return r.readXML(limits)
}

// readXML reads the document as XML.
func (r *notificationReader) readXML(limits Limits) error {
	r.asXML = true
	r.events, r.maxEvents = 0, limits.MaxEvents
	if err := walkEnvelope(&r.xmlReader, r.header, r.body); err != nil {
		return err
	}
	r.n.ResponseMessages = r.memory.messages
	return nil
}

// forget lets go of the body that was read last, and keeps the memory.
func (r *notificationReader) forget() {
	r.memory.clear()
	r.shapes.forget()
	r.doc, r.n = "", nil
	if r.asXML { // wiping it all costs as much as reading an event
		*r = notificationReader{memory: r.memory, shapes: r.shapes}
	}
}

func (r *notificationReader) header() error {
	if isEWS(r.elem.space) && (r.elem.local == "RequestServerVersion" || r.elem.local == "ServerVersionInfo") {
		if version := r.attr("Version"); version != "" {
			r.n.RequestServerVersion = version
		}
	}
	return nil
}

func (r *notificationReader) body() error {
	e := r.elem
	if e.space == NamespaceEnvelope && e.local == "Fault" {
		fault, err := readFault(&r.xmlReader)
		if err != nil {
			return err
		}
		return r.errorIn(&e, fmt.Errorf("%w: %w", ErrMessage, fault))
	}
	if !isEWS(e.space) || e.local != "SendNotification" {
		return r.errorHere(fmt.Errorf("%w: %s in namespace %q instead of SendNotification", ErrMessage, clip(e.local), clip(e.space)))
	}
	for {
		more, err := r.child(e.depth)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if isEWS(r.elem.space) && r.elem.local == "ResponseMessages" {
			if err := r.messages(); err != nil {
				return err
			}
		}
	}
	if len(r.memory.messages) == 0 {
		return r.errorIn(&e, fmt.Errorf("%w: no SendNotificationResponseMessage", ErrMessage))
	}
	return nil
}

func (r *notificationReader) messages() error {
	depth := r.depth()
	for {
		more, err := r.child(depth)
		if err != nil || !more {
			return err
		}
		if isEWS(r.elem.space) && r.elem.local == "SendNotificationResponseMessage" {
			if err := r.message(); err != nil {
				return err
			}
		}
	}
}

func (r *notificationReader) message() error {
	m := SendNotificationResponseMessage{ResponseMessage: ResponseMessage{ResponseClass: ResponseClass(r.attr("ResponseClass"))}}
	depth := r.depth()
	for {
		more, err := r.child(depth)
		if err != nil {
			return err
		}
		if !more {
			m.fillIn()
			r.memory.messages = append(r.memory.messages, m)
			return nil
		}
		e := r.elem
		switch {
		case !isEWS(e.space):
		case e.local != "Notification":
			_, err = readResponseMessage(&r.xmlReader, &e, &m.ResponseMessage)
		case m.Notification != nil:
			err = r.errorHere(fmt.Errorf("%w: second Notification", ErrMessage))
		default:
			m.Notification = slot(&r.memory.notifications)
			err = r.notification(m.Notification)
		}
		if err != nil {
			return err
		}
	}
}

// fillIn sets what the message left out and what follows from the rest of it.
func (m *SendNotificationResponseMessage) fillIn() {
	if m.ResponseClass == "" {
		m.ResponseClass = ResponseClassSuccess
		if m.Notification == nil || (m.ResponseCode != "" && m.ResponseCode != NoError) {
			m.ResponseClass = ResponseClassError
		}
	}
	if m.ResponseCode == "" && m.ResponseClass == ResponseClassSuccess {
		m.ResponseCode = NoError
	}
}

func (r *notificationReader) notification(n *Notification) error {
	whole := r.elem
	before := len(r.memory.events)
	for {
		more, err := r.child(whole.depth)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if !isEWS(r.elem.space) {
			continue
		}
		e := r.elem
		switch {
		case e.local == "SubscriptionId":
			if n.SubscriptionID != "" {
				return r.errorHere(fmt.Errorf("%w: second SubscriptionId", ErrMessage))
			}
			n.SubscriptionID, err = r.text(&e)
		case e.local == "PreviousWatermark":
			n.PreviousWatermark, err = r.text(&e)
		case e.local == "MoreEvents":
			n.MoreEvents, err = r.boolean(&e)
		case EventType(e.local).isObjectChanged(), isEventName(e.local):
			if r.events++; r.events > r.maxEvents {
				return r.errorHere(fmt.Errorf("%w: more than %d", ErrTooManyEvents, r.maxEvents))
			}
			err = r.event(&e)
		}
		if err != nil {
			return err
		}
	}
	if n.SubscriptionID == "" {
		return r.errorIn(&whole, fmt.Errorf("%w: no SubscriptionId", ErrMessage))
	}
	if all := r.memory.events; len(all) > before {
		n.Events = all[before:len(all):len(all)]
	}
	return nil
}

func (r *notificationReader) boolean(e *xmlElement) (bool, error) {
	text, err := r.text(e)
	if err != nil {
		return false, err
	}
	value, ok := parseBoolean(text)
	if !ok {
		return false, r.errorIn(e, fmt.Errorf("%w: %q is no xs:boolean", ErrMessage, clip(text)))
	}
	return value, nil
}
