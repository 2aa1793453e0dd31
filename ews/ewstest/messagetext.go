package ewstest

import "github.com/ewspush/ewspush/ews"

// messageText returns words for a code, in the manner of the real ones.
func messageText(code ews.ResponseCode) string {
	switch code {
	case ews.ErrorAccessDenied:
		return "Access is denied. Check the credentials and the permissions on the folder."
	case ews.ErrorEventNotFound:
		return "The event that the watermark points to no longer exists."
	case ews.ErrorExceededSubscriptionCount:
		return "The mailbox has as many subscriptions as it may have."
	case ews.ErrorFolderNotFound:
		return "The folder could not be found in the store."
	case ews.ErrorImpersonateUserDenied:
		return "The account does not have permission to impersonate the requested user."
	case ews.ErrorInvalidPushSubscriptionURL:
		return "The URL of the push subscription is not valid."
	case ews.ErrorInvalidRequest:
		return "The request is invalid."
	case ews.ErrorInvalidSubscription:
		return "The subscription is not valid for this operation."
	case ews.ErrorInvalidSubscriptionRequest:
		return "The subscription request is invalid: it has to be about one mailbox, and either about folders or about all of them."
	case ews.ErrorInvalidWatermark:
		return "The watermark is invalid. It may be too old, or from another database."
	case ews.ErrorMissedNotificationEvents:
		return "Events were missed. Subscribe again without a watermark."
	case ews.ErrorNonExistentMailbox:
		return "There is no mailbox with that SMTP address."
	case ews.ErrorReadEventsFailed:
		return "The events of the mailbox could not be read. The subscription was deleted."
	case ews.ErrorRequestStreamTooBig:
		return "The request is longer than the server accepts."
	case ews.ErrorSchemaValidation:
		return "The request failed schema validation."
	case ews.ErrorServerBusy:
		return "The server cannot service this request right now. Try again later."
	case ews.ErrorSubscriptionNotFound:
		return "The subscription could not be found."
	default:
		return "The operation failed with " + string(code) + "."
	}
}
