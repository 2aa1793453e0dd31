package ews

import "errors"

// ErrResponseTooLarge: the response has more than ClientOptions.MaxResponseBytes.
var ErrResponseTooLarge = errors.New("response too large")

// CallError is a call that got no answer, or none that can be understood: the
// connection failed, ctx ended, the response was cut short or is no SOAP. The
// server may have carried out the operation all the same.
type CallError struct {
	Operation   string
	Diagnostics Diagnostics // only ClientRequestID if there was no answer
	Err         error       // never nil: of net/http, of ctx, *DecodeError, or ErrResponseTooLarge
}

// Error says what went wrong.
func (e *CallError) Error() string {
	return "ews: " + e.Operation + ": " + e.Err.Error()
}

// Unwrap returns what went wrong.
func (e *CallError) Unwrap() error { return e.Err }

// DiagnosticsOf returns the Diagnostics of the call that an error of a Client
// is about.
func DiagnosticsOf(err error) (Diagnostics, bool) {
	if e, ok := errors.AsType[*ResponseError](err); ok {
		return e.Diagnostics, true
	}
	if e, ok := errors.AsType[*Fault](err); ok {
		return e.Diagnostics, true
	}
	if e, ok := errors.AsType[*HTTPError](err); ok {
		return e.Diagnostics, true
	}
	if e, ok := errors.AsType[*CallError](err); ok {
		return e.Diagnostics, true
	}
	return Diagnostics{}, false
}
