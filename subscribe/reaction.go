package subscribe

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// reaction is what to do about a failed Subscribe, or about an error message
// in place of a notification.
type reaction struct {
	// permanent: a mistake in the configuration, or a right that is missing.
	// Trying again changes nothing until somebody does something about it.
	permanent bool
	// noResume: the next Subscribe must not use the watermark.
	noResume bool
	// now: the next Subscribe need not wait, since this error answers it.
	now bool
	// refused: Exchange has said no, so there is no subscription. After any
	// other failure there may be one.
	refused bool
	// wait is the least time before the next Subscribe.
	wait time.Duration
}

// The least waits where a quick repetition cannot help.
const (
	waitForMove  = 5 * time.Minute
	waitForLogin = 15 * time.Minute
)

// reactTo decides. An error that no rule names is passing: it is tried again
// with growing pauses.
func reactTo(err error, statusFrequency time.Duration) reaction {
	r := reaction{}
	if backOff, ok := ews.BackOff(err); ok {
		r.wait = backOff
	}
	if code, ok := errors.AsType[ews.ResponseCode](err); ok {
		r.refused = true
		return r.code(code, statusFrequency)
	}
	if httpError, ok := errors.AsType[*ews.HTTPError](err); ok {
		r.refused = httpError.StatusCode < http.StatusInternalServerError
		switch httpError.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			// Quick repetitions lock accounts.
			r.wait = max(r.wait, waitForLogin)
		}
	}
	return r
}

// code is the part of the decision that rests on the response code.
func (r reaction) code(code ews.ResponseCode, statusFrequency time.Duration) reaction {
	switch code {
	case ews.ErrorInvalidPushSubscriptionURL,
		ews.ErrorInvalidSubscriptionRequest,
		ews.ErrorSchemaValidation,
		ews.ErrorInvalidRequest,
		ews.ErrorInvalidServerVersion,
		ews.ErrorIncorrectSchemaVersion,
		ews.ErrorSubscriptionDelegateAccessNotSupported,
		ews.ErrorSubscriptionsDisabledForGroup,
		ews.ErrorNonExistentMailbox,
		ews.ErrorImpersonateUserDenied,
		ews.ErrorImpersonationDenied,
		ews.ErrorImpersonationFailed,
		ews.ErrorInvalidExchangeImpersonationHeaderData,
		ews.ErrorMoreThanOneAccessModeSpecified,
		ews.ErrorInvalidUserPrincipalName,
		ews.ErrorInvalidUserSid,
		ews.ErrorNonPrimarySMTPAddress,
		ews.ErrorAccessDenied,
		ews.ErrorAccountDisabled,
		ews.ErrorPasswordExpired,
		ews.ErrorPasswordChangeRequired:
		r.permanent = true
	case ews.ErrorInvalidWatermark,
		ews.ErrorEventNotFound,
		ews.ErrorMissedNotificationEvents:
		r.noResume, r.now = true, true
	case ews.ErrorMailboxMoveInProgress:
		r.noResume = true
		r.wait = max(r.wait, waitForMove)
	case ews.ErrorExceededSubscriptionCount:
		// Until the orphans that used the budget up have expired.
		r.wait = max(r.wait, statusFrequency)
	default:
		// The set is open: what is not known is tried again.
	}
	return r
}

// failureCode names an error in a few letters, for Status.
func failureCode(err error) string {
	if code, ok := errors.AsType[ews.ResponseCode](err); ok {
		return string(code)
	}
	if httpError, ok := errors.AsType[*ews.HTTPError](err); ok {
		return "HTTP " + strconv.Itoa(httpError.StatusCode)
	}
	return ""
}
