package sqlstore

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// group commits calls together that arrive at the same time. The first of them
// commits for all that wait; meanwhile the next ones gather. There is no
// goroutine and no timer: a call that is alone is committed at once.
type group[T any] struct {
	// commit carries out the calls and sets their outcomes, all of them.
	commit func(ctx context.Context, batch []*call[T])
	// limit is how many calls, and maxBytes about how many bytes, a batch has.
	limit, maxBytes int
	// leaders is how many batches may be under way at a time; 0 stands for 1.
	leaders int

	mu      sync.Mutex
	waiting []*call[T]
	leading int // how many lead, or were told to
}

// call is one that waits for the outcome.
type call[T any] struct {
	op    T
	bytes int // about how many it writes
	err   error
	turn  chan turn // buffered: whoever sends never waits
	taken bool      // into a batch; guarded by group.mu
	leads bool      // was told to lead; guarded by group.mu
}

// turn is what a waiting call is told.
type turn int

const (
	settled turn = iota // err is the outcome
	lead                // take the next batch and commit it
)

// errAbandoned is the outcome of calls whose leader did not come back from
// commit: it panicked.
var errAbandoned = errors.New("the commit was abandoned")

// do carries out op in some batch and returns its outcome. If ctx ends before
// that, it returns the context's error: op has taken effect or will or will
// not, except that it certainly has not if no batch had taken it. The caller
// that commits for others stays until that is done.
func (g *group[T]) do(ctx context.Context, op T, bytes int) error {
	c := &call[T]{op: op, bytes: bytes, turn: make(chan turn, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	first := g.leading < max(1, g.leaders)
	if first {
		g.leading++
		c.leads = true
	}
	g.mu.Unlock()
	if first {
		g.lead(ctx, c)
		return c.err
	}
	select {
	case t := <-c.turn:
		if t == lead {
			g.lead(ctx, c)
		}
		return c.err
	case <-ctx.Done():
		if g.leave(c) {
			return c.err
		}
		return ctx.Err()
	}
}

// leave takes out a call that does not wait any longer, and reports whether it
// has its outcome even so.
func (g *group[T]) leave(c *call[T]) (done bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c.taken {
		select {
		case <-c.turn:
			return true
		default:
			return false
		}
	}
	g.waiting = slices.DeleteFunc(g.waiting, func(w *call[T]) bool { return w == c })
	if c.leads {
		g.next()
	}
	return false
}

// next hands leadership to the first one that waits and does not lead. g.mu is
// held.
func (g *group[T]) next() {
	for _, c := range g.waiting {
		if !c.leads {
			c.leads = true
			c.turn <- lead
			return
		}
	}
	g.leading--
}

// lead commits one batch, c among it, and hands over.
func (g *group[T]) lead(ctx context.Context, c *call[T]) {
	batch := g.take(c)
	for _, w := range batch {
		w.err = errAbandoned
	}
	defer func() {
		g.mu.Lock()
		g.next()
		g.mu.Unlock()
		for _, w := range batch {
			if w != c {
				w.turn <- settled
			}
		}
	}()
	g.commit(ctx, batch)
}

// take makes a batch that begins with c.
func (g *group[T]) take(c *call[T]) []*call[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.taken = true
	batch := []*call[T]{c}
	bytes := c.bytes
	rest := g.waiting[:0]
	for _, w := range g.waiting {
		switch {
		case w == c:
		case w.leads: // it takes a batch of its own
			rest = append(rest, w)
		case len(batch) < g.limit && bytes+w.bytes <= g.maxBytes:
			w.taken = true
			batch = append(batch, w)
			bytes += w.bytes
		default:
			rest = append(rest, w)
		}
	}
	clear(g.waiting[len(rest):])
	g.waiting = rest
	return batch
}
