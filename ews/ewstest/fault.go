package ewstest

import (
	"bytes"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// FaultKind is a way to misbehave.
type FaultKind int

// What a server can be told to do wrong. The first group concerns calls for
// the mailbox, of whatever operation unless Operation names one; the second one
// Subscribe, or the Operation that is named; the third one notifications.
const (
	// FaultServerBusy: the call gets a SOAP fault ErrorServerBusy that asks to
	// back off for BackOff.
	FaultServerBusy FaultKind = iota + 1
	// FaultLogin: the call gets 401, whatever the credentials.
	FaultLogin
	// FaultHTTPStatus: the call gets HTTP status Status (default 503) without
	// SOAP in it; BackOff becomes Retry-After.
	FaultHTTPStatus
	// FaultSlowResponse: the call takes effect at once, the response comes after
	// Delay (default one minute). A subscription's first notification does not
	// wait for it.
	FaultSlowResponse
	// FaultRestart: the server restarts when the call arrives; it is cut off
	// and has no effect.
	FaultRestart

	// FaultItemCode: one item of a batch fails with Code, for GetItem,
	// CreateItem, UpdateItem, DeleteItem, MoveItem and CopyItem; ItemID may say
	// which. With ErrorBatchProcessingStopped the items after it fail with it as
	// well. The call itself succeeds.
	FaultItemCode

	// FaultResponseCode: the operation fails with Code in a response message, in
	// each of them if it asks for several things; or in a SOAP fault if SOAP is
	// set. It has no effect.
	FaultResponseCode
	// FaultLostResponse: the operation takes effect, and the connection is cut
	// where the response should be.
	FaultLostResponse
	// FaultNotificationFirst: the first notification is sent and answered, or
	// has failed, before Subscribe responds.
	FaultNotificationFirst

	// FaultDuplicate: an accepted notification is sent again, as if its reply
	// had been lost.
	FaultDuplicate
	// FaultSkip: a notification with changes is not sent; the next one goes on
	// after it, so that its PreviousWatermark does not fit.
	FaultSkip
	// FaultErrorMessage: an error message with Code is sent in place of the
	// next notification, whose events are lost. The subscription ends with it
	// if End is set.
	FaultErrorMessage
	// FaultDamagedBody: an attempt sends Body, or where that is nil, a body
	// that is complete but no XML, in place of the notification. If it is
	// accepted all the same, its events are lost; else the next attempt is whole
	// unless Times says otherwise.
	FaultDamagedBody
)

// Fault is one line of a fault script: see Server.Fault.
type Fault struct {
	Kind    FaultKind
	Mailbox string // SMTP address of the mailbox concerned; "" is any
	Times   int    // how often; 0 is once
	Skip    int    // how many occasions pass unharmed before
	// Operation is the name of the operation concerned, such as "GetItem". ""
	// is any; for FaultResponseCode and FaultLostResponse it is Subscribe.
	Operation string
	ItemID    string // FaultItemCode: the item concerned; "" is any

	BackOff time.Duration    // FaultServerBusy, FaultHTTPStatus
	Status  int              // FaultHTTPStatus
	Delay   time.Duration    // FaultSlowResponse
	Code    ews.ResponseCode // FaultResponseCode, FaultItemCode, FaultErrorMessage
	Message string           // text for people; default the usual one of Code
	SOAP    bool             // FaultResponseCode
	End     bool             // FaultErrorMessage
	Body    []byte           // FaultDamagedBody
}

// Fault adds a line to the fault script. Lines of the same kind are used up in
// the order in which they were added.
func (s *Server) Fault(f Fault) {
	f.Times = max(f.Times, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults drops what is left of the fault script.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Faults returns what is left of the fault script.
func (s *Server) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := make([]Fault, len(s.faults))
	for i, f := range s.faults {
		left[i] = *f
	}
	return left
}

// take uses up a fault of that kind if this is an occasion for one; c is nil
// where it is not about a call.
func (s *Server) take(kind FaultKind, m *Mailbox, c *call) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.takeItem(kind, m, c, "")
}

// takeItem is take for an item of a call, under the lock.
func (s *Server) takeItem(kind FaultKind, m *Mailbox, c *call, id string) (Fault, bool) {
	for i, f := range s.faults {
		if f.Kind != kind || f.Mailbox != "" && s.byAddress[strings.ToLower(f.Mailbox)] != m || f.ItemID != "" && f.ItemID != id ||
			c != nil && !f.concerns(c.name) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			return Fault{}, false
		}
		f.Times--
		taken := *f
		if f.Times == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		s.stats.Faults++
		return taken, true
	}
	return Fault{}, false
}

// concerns reports whether the fault is about calls of an operation.
func (f *Fault) concerns(operation string) bool {
	switch {
	case f.Operation != "":
		return f.Operation == operation
	case f.Kind == FaultResponseCode || f.Kind == FaultLostResponse:
		return operation == "Subscribe"
	default:
		return true
	}
}

// damage returns the body with the damage that has been seen in the wild: the
// end tag of the SubscriptionId, or the first one there is, lost its slash.
func (f *Fault) damage(body []byte) []byte {
	if f.Body != nil {
		return f.Body
	}
	for _, tag := range []string{"</t:SubscriptionId>", "</"} {
		if bytes.Contains(body, []byte(tag)) {
			return bytes.Replace(body, []byte(tag), []byte("<"+tag[2:]), 1)
		}
	}
	return nil
}
