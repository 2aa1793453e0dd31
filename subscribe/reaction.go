package subscribe

import (
	"time"

	"github.com/ewspush/ewspush/ews"
)

// verdict is what an ews.Reaction means for a subscription. The reactions are
// decided by package ews alone; nothing here looks at an error.
type verdict struct {
	// failed: trying again soon changes nothing; people should be told.
	failed bool
	// permanent: not to be tried again until the Spec changes or somebody asks.
	permanent bool
	// noResume: the next Subscribe must not use the watermark.
	noResume bool
	// atOnce: the next Subscribe need not wait, since not resuming is the
	// answer to this error.
	atOnce bool
	// rediscover: the endpoint is to be looked up before the next Subscribe.
	rediscover bool
	// refused: there is no subscription. After any other failure there may be
	// one.
	refused bool
	// wait is the least time before the next Subscribe.
	wait time.Duration
}

// forgotten is the pause after Exchange has said that what the Spec names by
// its id is not there.
const forgotten = 24 * time.Hour

// verdictOn decides about a Subscribe that has failed. before is how often it
// has failed in the same way already.
func verdictOn(r ews.Reaction, before int, spec Spec) verdict {
	v := verdict{refused: r.Refused, noResume: r.Anew}
	// A mailbox that was given up may turn up somewhere else.
	v.rediscover = r.Action == ews.ActionRediscover
	r = r.After(before)
	v.wait = r.Wait
	switch r.Action {
	case ews.ActionResubscribe:
		v.atOnce = r.Anew
	case ews.ActionAwaitExpiry:
		v.wait = max(v.wait, spec.StatusFrequency)
	case ews.ActionTreatAsDeleted:
		v.failed, v.wait = true, max(v.wait, forgotten)
	case ews.ActionFixConfiguration, ews.ActionGiveUpMailbox, ews.ActionStopLogin:
		v.failed, v.permanent = true, r.Wait == 0
	case ews.ActionNone, ews.ActionRetry, ews.ActionAskForLess, ews.ActionRestartSync,
		ews.ActionRediscover, ews.ActionRefreshLogin:
	}
	return v
}

// verdictOnLoss decides about a subscription that Exchange has given up with an
// error message in place of a notification. A new one is wanted in any case: if
// something is wrong, Subscribe will tell.
func verdictOnLoss(r ews.Reaction) verdict {
	v := verdict{noResume: r.Anew, rediscover: r.Action == ews.ActionRediscover}
	switch r.Action {
	case ews.ActionRetry, ews.ActionAskForLess, ews.ActionRediscover:
		v.wait = r.Wait
	default:
	}
	return v
}
