package ews

// The response codes that matter to who subscribes, reads notifications and
// fetches what they point to. The set is open: a code that is not listed here
// is a ResponseCode all the same. The names are the codes, with ID, URL and SMTP
// spelled as in Go.
const (
	// Of subscriptions.
	ErrorEventNotFound                          ResponseCode = "ErrorEventNotFound"                          // the event behind the watermark is gone, and the subscription with it
	ErrorExceededSubscriptionCount              ResponseCode = "ErrorExceededSubscriptionCount"              // the mailbox has as many subscriptions as it may have
	ErrorExpiredSubscription                    ResponseCode = "ErrorExpiredSubscription"                    // the subscription ended while it was being read
	ErrorInvalidPullSubscriptionID              ResponseCode = "ErrorInvalidPullSubscriptionId"              // a push subscription was named where only a pull subscription can be
	ErrorInvalidPushSubscriptionURL             ResponseCode = "ErrorInvalidPushSubscriptionUrl"             // the callback URL is not absolute, not http or https, or too long
	ErrorInvalidSubscription                    ResponseCode = "ErrorInvalidSubscription"                    // not valid any longer; also the answer to Unsubscribe for a push subscription
	ErrorInvalidSubscriptionRequest             ResponseCode = "ErrorInvalidSubscriptionRequest"             // several mailboxes, or another combination that cannot be
	ErrorInvalidWatermark                       ResponseCode = "ErrorInvalidWatermark"                       // damaged, older than the server's history, or of another database
	ErrorMissedNotificationEvents               ResponseCode = "ErrorMissedNotificationEvents"               // the server knows that it lost events
	ErrorProxiedSubscriptionCallFailure         ResponseCode = "ErrorProxiedSubscriptionCallFailure"         // one server could not reach the other that holds the subscription
	ErrorReadEventsFailed                       ResponseCode = "ErrorReadEventsFailed"                       // the server could not read the events and has dropped the subscription
	ErrorSubscriptionAccessDenied               ResponseCode = "ErrorSubscriptionAccessDenied"               // another account made the subscription
	ErrorSubscriptionDelegateAccessNotSupported ResponseCode = "ErrorSubscriptionDelegateAccessNotSupported" // this server lets nobody subscribe to other people's mailboxes
	ErrorSubscriptionNotFound                   ResponseCode = "ErrorSubscriptionNotFound"                   // expired, or the server has restarted, or it is another server's
	ErrorSubscriptionUnsubscribed               ResponseCode = "ErrorSubscriptionUnsubscribed"               // has been ended before
	ErrorSubscriptionsDisabledForGroup          ResponseCode = "ErrorSubscriptionsDisabledForGroup"          // group mailboxes cannot be subscribed to

	// Of requests that the server does not understand.
	ErrorIncorrectSchemaVersion ResponseCode = "ErrorIncorrectSchemaVersion" // the request does not fit the version that it asks for
	ErrorInvalidRequest         ResponseCode = "ErrorInvalidRequest"         // empty, or no operation of this server
	ErrorInvalidServerVersion   ResponseCode = "ErrorInvalidServerVersion"   // RequestServerVersion names a version that the server does not know
	ErrorRequestStreamTooBig    ResponseCode = "ErrorRequestStreamTooBig"    // the request is larger than the server reads
	ErrorSchemaValidation       ResponseCode = "ErrorSchemaValidation"       // order, namespace or value against the schema; Violation in MessageXML says which

	// Of a server that is busy, or looks after something else.
	ErrorConnectionFailed             ResponseCode = "ErrorConnectionFailed"             // one server could not connect to another
	ErrorExceededConnectionCount      ResponseCode = "ErrorExceededConnectionCount"      // too many requests at a time
	ErrorExceededFindCountLimit       ResponseCode = "ErrorExceededFindCountLimit"       // a FindItem that asks for too much
	ErrorInsufficientResources        ResponseCode = "ErrorInsufficientResources"        // the server is short of something
	ErrorInternalServerError          ResponseCode = "ErrorInternalServerError"          // unspecific; InnerErrorResponseCode in MessageXML may say more
	ErrorInternalServerTransientError ResponseCode = "ErrorInternalServerTransientError" // unspecific, and expected to pass
	ErrorMailboxFailover              ResponseCode = "ErrorMailboxFailover"              // the mailbox is being taken over by another server
	ErrorMailboxMoveInProgress        ResponseCode = "ErrorMailboxMoveInProgress"        // the mailbox is being moved to another database
	ErrorMailboxStoreUnavailable      ResponseCode = "ErrorMailboxStoreUnavailable"      // the database of the mailbox does not answer
	ErrorServerBusy                   ResponseCode = "ErrorServerBusy"                   // throttled; BackOff tells for how long
	ErrorTimeoutExpired               ResponseCode = "ErrorTimeoutExpired"               // the server gave up waiting for itself

	// Of requests that went to the wrong server.
	ErrorCrossSiteRequest                     ResponseCode = "ErrorCrossSiteRequest"                     // the mailbox is in another site
	ErrorNoApplicableProxyCASServersAvailable ResponseCode = "ErrorNoApplicableProxyCASServersAvailable" // no server of the mailbox's site can be passed the request
	ErrorNoRespondingCASInDestinationSite     ResponseCode = "ErrorNoRespondingCASInDestinationSite"     // no server of the mailbox's site answers
	ErrorProxyRequestNotAllowed               ResponseCode = "ErrorProxyRequestNotAllowed"               // the mailbox has moved to another site
	ErrorWrongServerVersion                   ResponseCode = "ErrorWrongServerVersion"                   // the mailbox is on a server of another version
	ErrorWrongServerVersionDelegate           ResponseCode = "ErrorWrongServerVersionDelegate"           // the same for a delegate

	// Of accounts and rights.
	ErrorAccessDenied                           ResponseCode = "ErrorAccessDenied"                           // the account lacks a right
	ErrorAccountDisabled                        ResponseCode = "ErrorAccountDisabled"                        // the account is switched off
	ErrorImpersonateUserDenied                  ResponseCode = "ErrorImpersonateUserDenied"                  // the account must not impersonate this user
	ErrorImpersonationDenied                    ResponseCode = "ErrorImpersonationDenied"                    // the account must not impersonate at all
	ErrorImpersonationFailed                    ResponseCode = "ErrorImpersonationFailed"                    // the impersonated user cannot be logged on
	ErrorInvalidExchangeImpersonationHeaderData ResponseCode = "ErrorInvalidExchangeImpersonationHeaderData" // t:ExchangeImpersonation does not name one user
	ErrorInvalidUserPrincipalName               ResponseCode = "ErrorInvalidUserPrincipalName"               // t:PrincipalName is not one
	ErrorInvalidUserSid                         ResponseCode = "ErrorInvalidUserSid"                         // t:SID is not one
	ErrorMoreThanOneAccessModeSpecified         ResponseCode = "ErrorMoreThanOneAccessModeSpecified"         // impersonation and another kind of access at a time
	ErrorNonExistentMailbox                     ResponseCode = "ErrorNonExistentMailbox"                     // there is no mailbox of that address
	ErrorNonPrimarySMTPAddress                  ResponseCode = "ErrorNonPrimarySmtpAddress"                  // an alias where the primary address is needed; MessageXML gives it
	ErrorPasswordChangeRequired                 ResponseCode = "ErrorPasswordChangeRequired"                 // the account's password must be changed first
	ErrorPasswordExpired                        ResponseCode = "ErrorPasswordExpired"                        // the account's password is too old

	// Of folders and items.
	ErrorBatchProcessingStopped  ResponseCode = "ErrorBatchProcessingStopped"  // not tried, because an earlier item of the request failed
	ErrorCalendarViewRangeTooBig ResponseCode = "ErrorCalendarViewRangeTooBig" // a t:CalendarView of more than two years
	ErrorFolderNotFound          ResponseCode = "ErrorFolderNotFound"          // gone, or not to be seen by this account
	ErrorInvalidChangeKey        ResponseCode = "ErrorInvalidChangeKey"        // the attribute ChangeKey is damaged
	ErrorInvalidIdMalformed      ResponseCode = "ErrorInvalidIdMalformed"      // the attribute Id is damaged
	ErrorInvalidSyncStateData    ResponseCode = "ErrorInvalidSyncStateData"    // the sync state is damaged or another folder's
	ErrorItemNotFound            ResponseCode = "ErrorItemNotFound"            // gone, or it never was more than temporary
	ErrorSyncFolderNotFound      ResponseCode = "ErrorSyncFolderNotFound"      // the folder to synchronize is gone
)
