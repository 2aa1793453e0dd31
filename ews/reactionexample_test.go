package ews_test

import (
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/ewspush/ewspush/ews"
)

// What to do about an error, and for how long to wait.
func ExampleReactionTo() {
	err := error(&ews.Fault{
		Operation: "Subscribe", ResponseCode: ews.ErrorServerBusy,
		MessageXML: ews.MessageXML{{Name: "BackOffMilliseconds", Value: "297749"}},
	})
	r := ews.ReactionTo(err)
	fmt.Println(r.Action, r.Wait, r.Refused)
	fmt.Println(r)

	r = ews.ReactionTo(ews.ErrorNonExistentMailbox)
	fmt.Println(r)
	fmt.Println(r.After(1)) // it has happened once before
	// Output:
	// retry 4m57.749s true
	// try again after 4m58s
	// look up the endpoint; after 1 in a row give up the mailbox, look again after 24h
	// give up the mailbox, look again after 24h
}

// The whole table: what is to be done about each error, and after how long.
func ExampleReactions() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, r := range ews.Reactions() {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", r.On, r, r.Meaning)
	}
	_ = w.Flush()
	// Output:
	// ErrorInvalidPushSubscriptionUrl              fix the configuration                                                               the callback URL breaks the server's rules
	// ErrorInvalidSubscriptionRequest              fix the configuration                                                               folders of several mailboxes, or another combination that cannot be
	// ErrorSubscriptionDelegateAccessNotSupported  fix the configuration                                                               this server lets nobody subscribe to other people's mailboxes; use impersonation
	// ErrorSubscriptionsDisabledForGroup           fix the configuration                                                               group mailboxes cannot be subscribed to
	// ErrorExceededSubscriptionCount               wait for old subscriptions to run out                                               the mailbox has as many subscriptions as it may have
	// ErrorInvalidWatermark                        subscribe again without the watermark                                               the watermark is damaged, too old, or of another database
	// ErrorEventNotFound                           subscribe again without the watermark                                               the event behind the watermark is gone
	// ErrorMissedNotificationEvents                subscribe again without the watermark                                               the server knows that it has lost events
	// ErrorReadEventsFailed                        look up the endpoint                                                                the server could not read the events, and has dropped the subscription
	// ErrorSubscriptionNotFound                    subscribe again                                                                     the subscription has ended, or belongs to another account or server
	// ErrorInvalidSubscription                     subscribe again                                                                     the subscription has ended, or belongs to another account or server
	// ErrorExpiredSubscription                     subscribe again                                                                     the subscription has ended, or belongs to another account or server
	// ErrorSubscriptionUnsubscribed                subscribe again                                                                     the subscription has ended, or belongs to another account or server
	// ErrorSubscriptionAccessDenied                subscribe again                                                                     the subscription has ended, or belongs to another account or server
	// ErrorInvalidPullSubscriptionId               nothing to do                                                                       a push subscription can be neither read nor ended by a call
	// ErrorProxiedSubscriptionCallFailure          try again; after 3 in a row subscribe again                                         one server could not reach the one with the subscription
	// ErrorSchemaValidation                        fix the configuration                                                               a mistake in the request; Violation says which
	// ErrorInvalidRequest                          fix the configuration                                                               the server does not know this request or version; try a lower RequestServerVersion
	// ErrorInvalidServerVersion                    fix the configuration                                                               the server does not know this request or version; try a lower RequestServerVersion
	// ErrorIncorrectSchemaVersion                  fix the configuration                                                               the server does not know this request or version; try a lower RequestServerVersion
	// ErrorRequestStreamTooBig                     ask for less                                                                        the request is larger than the server reads
	// ErrorProxyRequestNotAllowed                  look up the endpoint                                                                the mailbox is on a server that this endpoint does not serve
	// ErrorCrossSiteRequest                        look up the endpoint                                                                the mailbox is on a server that this endpoint does not serve
	// ErrorNoRespondingCASInDestinationSite        look up the endpoint                                                                the mailbox is on a server that this endpoint does not serve
	// ErrorNoApplicableProxyCASServersAvailable    look up the endpoint                                                                the mailbox is on a server that this endpoint does not serve
	// ErrorWrongServerVersion                      look up the endpoint                                                                the mailbox is on a server that this endpoint does not serve
	// ErrorWrongServerVersionDelegate              look up the endpoint                                                                the mailbox is on a server that this endpoint does not serve
	// ErrorMailboxMoveInProgress                   look up the endpoint without the watermark after 5m                                 the mailbox is being moved to another database
	// ErrorNonExistentMailbox                      look up the endpoint; after 1 in a row give up the mailbox, look again after 24h    there is no mailbox of this address
	// ErrorServerBusy                              try again after 30s                                                                 throttled
	// ErrorExceededConnectionCount                 ask for less                                                                        too many calls at a time
	// ErrorExceededFindCountLimit                  ask for less                                                                        a FindItem that asks for too much
	// ErrorMailboxFailover                         try again                                                                           passing trouble of the server or of the mailbox's database
	// ErrorMailboxStoreUnavailable                 try again                                                                           passing trouble of the server or of the mailbox's database
	// ErrorInsufficientResources                   try again                                                                           passing trouble of the server or of the mailbox's database
	// ErrorInternalServerTransientError            try again                                                                           passing trouble of the server or of the mailbox's database
	// ErrorTimeoutExpired                          try again                                                                           passing trouble of the server or of the mailbox's database
	// ErrorConnectionFailed                        try again                                                                           passing trouble of the server or of the mailbox's database
	// ErrorInternalServerError                     try again                                                                           unspecific trouble of the server
	// ErrorImpersonateUserDenied                   give up the mailbox, look again after 24h                                           the login may not impersonate this user
	// ErrorImpersonationDenied                     give up the mailbox, look again after 24h                                           the login may not impersonate this user
	// ErrorAccessDenied                            give up the mailbox, look again after 24h                                           the login lacks a right to this mailbox
	// ErrorImpersonationFailed                     fix the configuration                                                               the user to impersonate is not named rightly, or cannot be logged on
	// ErrorInvalidExchangeImpersonationHeaderData  fix the configuration                                                               the user to impersonate is not named rightly, or cannot be logged on
	// ErrorMoreThanOneAccessModeSpecified          fix the configuration                                                               the user to impersonate is not named rightly, or cannot be logged on
	// ErrorInvalidUserPrincipalName                fix the configuration                                                               the user to impersonate is not named rightly, or cannot be logged on
	// ErrorInvalidUserSid                          fix the configuration                                                               the user to impersonate is not named rightly, or cannot be logged on
	// ErrorNonPrimarySmtpAddress                   fix the configuration                                                               the user to impersonate is not named rightly, or cannot be logged on
	// ErrorAccountDisabled                         stop using the login, look again after 1h                                           the account of the login is disabled, or its password has run out
	// ErrorPasswordExpired                         stop using the login, look again after 1h                                           the account of the login is disabled, or its password has run out
	// ErrorPasswordChangeRequired                  stop using the login, look again after 1h                                           the account of the login is disabled, or its password has run out
	// ErrorFolderNotFound                          try again; after 3 in a row give up the mailbox, look again after 24h               the folder is gone, or not to be seen by the login; look it up anew
	// ErrorSyncFolderNotFound                      try again; after 3 in a row give up the mailbox, look again after 24h               the folder is gone, or not to be seen by the login; look it up anew
	// ErrorItemNotFound                            treat as deleted                                                                    the item is gone, or never was more than temporary
	// ErrorInvalidIdMalformed                      treat as deleted                                                                    the id is damaged; drop the item and synchronize
	// ErrorInvalidChangeKey                        treat as deleted                                                                    the id is damaged; drop the item and synchronize
	// ErrorInvalidSyncStateData                    restart the synchronization                                                         the sync state is damaged or another folder's
	// ErrorBatchProcessingStopped                  try again                                                                           not tried, because an earlier item of the request failed
	// ErrorCalendarViewRangeTooBig                 ask for less                                                                        more than two years; split the range
	// HTTP 401                                     log in again; after 1 in a row stop using the login, look again after 15m           the login was refused
	// HTTP 403                                     fix the configuration, look again after 15m                                         EWS is switched off, or not allowed for this program or from here
	// HTTP 404                                     look up the endpoint; after 1 in a row fix the configuration, look again after 15m  the endpoint is not the URL of an EWS
	// HTTP 407                                     fix the configuration, look again after 15m                                         the outbound proxy wants a login of its own
	// HTTP 408                                     try again                                                                           the request arrived too slowly
	// HTTP 429                                     try again after 30s                                                                 throttled
	// HTTP 456                                     stop using the login, look again after 1h                                           the account is blocked
	// HTTP 457                                     stop using the login, look again after 1h                                           the account needs a second factor
	// HTTP 503                                     try again after 30s                                                                 the web server is busy, or the mailbox server behind it is away
	// HTTP 3xx                                     look up the endpoint; after 1 in a row fix the configuration, look again after 15m  the endpoint is elsewhere; redirects are not followed, since they could lead credentials astray
	// HTTP 4xx                                     fix the configuration, look again after 15m                                         the web server, or a proxy in front of it, refuses the request
	// HTTP 5xx                                     try again                                                                           trouble of the web server or of a proxy
	// HTTP other                                   try again                                                                           not an answer that EWS gives
	// cancelled by the caller                      nothing to do                                                                       nobody waits for the answer any longer
	// credentials withheld                         fix the configuration                                                               the transport does not send the login there, or not in the clear
	// response too large                           ask for less                                                                        more than ClientOptions.MaxResponseBytes
	// answer that is no SOAP                       try again                                                                           a cut-off answer, or a web page in its place: does the URL lead to EWS, past any login form?
	// host name not found                          fix the configuration, look again after 5m                                          no address for the endpoint's name
	// certificate not trusted                      fix the configuration, look again after 15m                                         the endpoint's certificate has run out, is for another name, or of an authority not trusted here
	// TLS handshake failed                         fix the configuration, look again after 15m                                         no TLS there, no version in common, or a client certificate is wanted
	// connection refused                           try again                                                                           nothing listens at the endpoint
	// connection not made                          try again                                                                           the endpoint cannot be reached
	// timeout                                      try again                                                                           no answer in time
	// connection lost                              try again                                                                           the connection ended before the answer
	// other error                                  try again                                                                           no error of a call
}
