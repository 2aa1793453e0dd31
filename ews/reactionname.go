package ews

import "strings"

// reactionToName judges a response code that is in no table, by its name.
func reactionToName(code ResponseCode) Reaction {
	r := Reaction{On: clip(string(code)), Action: ActionRetry, Scope: ScopeMailbox, Meaning: "not a code that is known here"}
	name := string(code)
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(name, part) {
				return true
			}
		}
		return false
	}
	switch {
	// First, since ErrorInvalidOperationTimeout would be a timeout too.
	case has("Transient", "Timeout", "TimedOut", "Busy", "Unavailable", "Failover", "InProgress", "Temporar", "TooMany", "Throttl"):
	case has("Denied", "NotAllowed", "NotAuthorized", "Unauthorized"):
		r.Action, r.Wait, r.Refused = ActionGiveUpMailbox, daily, true
	case strings.HasPrefix(name, "ErrorInvalid"), strings.HasPrefix(name, "ErrorMissing"), has("NotSupported", "Unsupported", "Malformed"):
		r.Action, r.Wait, r.Refused = ActionFixConfiguration, slowly, true
	}
	return r
}
