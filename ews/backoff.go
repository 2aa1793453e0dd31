package ews

import (
	"errors"
	"math"
	"strconv"
	"time"
)

// BackOff returns how long the server asked to be left alone: the value
// BackOffMilliseconds in the MessageXML of a Fault or ResponseError, or else
// the header Retry-After; of a *BackOffError the rest of the time. It reports
// false if the error says nothing about it.
func BackOff(err error) (time.Duration, bool) {
	if e, ok := errors.AsType[*BackOffError](err); ok {
		return max(0, time.Until(e.Until)), true
	}
	if e, ok := errors.AsType[*ResponseError](err); ok {
		return e.MessageXML.backOff()
	}
	if e, ok := errors.AsType[*Fault](err); ok {
		if d, ok := e.MessageXML.backOff(); ok {
			return d, true
		}
		return e.RetryAfter, e.RetryAfter > 0
	}
	if e, ok := errors.AsType[*HTTPError](err); ok {
		return e.RetryAfter, e.RetryAfter > 0
	}
	return 0, false
}

func (m MessageXML) backOff() (time.Duration, bool) {
	ms, err := strconv.ParseInt(trim(m.Get("BackOffMilliseconds")), 10, 64)
	if err != nil || ms < 0 || ms > math.MaxInt64/int64(time.Millisecond) {
		return 0, false
	}
	return time.Duration(ms) * time.Millisecond, true
}
