package ews

import (
	"fmt"
	"strconv"
)

// referenceSendNotification is ParseSendNotification as it was on encoding/xml.
func referenceSendNotification(body []byte, limits Limits) (*SendNotification, *reference, error) {
	r, err := newReference(body, limits)
	if err != nil {
		return nil, nil, err
	}
	p := &referenceNotification{reference: r, maxEvents: limits.MaxEvents}
	if err := p.envelope(); err != nil {
		return nil, r, err
	}
	return &p.n, r, nil
}

type referenceNotification struct {
	*reference
	n                 SendNotification
	events, maxEvents int
}

func (r *referenceNotification) envelope() error {
	if _, err := r.next(); err != nil {
		return err
	}
	root := r.elem
	if root.space != NamespaceEnvelope || root.local != "Envelope" {
		return r.errorHere(fmt.Errorf("%w: root element", ErrEnvelope))
	}
	bodies, contents := 0, 0
	err := r.children(func(e *referenceElement) error {
		switch {
		case e.space != NamespaceEnvelope:
			return nil
		case e.local == "Header":
			return r.children(r.header)
		case e.local == "Body":
			if bodies++; bodies > 1 {
				return r.errorHere(fmt.Errorf("%w: second Body", ErrEnvelope))
			}
			return r.children(func(e *referenceElement) error {
				if contents++; contents > 1 {
					return r.errorHere(fmt.Errorf("%w: second element in the Body", ErrMessage))
				}
				return r.body(e)
			})
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case bodies == 0:
		return r.errorAt(root.offset, fmt.Errorf("%w: no Body", ErrEnvelope))
	case contents == 0:
		return r.errorAt(root.offset, fmt.Errorf("%w: empty Body", ErrMessage))
	}
	_, err = r.next()
	return err
}

func (r *referenceNotification) header(e *referenceElement) error {
	if isEWS(e.space) && (e.local == "RequestServerVersion" || e.local == "ServerVersionInfo") {
		if version := e.attr("Version"); version != "" {
			r.n.RequestServerVersion = version
		}
	}
	return nil
}

func (r *referenceNotification) body(e *referenceElement) error {
	if e.space == NamespaceEnvelope && e.local == "Fault" {
		if err := r.fault(); err != nil {
			return err
		}
		return r.errorAt(e.offset, fmt.Errorf("%w: a fault", ErrMessage))
	}
	if !isEWS(e.space) || e.local != "SendNotification" {
		return r.errorHere(fmt.Errorf("%w: not SendNotification", ErrMessage))
	}
	err := r.children(func(e *referenceElement) error {
		if !isEWS(e.space) || e.local != "ResponseMessages" {
			return nil
		}
		return r.children(func(e *referenceElement) error {
			if !isEWS(e.space) || e.local != "SendNotificationResponseMessage" {
				return nil
			}
			m, err := r.message(e)
			r.n.ResponseMessages = append(r.n.ResponseMessages, m)
			return err
		})
	})
	if err == nil && len(r.n.ResponseMessages) == 0 {
		return r.errorAt(e.offset, fmt.Errorf("%w: no message", ErrMessage))
	}
	return err
}

func (r *referenceNotification) fault() error {
	return r.children(func(e *referenceElement) error {
		switch e.local {
		case "faultcode", "faultstring":
			_, err := r.text()
			return err
		case "detail":
			return r.children(func(e *referenceElement) error {
				var err error
				switch e.local {
				case "ResponseCode", "Message":
					_, err = r.text()
				case "MessageXml":
					_, err = r.messageXML()
				}
				return err
			})
		}
		return nil
	})
}

func (r *referenceNotification) message(e *referenceElement) (SendNotificationResponseMessage, error) {
	m := SendNotificationResponseMessage{ResponseMessage: ResponseMessage{ResponseClass: ResponseClass(e.attr("ResponseClass"))}}
	err := r.children(func(e *referenceElement) error {
		if !isEWS(e.space) {
			return nil
		}
		var err error
		switch e.local {
		case "Notification":
			if m.Notification != nil {
				return r.errorHere(fmt.Errorf("%w: second Notification", ErrMessage))
			}
			m.Notification, err = r.notification(e)
		case "MessageText":
			m.MessageText, err = r.text()
		case "ResponseCode":
			var code string
			code, err = r.text()
			m.ResponseCode = ResponseCode(code)
		case "DescriptiveLinkKey":
			m.DescriptiveLinkKey, err = r.integer(e)
		case "MessageXml":
			m.MessageXML, err = r.messageXML()
		}
		return err
	})
	m.fillIn()
	return m, err
}

func (r *referenceNotification) messageXML() (MessageXML, error) {
	var m MessageXML
	err := r.children(func(e *referenceElement) error {
		name := e.local
		if e.local == "Value" && isEWS(e.space) {
			name = e.attr("Name")
		}
		value, err := r.allText()
		m = append(m, MessageXMLValue{Name: name, Value: value})
		return err
	})
	return m, err
}

func (r *referenceNotification) notification(e *referenceElement) (*Notification, error) {
	n := &Notification{}
	err := r.children(func(e *referenceElement) error {
		if !isEWS(e.space) {
			return nil
		}
		var err error
		switch {
		case e.local == "SubscriptionId":
			if n.SubscriptionID != "" {
				return r.errorHere(fmt.Errorf("%w: second SubscriptionId", ErrMessage))
			}
			n.SubscriptionID, err = r.text()
		case e.local == "PreviousWatermark":
			n.PreviousWatermark, err = r.text()
		case e.local == "MoreEvents":
			n.MoreEvents, err = r.boolean(e)
		case isEventName(e.local):
			if r.events++; r.events > r.maxEvents {
				return r.errorHere(fmt.Errorf("%w: too many", ErrTooManyEvents))
			}
			var v Event
			v, err = r.event(e)
			n.Events = append(n.Events, v)
		}
		return err
	})
	if err == nil && n.SubscriptionID == "" {
		return nil, r.errorAt(e.offset, fmt.Errorf("%w: no SubscriptionId", ErrMessage))
	}
	return n, err
}

func (r *referenceNotification) event(e *referenceElement) (Event, error) {
	v := Event{Type: EventType(e.local)}
	err := r.children(func(e *referenceElement) error {
		if !isEWS(e.space) {
			return nil
		}
		var err error
		switch e.local {
		case "Watermark":
			v.Watermark, err = r.text()
		case "TimeStamp":
			var text string
			if text, err = r.text(); err != nil {
				return err
			}
			var ok bool
			if v.TimeStamp, ok = parseDateTime(text); !ok {
				return r.errorAt(e.offset, fmt.Errorf("%w: no dateTime", ErrMessage))
			}
		case "ItemId":
			v.ItemID, err = r.itemID(e)
		case "FolderId":
			v.FolderID, err = r.folderID(e)
		case "ParentFolderId":
			v.ParentFolderID, err = r.folderID(e)
		case "OldItemId":
			v.OldItemID, err = r.itemID(e)
		case "OldFolderId":
			v.OldFolderID, err = r.folderID(e)
		case "OldParentFolderId":
			v.OldParentFolderID, err = r.folderID(e)
		case "UnreadCount":
			var n int
			n, err = r.integer(e)
			v.UnreadCount = &n
		}
		return err
	})
	if err != nil {
		return v, err
	}
	about := v.ItemID != nil || v.FolderID != nil
	if v.Type.isObjectChanged() && (!about || v.ItemID != nil && v.FolderID != nil) {
		return v, r.errorAt(e.offset, fmt.Errorf("%w: about nothing, or about two", ErrMessage))
	}
	return v, nil
}

func (r *referenceNotification) itemID(e *referenceElement) (*ItemID, error) {
	id := &ItemID{ID: e.attr("Id"), ChangeKey: e.attr("ChangeKey")}
	return id, r.needsID(id.ID)
}

func (r *referenceNotification) folderID(e *referenceElement) (*FolderID, error) {
	id := &FolderID{ID: e.attr("Id"), ChangeKey: e.attr("ChangeKey")}
	return id, r.needsID(id.ID)
}

func (r *referenceNotification) needsID(id string) error {
	if id == "" {
		return r.errorHere(fmt.Errorf("%w: no Id", ErrMessage))
	}
	return nil
}

func (r *referenceNotification) integer(e *referenceElement) (int, error) {
	text, err := r.text()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, r.errorAt(e.offset, fmt.Errorf("%w: no int", ErrMessage))
	}
	return int(n), nil
}

func (r *referenceNotification) boolean(e *referenceElement) (bool, error) {
	text, err := r.text()
	if err != nil {
		return false, err
	}
	switch text {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, r.errorAt(e.offset, fmt.Errorf("%w: no boolean", ErrMessage))
}
