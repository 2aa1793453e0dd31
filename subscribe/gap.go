package subscribe

import "time"

// Gap tells the Handler that completeness before this point cannot be proven:
// the application must compare what it has with Exchange. All that happened
// afterwards follows as events.
type Gap struct {
	// ID is the same in every redelivery of the gap.
	ID      string
	Key     string // of the Spec
	Mailbox string // of the Spec
	Seq     int64  // as in Event
	Cause   Cause
	Detail  string    // for people; may be empty
	At      time.Time // when the gap was noticed
	Attempt int       // counts the calls of HandleGap for this gap from 1
}

// Cause says why there is a gap.
type Cause string

// The causes of a gap.
const (
	CauseFirstStart       Cause = "firstStart"       // nothing was known of the mailbox before
	CauseSilence          Cause = "silence"          // nothing came for too long, and the last watermark is too old to resume from
	CauseWatermarkRefused Cause = "watermarkRefused" // Exchange no longer knows the event to resume from
	CauseBrokenChain      Cause = "brokenChain"      // a notification does not follow the last one
	CauseServerError      Cause = "serverError"      // Exchange says that it lost events or the subscription
	CauseUndecodable      Cause = "undecodable"      // an authentic notification could not be decoded; it is set aside
	CauseSpecChanged      Cause = "specChanged"      // other folders or event types are watched from here on
	CauseUnreachable      Cause = "unreachable"      // push does not work at the moment: follow by comparing, every PollFallback
	CauseOverflow         Cause = "overflow"         // more events waited for the Handler than Config.MaxPending
	CauseNoWatermark      Cause = "noWatermark"      // a new subscription had nothing to resume from
	CauseRoutine          Cause = "routine"          // nothing is amiss; see Config.CompareEvery
)
