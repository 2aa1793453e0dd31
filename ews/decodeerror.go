package ews

import (
	"errors"
	"fmt"
	"strings"
)

// What can be wrong with a body; errors.Is finds them in a DecodeError. A body
// that ends too early is io.ErrUnexpectedEOF instead, and nothing else is.
var (
	ErrTooLarge      = errors.New("body too large")             // more than Limits.MaxBytes
	ErrTooDeep       = errors.New("elements nested too deeply") // more than Limits.MaxDepth
	ErrTooManyEvents = errors.New("too many events")            // more than Limits.MaxEvents
	ErrDirective     = errors.New("XML directive refused")      // <!DOCTYPE and the like
	ErrCharset       = errors.New("unknown character encoding") // declared, and not to be converted
	ErrSyntax        = errors.New("not well-formed XML")        // also what Namespaces in XML forbids
	ErrEnvelope      = errors.New("not a SOAP 1.1 envelope")    // another root element, SOAP 1.2, no Body
	ErrMessage       = errors.New("not the expected message")   // another message, a missing part, a bad value
)

// DecodeError tells where a body could not be decoded, and why.
type DecodeError struct {
	// Offset counts the bytes before the place, Line and Column (in bytes)
	// start at 1. In a body that is not UTF-8 they refer to its conversion to
	// UTF-8. All are zero where the body as a whole is refused.
	Offset       int64
	Line, Column int
	// Path names the elements around the place from the root on, without
	// prefixes: "Envelope/Body/SendNotification/…". It is empty outside the
	// root element.
	Path string
	Err  error // what is wrong; never nil
}

// Error says what is wrong and where.
func (e *DecodeError) Error() string {
	var b strings.Builder
	b.WriteString("ews: ")
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d, column %d (offset %d)", e.Line, e.Column, e.Offset)
		if e.Path != "" {
			b.WriteString(", in " + e.Path)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns what is wrong.
func (e *DecodeError) Unwrap() error { return e.Err }

// clip shortens what came from outside before it enters an error: such texts
// end in logs.
func clip(s string) string {
	const limit = 64
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
