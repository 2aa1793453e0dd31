package ews

import "time"

// The waits of the table.
const (
	soon   = 30 * time.Second // a server that says it is busy, but not for how long
	move   = 5 * time.Minute  // a mailbox move seldom takes less
	slowly = time.Hour        // what may mend by itself, but not soon
	daily  = 24 * time.Hour   // what somebody does without telling us
)

// codeReactions is the part of the table that is about response codes, whether
// they come in a response message, a SOAP fault or a callback.
func codeReactions() []Reaction {
	var rows []Reaction
	add := func(r Reaction, codes ...ResponseCode) {
		if r.Scope == "" {
			r.Scope = ScopeMailbox
		}
		for _, code := range codes {
			r.On = string(code)
			rows = append(rows, r)
		}
	}

	// Subscriptions.
	add(Reaction{Action: ActionFixConfiguration, Refused: true, Meaning: "the callback URL breaks the server's rules"},
		ErrorInvalidPushSubscriptionURL)
	add(Reaction{Action: ActionFixConfiguration, Refused: true, Meaning: "folders of several mailboxes, or another combination that cannot be"},
		ErrorInvalidSubscriptionRequest)
	add(Reaction{Action: ActionFixConfiguration, Refused: true, Meaning: "this server lets nobody subscribe to other people's mailboxes; use impersonation"},
		ErrorSubscriptionDelegateAccessNotSupported)
	add(Reaction{Action: ActionFixConfiguration, Refused: true, Meaning: "group mailboxes cannot be subscribed to"},
		ErrorSubscriptionsDisabledForGroup)
	add(Reaction{Action: ActionAwaitExpiry, Refused: true, Meaning: "the mailbox has as many subscriptions as it may have"},
		ErrorExceededSubscriptionCount)
	add(Reaction{Action: ActionResubscribe, Anew: true, Refused: true, Meaning: "the watermark is damaged, too old, or of another database"},
		ErrorInvalidWatermark)
	add(Reaction{Action: ActionResubscribe, Anew: true, Refused: true, Meaning: "the event behind the watermark is gone"},
		ErrorEventNotFound)
	add(Reaction{Action: ActionResubscribe, Anew: true, Refused: true, Meaning: "the server knows that it has lost events"},
		ErrorMissedNotificationEvents)
	add(Reaction{Action: ActionRediscover, Refused: true, Meaning: "the server could not read the events, and has dropped the subscription"},
		ErrorReadEventsFailed)
	add(Reaction{Action: ActionResubscribe, Refused: true, Meaning: "the subscription has ended, or belongs to another account or server"},
		ErrorSubscriptionNotFound, ErrorInvalidSubscription, ErrorExpiredSubscription,
		ErrorSubscriptionUnsubscribed, ErrorSubscriptionAccessDenied)
	add(Reaction{Action: ActionNone, Refused: true, Meaning: "a push subscription can be neither read nor ended by a call"},
		ErrorInvalidPullSubscriptionID)
	add(Reaction{Action: ActionRetry, Limit: 3, Then: ActionResubscribe, Meaning: "one server could not reach the one with the subscription"},
		ErrorProxiedSubscriptionCallFailure)

	// The request itself.
	add(Reaction{Action: ActionFixConfiguration, Refused: true, Meaning: "a mistake in the request; Violation says which"},
		ErrorSchemaValidation)
	add(Reaction{Action: ActionFixConfiguration, Refused: true, Meaning: "the server does not know this request or version; try a lower RequestServerVersion"},
		ErrorInvalidRequest, ErrorInvalidServerVersion, ErrorIncorrectSchemaVersion)
	add(Reaction{Action: ActionAskForLess, Refused: true, Meaning: "the request is larger than the server reads"},
		ErrorRequestStreamTooBig)

	// Another endpoint.
	add(Reaction{Action: ActionRediscover, Refused: true, Meaning: "the mailbox is on a server that this endpoint does not serve"},
		ErrorProxyRequestNotAllowed, ErrorCrossSiteRequest, ErrorNoRespondingCASInDestinationSite,
		ErrorNoApplicableProxyCASServersAvailable, ErrorWrongServerVersion, ErrorWrongServerVersionDelegate)
	add(Reaction{Action: ActionRediscover, Wait: move, Anew: true, Refused: true, Meaning: "the mailbox is being moved to another database"},
		ErrorMailboxMoveInProgress)
	add(Reaction{
		Action: ActionRediscover, Limit: 1, Then: ActionGiveUpMailbox, ThenWait: daily, Refused: true,
		Meaning: "there is no mailbox of this address",
	}, ErrorNonExistentMailbox)

	// Load and passing trouble.
	add(Reaction{Action: ActionRetry, Wait: soon, Refused: true, Meaning: "throttled"}, ErrorServerBusy)
	add(Reaction{Action: ActionAskForLess, Scope: ScopeClient, Refused: true, Meaning: "too many calls at a time"},
		ErrorExceededConnectionCount)
	add(Reaction{Action: ActionAskForLess, Refused: true, Meaning: "a FindItem that asks for too much"},
		ErrorExceededFindCountLimit)
	add(Reaction{Action: ActionRetry, Meaning: "passing trouble of the server or of the mailbox's database"},
		ErrorMailboxFailover, ErrorMailboxStoreUnavailable, ErrorInsufficientResources,
		ErrorInternalServerTransientError, ErrorTimeoutExpired, ErrorConnectionFailed)
	add(Reaction{Action: ActionRetry, Meaning: "unspecific trouble of the server"}, ErrorInternalServerError)

	// Rights and accounts.
	add(Reaction{Action: ActionGiveUpMailbox, Wait: daily, Refused: true, Meaning: "the login may not impersonate this user"},
		ErrorImpersonateUserDenied, ErrorImpersonationDenied)
	add(Reaction{Action: ActionGiveUpMailbox, Wait: daily, Refused: true, Meaning: "the login lacks a right to this mailbox"},
		ErrorAccessDenied)
	add(Reaction{Action: ActionFixConfiguration, Refused: true, Meaning: "the user to impersonate is not named rightly, or cannot be logged on"},
		ErrorImpersonationFailed, ErrorInvalidExchangeImpersonationHeaderData, ErrorMoreThanOneAccessModeSpecified,
		ErrorInvalidUserPrincipalName, ErrorInvalidUserSid, ErrorNonPrimarySMTPAddress)
	add(Reaction{Action: ActionStopLogin, Wait: slowly, Scope: ScopeClient, Refused: true, Meaning: "the account of the login is disabled, or its password has run out"},
		ErrorAccountDisabled, ErrorPasswordExpired, ErrorPasswordChangeRequired)

	// Folders and items.
	add(Reaction{
		Action: ActionRetry, Limit: 3, Then: ActionGiveUpMailbox, ThenWait: daily, Refused: true,
		Meaning: "the folder is gone, or not to be seen by the login; look it up anew",
	}, ErrorFolderNotFound, ErrorSyncFolderNotFound)
	add(Reaction{Action: ActionTreatAsDeleted, Refused: true, Meaning: "the item is gone, or never was more than temporary"},
		ErrorItemNotFound)
	add(Reaction{Action: ActionTreatAsDeleted, Refused: true, Meaning: "the id is damaged; drop the item and synchronize"},
		ErrorInvalidIdMalformed, ErrorInvalidChangeKey)
	add(Reaction{Action: ActionRestartSync, Refused: true, Meaning: "the sync state is damaged or another folder's"},
		ErrorInvalidSyncStateData)
	add(Reaction{Action: ActionRetry, Refused: true, Meaning: "not tried, because an earlier item of the request failed"},
		ErrorBatchProcessingStopped)
	add(Reaction{Action: ActionAskForLess, Refused: true, Meaning: "more than two years; split the range"},
		ErrorCalendarViewRangeTooBig)
	return rows
}
