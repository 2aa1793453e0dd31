package sqlstore

import (
	"context"
	"errors"
	"runtime"
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
	// leaders is how many batches may be under way at a time; 0 stands for 1. A
	// further one begins when more than half as many calls wait as are under
	// way: many small batches side by side cost more than few large ones, but
	// one that stands still must not hold up everybody.
	leaders int

	mu      sync.Mutex
	waiting []*call[T]
	leading int // how many lead, or were told to
	taking  int // of them, how many have not taken their batch: 0 or 1
	busy    int // how many calls are in batches under way
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
	g.begin()
	g.mu.Unlock()
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

// anyWaiting reports whether calls wait for the next batch.
func (g *group[T]) anyWaiting() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting) > 0
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
		g.leading--
		g.taking--
		g.begin()
	}
	return false
}

// begin tells the call that waits longest to lead, if it is time for a batch.
// g.mu is held.
func (g *group[T]) begin() {
	switch {
	case len(g.waiting) == 0, g.taking > 0, g.leading >= max(1, g.leaders):
		return
	case g.leading > 0 && 2*len(g.waiting) <= g.busy:
		return
	}
	c := g.waiting[0]
	c.leads = true
	g.leading++
	g.taking++
	c.turn <- lead
}

// lead commits one batch, c among it, and hands over.
func (g *group[T]) lead(ctx context.Context, c *call[T]) {
	// Whoever can run runs first, and may want to come along: those of the batch
	// before have just been told, and have their next call at hand.
	runtime.Gosched()
	batch := g.take(c)
	for _, w := range batch {
		w.err = errAbandoned
	}
	defer func() {
		g.mu.Lock()
		g.leading--
		g.busy -= len(batch)
		g.begin()
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
	g.taking--
	g.busy += len(batch)
	g.begin()
	return batch
}
