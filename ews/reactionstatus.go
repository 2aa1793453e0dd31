package ews

import "time"

// quarter is the pause after an answer that somebody has to do something
// about, but which also comes from proxies and load balancers in passing.
const quarter = 15 * time.Minute

// statusReactions is the part of the table that is about HTTP statuses without
// a SOAP fault. The rows with xx stand for the statuses that have none of their
// own.
func statusReactions() []Reaction {
	return []Reaction{
		{
			On: "HTTP 401", Action: ActionRefreshLogin, Scope: ScopeClient, Refused: true,
			Limit: 1, Then: ActionStopLogin, ThenWait: quarter, Meaning: "the login was refused",
		},
		{
			On: "HTTP 403", Action: ActionFixConfiguration, Wait: quarter, Scope: ScopeMailbox, Refused: true,
			Meaning: "EWS is switched off, or not allowed for this program or from here",
		},
		{
			On: "HTTP 404", Action: ActionRediscover, Scope: ScopeMailbox, Refused: true,
			Limit: 1, Then: ActionFixConfiguration, ThenWait: quarter, Meaning: "the endpoint is not the URL of an EWS",
		},
		{
			On: "HTTP 407", Action: ActionFixConfiguration, Wait: quarter, Scope: ScopeClient, Refused: true,
			Meaning: "the outbound proxy wants a login of its own",
		},
		{On: "HTTP 408", Action: ActionRetry, Scope: ScopeMailbox, Refused: true, Meaning: "the request arrived too slowly"},
		{On: "HTTP 429", Action: ActionRetry, Wait: soon, Scope: ScopeMailbox, Refused: true, Meaning: "throttled"},
		{
			On: "HTTP 456", Action: ActionStopLogin, Wait: slowly, Scope: ScopeClient, Refused: true,
			Meaning: "the account is blocked",
		},
		{
			On: "HTTP 457", Action: ActionStopLogin, Wait: slowly, Scope: ScopeClient, Refused: true,
			Meaning: "the account needs a second factor",
		},
		{
			On: "HTTP 503", Action: ActionRetry, Wait: soon, Scope: ScopeMailbox,
			Meaning: "the web server is busy, or the mailbox server behind it is away",
		},
		{
			On: "HTTP 3xx", Action: ActionRediscover, Scope: ScopeMailbox, Refused: true,
			Limit: 1, Then: ActionFixConfiguration, ThenWait: quarter,
			Meaning: "the endpoint is elsewhere; redirects are not followed, since they could lead credentials astray",
		},
		{
			On: "HTTP 4xx", Action: ActionFixConfiguration, Wait: quarter, Scope: ScopeMailbox, Refused: true,
			Meaning: "the web server, or a proxy in front of it, refuses the request",
		},
		{On: "HTTP 5xx", Action: ActionRetry, Scope: ScopeMailbox, Meaning: "trouble of the web server or of a proxy"},
		{On: "HTTP other", Action: ActionRetry, Scope: ScopeMailbox, Meaning: "not an answer that EWS gives"},
	}
}
