package subscribe

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// call calls the Handler once, under the limit of calls at a time. A call that
// does not return when its time is over gives its place away: it holds up its
// own key, and no other.
func (d *delivery) call(ctx, work context.Context, e *Entry, info HandledInfo, handle func(context.Context) error) (err error) {
	select {
	case d.slots <- struct{}{}:
	case <-ctx.Done():
		return errStopped
	}
	switch {
	case ctx.Err() != nil || !d.lead.held().Has(e.Shard):
		<-d.slots
		return errStopped
	case d.offset(d.key) >= e.Seq:
		<-d.slots
		return errSettled
	}
	giveBack := sync.OnceFunc(func() { <-d.slots })
	defer giveBack()
	overdue := time.AfterFunc(d.cfg.HandlerTimeout, func() {
		d.log.WarnContext(ctx, "a call of the Handler does not return", "event", info.EventID)
		giveBack()
	})
	defer overdue.Stop()

	call, cancel := context.WithTimeout(work, d.cfg.HandlerTimeout)
	defer cancel()
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			d.log.ErrorContext(ctx, "the Handler panicked", "event", info.EventID, "panic", p, "stack", string(debug.Stack()))
		}
		info.Duration, info.Err = time.Since(start), err
		d.cfg.Trace.Handled(info)
	}()
	return handle(call)
}

// wait pauses after a failed attempt.
func (d *delivery) wait(ctx context.Context, attempt int) error {
	pause := time.NewTimer(backoff{d.cfg.HandlerBackOff, d.cfg.HandlerBackOffMax}.after(attempt))
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil
	case <-ctx.Done():
		return errStopped
	}
}
