package autodiscover

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// Method is a way to ask.
type Method string

// The ways to ask.
const (
	JSON Method = "JSON"          // GET …/autodiscover.json, anonymous
	SOAP Method = "SOAP"          // GetUserSettings, POST …/autodiscover.svc
	POX  Method = "POX"           // POST …/autodiscover.xml
	GET  Method = "redirect GET"  // GET http://autodiscover.<domain>/autodiscover/autodiscover.xml, anonymous
	SRV  Method = "SRV"           // DNS
	Hook Method = "Config.Lookup" // the caller's own list
)

// Attempt is one question and what came of it.
type Attempt struct {
	Method  Method // empty: the error is about the discovery, or about the redirect before
	URL     string // of the question; for SRV the name that was looked up
	Address string // that was asked for; another one after a RedirectAddress
	Err     error  // never nil: of net/http, *ews.HTTPError, *ServiceError, or one of this package
}

// String says what was tried and what came of it.
func (a Attempt) String() string {
	switch {
	case a.Method == "":
		return a.Err.Error()
	case a.URL == "":
		return fmt.Sprintf("%s: %v", a.Method, a.Err)
	}
	return fmt.Sprintf("%s %s: %v", a.Method, a.URL, a.Err)
}

// Error is a discovery without a result: everything that was tried, in order.
// errors.Is finds what is in any of the attempts; for details go through
// Attempts, since errors.As does not look into them: which of them it would find
// says nothing about the mailbox.
type Error struct {
	Address  string
	Attempts []Attempt
}

// Error lists the attempts.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("autodiscover: " + clip(e.Address) + ": ")
	switch len(e.Attempts) {
	case 0:
		b.WriteString("nothing to try")
	case 1:
		b.WriteString(e.Attempts[0].String())
	default:
		fmt.Fprintf(&b, "none of %d attempts succeeded", len(e.Attempts))
		for i := range e.Attempts {
			b.WriteString("; " + e.Attempts[i].String())
		}
	}
	return b.String()
}

// Unwrap returns what the failure amounts to, in the terms of ews.ReactionTo:
// ews.ErrorNonExistentMailbox where a service that wants a login does not know
// the address, ews.ErrorServerBusy where one was busy, and otherwise nil, which
// stands for trying again.
func (e *Error) Unwrap() error {
	var code error
	for i := range e.Attempts {
		switch a := &e.Attempts[i]; {
		case a.Method != SOAP && a.Method != POX:
		case errors.Is(a.Err, ServerBusy):
			return ews.ErrorServerBusy
		case errors.Is(a.Err, InvalidUser):
			code = ews.ErrorNonExistentMailbox
		}
	}
	return code
}

// Is reports whether an attempt ended with the error.
func (e *Error) Is(target error) bool {
	for i := range e.Attempts {
		if errors.Is(e.Attempts[i].Err, target) {
			return true
		}
	}
	return false
}
