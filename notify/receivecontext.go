package notify

import (
	"context"
	"sync"
	"time"
)

// receiveContext is the context of a receiver: context.WithDeadline of the
// request's, made only when somebody wants to wait for its end. The stores of this
// module hardly ever do, and save the timer, the channel, and two entries in
// other contexts.
//
// The rule: until inner is made nobody can have seen Done, so what Err says is
// computed, and kept once it says something; when inner is made, it takes over,
// and has ended if Err has said so.
type receiveContext struct {
	parent   context.Context //nolint:containedctx // it is a context itself
	deadline time.Time

	mu     sync.Mutex
	inner  context.Context //nolint:containedctx // see above
	cancel context.CancelFunc
	err    error // why it has ended, if that was seen before inner was made
}

var _ context.Context = (*receiveContext)(nil)

func newReceiveContext(parent context.Context, deadline time.Time) *receiveContext {
	if earlier, ok := parent.Deadline(); ok && earlier.Before(deadline) {
		deadline = earlier
	}
	return &receiveContext{parent: parent, deadline: deadline}
}

// Deadline implements context.Context.
func (c *receiveContext) Deadline() (time.Time, bool) { return c.deadline, true }

// Done implements context.Context.
func (c *receiveContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner == nil {
		c.inner, c.cancel = context.WithDeadline(c.parent, c.deadline)
		if c.err != nil {
			c.cancel()
		}
	}
	return c.inner.Done()
}

// Err implements context.Context.
func (c *receiveContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
	case c.inner != nil:
		return c.inner.Err()
	case c.parent.Err() != nil:
		c.err = c.parent.Err()
	case !time.Now().Before(c.deadline):
		c.err = context.DeadlineExceeded
	}
	return c.err
}

// Value implements context.Context. Contexts are derived without a goroutine
// from one whose values are those of the context that its Done comes from.
func (c *receiveContext) Value(key any) any {
	c.mu.Lock()
	from := c.inner
	c.mu.Unlock()
	if from == nil {
		from = c.parent
	}
	return from.Value(key)
}

// end is what the CancelFunc is to other contexts.
func (c *receiveContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.cancel != nil:
		c.cancel()
	case c.err == nil:
		c.err = context.Canceled
	}
}
