package ews

import (
	"errors"
	"fmt"
)

// malformed makes the error of an answer that is SOAP and yet cannot be
// understood.
func (r *Reply) malformed(err error) error {
	return &CallError{Operation: r.Operation, Diagnostics: r.Diagnostics, Err: fmt.Errorf("%w: %w", ErrMessage, err)}
}

// expect makes sure that there are as many response messages as there must be:
// they belong to what was asked for by their order alone.
func (r *Reply) expect(got, want int) error {
	if got == want {
		return nil
	}
	return r.malformed(fmt.Errorf("%d response messages instead of %d", got, want))
}

// checkOnly is Check for the operations whose answer is itself the response
// message: what is none would pass for an empty success.
func (r *Reply) checkOnly(m *ResponseMessage) error {
	if m.ResponseClass == "" && m.ResponseCode == "" {
		return r.malformed(errors.New("no response message"))
	}
	return r.Check(m)
}
