package ews

// SubscriptionStatus is m:SubscriptionStatus (schema type
// t:SubscriptionStatusType): the answer to a notification.
type SubscriptionStatus string

// The two answers. The schema's enumeration is case-sensitive.
const (
	StatusOK          SubscriptionStatus = "OK"          // delivered; send the next one when there is one
	StatusUnsubscribe SubscriptionStatus = "Unsubscribe" // end the subscription; there is no other way to end a push subscription
)
