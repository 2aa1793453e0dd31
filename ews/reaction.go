package ews

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reaction is what to do about an error: a row of the table that Reactions
// returns.
type Reaction struct {
	// On names the error: a response code, "HTTP 503", "HTTP 4xx", or a kind
	// of network error in words.
	On     string
	Action Action
	// Wait is the least time before the next attempt: what the server asked
	// for, at most an hour, or else what the table says. 0 leaves it to the
	// caller.
	Wait  time.Duration
	Scope Scope
	// Refused: nothing has come of the call, since it did not arrive or the
	// server has said no. Otherwise it may have taken effect.
	Refused bool
	// Anew: watermarks from before are of no use any longer.
	Anew bool
	// Limit is how often in a row the Action makes sense; from then on After
	// replaces it by Then, and Wait by ThenWait. 0 is without limit.
	Limit    int
	Then     Action
	ThenWait time.Duration
	// Meaning says for people what has happened.
	Meaning string
}

// String says in a line what to do: "give up the mailbox, look again after 24h".
func (r Reaction) String() string {
	words := r.Action.words()
	if r.Anew {
		words += " without the watermark"
	}
	if r.Wait > 0 {
		switch r.Action {
		case ActionFixConfiguration, ActionGiveUpMailbox, ActionStopLogin:
			words += ", look again"
		default:
		}
		words += " after " + short(r.Wait)
	}
	if r.Limit > 0 {
		words += fmt.Sprintf("; after %d in a row %s", r.Limit, Reaction{Action: r.Then, Wait: r.ThenWait})
	}
	return words
}

// short writes a duration without parts that are zero.
func short(d time.Duration) string {
	s := d.Round(time.Second).String()
	if d >= time.Minute {
		s = strings.TrimSuffix(s, "0s")
	}
	if d >= time.Hour {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// After returns the reaction to an error that has had the same On that many
// times in a row before.
func (r Reaction) After(times int) Reaction {
	if r.Limit > 0 && times >= r.Limit {
		r.Action, r.Wait = r.Then, max(r.Wait, r.ThenWait)
		r.Limit, r.Then, r.ThenWait = 0, "", 0
	}
	return r
}

// Reactions returns the whole table: the response codes, the HTTP statuses, and
// the errors without an answer. The caller may change the slice.
func Reactions() []Reaction {
	return slices.Concat(codeReactions(), statusReactions(), networkReactions())
}

// longestWait bounds what a server can ask for. After that time one call more
// does no harm, and a mistaken header must not end everything.
const longestWait = time.Hour

// ReactionTo says what to do about an error of a Client, of a response message,
// or of a callback that reports an error in place of a notification. The table
// is that of Reactions, shown in its example; what it does not name is judged
// by its class:
//
//   - ErrorInternalServerError by the InnerErrorResponseCode in its MessageXML,
//     if there is one.
//   - An unknown response code by its name: …Transient…, …Timeout…, …Busy…,
//     …Unavailable… and the like are tried again, …Denied and …NotAllowed give
//     the mailbox up, ErrorInvalid…, ErrorMissing… and …NotSupported are mistakes in
//     the configuration that are tried again hourly. What fits nothing is tried
//     again.
//   - A fault without a response code by its faultcode: Client is a mistake in
//     the configuration, everything else is tried again.
//   - An unknown HTTP status by its hundred.
//   - A *BackOffError by its cause; Wait is the rest of the time.
//   - Any other error is tried again.
func ReactionTo(err error) Reaction {
	if err == nil {
		return Reaction{Action: ActionNone, Scope: ScopeMailbox}
	}
	if e, ok := errors.AsType[*BackOffError](err); ok {
		return e.reaction()
	}
	r := judge(err)
	if asked, ok := BackOff(err); ok && asked > 0 {
		asked = min(asked, longestWait)
		if r.Action == ActionRetry { // the server knows better than the table
			r.Wait = asked
		}
		r.Wait = max(r.Wait, asked)
	}
	return r
}

func judge(err error) Reaction {
	if code := decisiveCode(err); code != "" {
		return reactionToCode(code)
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return reactionToFault(f)
	}
	if e, ok := errors.AsType[*HTTPError](err); ok {
		return reactionToStatus(e.StatusCode)
	}
	return reactionToNetwork(err)
}

// decisiveCode returns the response code that an error is judged by, or "".
func decisiveCode(err error) ResponseCode {
	var inner string
	if e, ok := errors.AsType[*ResponseError](err); ok {
		inner = e.MessageXML.Get("InnerErrorResponseCode")
	} else if f, ok := errors.AsType[*Fault](err); ok {
		inner = f.MessageXML.Get("InnerErrorResponseCode")
	}
	code, _ := errors.AsType[ResponseCode](err)
	if inner = trim(inner); code == ErrorInternalServerError && inner != "" && inner != string(NoError) {
		return ResponseCode(inner)
	}
	return code
}

func reactionToCode(code ResponseCode) Reaction {
	if r, ok := lookUp(codeReactions(), string(code)); ok {
		return r
	}
	return reactionToName(code)
}

// reactionToFault judges a fault without a response code.
func reactionToFault(f *Fault) Reaction {
	r := Reaction{
		On: "fault " + clip(f.FaultCode), Action: ActionRetry, Scope: ScopeMailbox,
		Meaning: "the server could not carry out the call, and does not say why",
	}
	switch f.FaultCode {
	case "Client", "VersionMismatch", "MustUnderstand":
		r.Action, r.Wait, r.Refused = ActionFixConfiguration, slowly, true
		r.Meaning = "the server takes the request for wrong"
	}
	return r
}

func reactionToStatus(status int) Reaction {
	on := "HTTP " + strconv.Itoa(status)
	rows := statusReactions()
	if r, ok := lookUp(rows, on); ok {
		return r
	}
	class := "HTTP " + strconv.Itoa(status/100) + "xx"
	r, ok := lookUp(rows, class)
	if !ok {
		r, _ = lookUp(rows, "HTTP other")
	}
	r.On = on
	return r
}

func lookUp(rows []Reaction, on string) (Reaction, bool) {
	for _, r := range rows {
		if r.On == on {
			return r, true
		}
	}
	return Reaction{}, false
}
