package ews

// Action is what to do about an error. See ReactionTo.
type Action string

// The actions. What they mean for a subscription, Manager of package subscribe
// does; the others are for who fetches items.
const (
	// ActionNone: nothing. There was no error, or the caller has ended the call
	// itself, or the answer is the expected one.
	ActionNone Action = "none"
	// ActionRetry: the same call again after Wait, or where that is 0, after
	// pauses of the caller's own that grow.
	ActionRetry Action = "retry"
	// ActionAskForLess: smaller pages, a shorter range, fewer calls at a time;
	// a Client sees to the last by itself.
	ActionAskForLess Action = "askForLess"
	// ActionAwaitExpiry: again when subscriptions that nobody wants any longer
	// have run out: after the StatusFrequency they were made with.
	ActionAwaitExpiry Action = "awaitExpiry"
	// ActionResubscribe: the subscription is gone; make a new one, from the
	// last watermark if that is fresh and Anew is not set.
	ActionResubscribe Action = "resubscribe"
	// ActionRestartSync: begin SyncFolderItems without a sync state.
	ActionRestartSync Action = "restartSync"
	// ActionTreatAsDeleted: the item, or what was asked for by its id, is gone.
	ActionTreatAsDeleted Action = "treatAsDeleted"
	// ActionRediscover: the endpoint is the wrong one for this mailbox. Look it
	// up anew, then call again.
	ActionRediscover Action = "rediscover"
	// ActionRefreshLogin: log in again, with a new token or handshake.
	ActionRefreshLogin Action = "refreshLogin"
	// ActionFixConfiguration: somebody must change the program's settings.
	// Where Wait is not 0, it may also mend by itself, and is worth another
	// call then.
	ActionFixConfiguration Action = "fixConfiguration"
	// ActionGiveUpMailbox: report the mailbox. Where Wait is not 0, look again
	// then: rights are granted and rooms are created without notice.
	ActionGiveUpMailbox Action = "giveUpMailbox"
	// ActionStopLogin: no more calls with this login. After Wait one may find
	// out whether somebody has mended it.
	ActionStopLogin Action = "stopLogin"
)

// Scope is whom an error concerns.
type Scope string

// The scopes.
const (
	ScopeMailbox Scope = "mailbox" // the mailbox that was called for
	ScopeClient  Scope = "client"  // all that use the same endpoint and login
)

// words is the action as a sentence for people has it.
func (a Action) words() string {
	switch a {
	case ActionNone:
		return "nothing to do"
	case ActionRetry:
		return "try again"
	case ActionAskForLess:
		return "ask for less"
	case ActionAwaitExpiry:
		return "wait for old subscriptions to run out"
	case ActionResubscribe:
		return "subscribe again"
	case ActionRestartSync:
		return "restart the synchronization"
	case ActionTreatAsDeleted:
		return "treat as deleted"
	case ActionRediscover:
		return "look up the endpoint"
	case ActionRefreshLogin:
		return "log in again"
	case ActionFixConfiguration:
		return "fix the configuration"
	case ActionGiveUpMailbox:
		return "give up the mailbox"
	case ActionStopLogin:
		return "stop using the login"
	}
	return string(a)
}
