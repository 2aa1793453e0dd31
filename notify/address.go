package notify

// Address says which subscription a notification belongs to. It travels in the
// callback URL, because nothing in the notification names the mailbox, and the
// SubscriptionId is not known before the first notification may already be
// under way.
type Address struct {
	// Key is the application's name of the subscription: any non-empty string.
	Key string
	// Generation tells one Subscribe for a key from the next: a rising number
	// greater than zero, usually derived from the time. A notification with an
	// older generation comes from a subscription that has been superseded.
	Generation int64
}
