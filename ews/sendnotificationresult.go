package ews

import "fmt"

// SubscriptionStatus is m:SubscriptionStatus (schema type
// t:SubscriptionStatusType): the answer to a notification.
type SubscriptionStatus string

// The two answers. The schema's enumeration is case-sensitive.
const (
	StatusOK          SubscriptionStatus = "OK"          // delivered; send the next one when there is one
	StatusUnsubscribe SubscriptionStatus = "Unsubscribe" // end the subscription; there is no other way to end a push subscription
)

// EncodeSendNotificationResult returns the whole envelope that answers a
// notification. A status other than the two is an error.
func EncodeSendNotificationResult(status SubscriptionStatus) ([]byte, error) {
	if !status.isValid() {
		return nil, fmt.Errorf("ews: SendNotificationResult: %w: SubscriptionStatus %q", ErrMessage, clip(string(status)))
	}
	return []byte(xmlDeclaration +
		`<soap:Envelope xmlns:soap="` + NamespaceEnvelope + `"><soap:Body>` +
		`<m:SendNotificationResult xmlns:m="` + NamespaceMessages + `">` +
		`<m:SubscriptionStatus>` + string(status) + `</m:SubscriptionStatus>` +
		`</m:SendNotificationResult></soap:Body></soap:Envelope>`), nil
}

// ParseSendNotificationResult decodes the answer to a notification the way a
// server does, strictly: the elements must be in the messages namespace, and
// the status must be OK or Unsubscribe, letter by letter. Nil limits stand for
// the defaults. Each error is a *DecodeError.
func ParseSendNotificationResult(body []byte, limits *Limits) (SubscriptionStatus, error) {
	r, err := newXMLReader(body, limits.orDefaults())
	if err != nil {
		return "", err
	}
	var status SubscriptionStatus
	readStatus := func(e *xmlElement) error {
		if e.space != NamespaceMessages || e.local != "SubscriptionStatus" {
			return nil
		}
		if status != "" {
			return r.errorHere(fmt.Errorf("%w: second SubscriptionStatus", ErrMessage))
		}
		text, err := r.text(e)
		if err != nil {
			return err
		}
		if status = SubscriptionStatus(text); !status.isValid() {
			return r.errorIn(e, fmt.Errorf("%w: SubscriptionStatus %q", ErrMessage, clip(text)))
		}
		return nil
	}
	err = readEnvelope(r, func(*xmlElement) error { return nil }, func(e *xmlElement) error {
		if e.space != NamespaceMessages || e.local != "SendNotificationResult" {
			return r.errorHere(fmt.Errorf("%w: %s in namespace %q instead of SendNotificationResult", ErrMessage, clip(e.local), clip(e.space)))
		}
		result := *e
		if err := r.children(readStatus); err != nil {
			return err
		}
		if status == "" {
			return r.errorIn(&result, fmt.Errorf("%w: no SubscriptionStatus", ErrMessage))
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return status, nil
}

func (s SubscriptionStatus) isValid() bool { return s == StatusOK || s == StatusUnsubscribe }
