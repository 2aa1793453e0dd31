package ews

import "slices"

// SendNotification is m:SendNotification (schema type
// m:SendNotificationResponseType): what Exchange posts to the URL of a push
// subscription.
type SendNotification struct {
	// RequestServerVersion is the attribute Version of the SOAP header
	// t:RequestServerVersion, or of t:ServerVersionInfo, which other servers
	// send in its place. It is informational.
	RequestServerVersion string
	// ResponseMessages is m:ResponseMessages. The schema allows several;
	// Exchange has only ever been seen to send one.
	ResponseMessages []SendNotificationResponseMessage
}

// SendNotificationResponseMessage is m:SendNotificationResponseMessage (schema
// type m:SendNotificationResponseMessageType).
type SendNotificationResponseMessage struct {
	ResponseMessage
	// Notification is m:Notification. It is nil in an error message, although
	// the schema requires it.
	Notification *Notification
}

// Notification is m:Notification (schema type t:NotificationType).
type Notification struct {
	SubscriptionID string // t:SubscriptionId, opaque; discloses an internal host name
	// PreviousWatermark is t:PreviousWatermark: the last watermark that the
	// server sent before this notification. Optional.
	PreviousWatermark string
	MoreEvents        bool    // t:MoreEvents: the next notification follows at once
	Events            []Event // in document order, which is the order in which they happened
}

// Watermark returns the last watermark of the notification that is not empty:
// the point up to which it tells the history of the mailbox.
func (n *Notification) Watermark() string {
	for i := range slices.Backward(n.Events) {
		if w := n.Events[i].Watermark; w != "" {
			return w
		}
	}
	return ""
}

// IsStatus reports whether the notification is a heartbeat: it has events, and
// all of them are status events.
func (n *Notification) IsStatus() bool {
	for i := range n.Events {
		if n.Events[i].Type != StatusEvent {
			return false
		}
	}
	return len(n.Events) > 0
}
