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
func ParseSendNotification(body []byte, limits *Limits) (*SendNotification, error) {
	set := limits.orDefaults()
	r, err := newXMLReader(body, set)
	if err != nil {
		return nil, err
	}
	p := &notificationReader{xmlReader: r, maxEvents: set.MaxEvents}
	if err := readEnvelope(r, p.header, p.body); err != nil {
		return nil, err
	}
	return &p.n, nil
}

type notificationReader struct {
	*xmlReader
	n                 SendNotification
	events, maxEvents int
}

func (r *notificationReader) header(e *xmlElement) error {
	if isEWS(e.space) && (e.local == "RequestServerVersion" || e.local == "ServerVersionInfo") {
		if version := e.attr("Version"); version != "" {
			r.n.RequestServerVersion = version
		}
	}
	return nil
}

func (r *notificationReader) body(e *xmlElement) error {
	if e.space == NamespaceEnvelope && e.local == "Fault" {
		fault, err := readFault(r.xmlReader)
		if err != nil {
			return err
		}
		return r.errorIn(e, fmt.Errorf("%w: %w", ErrMessage, fault))
	}
	if !isEWS(e.space) || e.local != "SendNotification" {
		return r.errorHere(fmt.Errorf("%w: %s in namespace %q instead of SendNotification", ErrMessage, clip(e.local), clip(e.space)))
	}
	sendNotification := *e
	err := r.children(func(e *xmlElement) error {
		if !isEWS(e.space) || e.local != "ResponseMessages" {
			return nil
		}
		return r.children(func(e *xmlElement) error {
			if !isEWS(e.space) || e.local != "SendNotificationResponseMessage" {
				return nil
			}
			m, err := r.message(e)
			if err != nil {
				return err
			}
			r.n.ResponseMessages = append(r.n.ResponseMessages, m)
			return nil
		})
	})
	if err != nil {
		return err
	}
	if len(r.n.ResponseMessages) == 0 {
		return r.errorIn(&sendNotification, fmt.Errorf("%w: no SendNotificationResponseMessage", ErrMessage))
	}
	return nil
}

func (r *notificationReader) message(e *xmlElement) (SendNotificationResponseMessage, error) {
	m := SendNotificationResponseMessage{ResponseMessage: ResponseMessage{ResponseClass: ResponseClass(e.attr("ResponseClass"))}}
	err := r.children(func(e *xmlElement) error {
		if isEWS(e.space) && e.local == "Notification" {
			if m.Notification != nil {
				return r.errorHere(fmt.Errorf("%w: second Notification", ErrMessage))
			}
			var err error
			m.Notification, err = r.notification(e)
			return err
		}
		_, err := readResponseMessage(r.xmlReader, e, &m.ResponseMessage)
		return err
	})
	m.fillIn()
	return m, err
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

func (r *notificationReader) notification(e *xmlElement) (*Notification, error) {
	n := &Notification{}
	err := r.children(func(e *xmlElement) error {
		if !isEWS(e.space) {
			return nil
		}
		var err error
		switch {
		case e.local == "SubscriptionId":
			if n.SubscriptionID != "" {
				return r.errorHere(fmt.Errorf("%w: second SubscriptionId", ErrMessage))
			}
			n.SubscriptionID, err = r.text(e)
		case e.local == "PreviousWatermark":
			n.PreviousWatermark, err = r.text(e)
		case e.local == "MoreEvents":
			n.MoreEvents, err = r.boolean(e)
		case isEventName(e.local):
			if r.events++; r.events > r.maxEvents {
				return r.errorHere(fmt.Errorf("%w: more than %d", ErrTooManyEvents, r.maxEvents))
			}
			var event Event
			event, err = r.event(e)
			n.Events = append(n.Events, event)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if n.SubscriptionID == "" {
		return nil, r.errorIn(e, fmt.Errorf("%w: no SubscriptionId", ErrMessage))
	}
	return n, nil
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
