package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// panicError is a panic of a receiver as an error.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("notify: receiver panicked: %v", e.value) }

// receive calls a receiver within its time, which begins now, and turns what it
// returns into an answer.
func (h *Handler) receive(parent context.Context, now time.Time, a *Answer, call func(context.Context) error) {
	ctx := parent //nolint:contextcheck // a receiveContext inherits from it
	if h.opts.ReceiveTimeout > 0 {
		limited := newReceiveContext(parent, now.Add(h.opts.ReceiveTimeout))
		defer limited.end()
		ctx = limited
	}
	err := protect(ctx, call)
	if err == nil {
		// Also after the deadline: what is safe is safe, and need not be repeated.
		a.Status = ews.StatusOK
		return
	}
	if errors.Is(err, ErrUnsubscribe) {
		a.Status = ews.StatusUnsubscribe
		return
	}
	a.Err = err
	if _, ok := errors.AsType[*panicError](err); ok {
		a.Cause = CausePanic
		return
	}
	switch {
	case parent.Err() != nil:
		a.Cause = CauseCanceled
	case ctx.Err() != nil:
		a.Cause = CauseTimeout
	default:
		a.Cause = CauseReceiver
	}
}

// protect turns a panic into an error, except the one by which a handler tells
// net/http to drop the connection.
func protect(ctx context.Context, call func(context.Context) error) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler { //nolint:errorlint // a recovered value, compared as net/http does
			panic(v)
		}
		err = &panicError{value: v, stack: debug.Stack()}
	}()
	return call(ctx)
}
