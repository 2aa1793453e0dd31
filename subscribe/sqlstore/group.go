package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// group commits calls together that arrive at the same time. A call that is
// alone is committed at once, by itself. Those that arrive meanwhile gather, and
// are committed after it by a goroutine that ends when nobody waits any more: as
// long as many call, it is always the same one, with its stack at hand, where
// each caller would have to make room for a database's deep calls first.
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
	// rest, if there is one, is called by whoever has committed a batch and finds
	// nobody waiting. For groups with one leader.
	rest func()

	calls sync.Pool // of *call[T] that have ended

	mu      sync.Mutex
	waiting []*call[T]
	leading int // how many goroutines commit, or are about to
	taking  int // of them, how many have not taken their batch: 0 or 1
	busy    int // how many calls are in batches under way
	// idle are goroutines that have nothing to do as long as another one commits.
	// They are told whether there is something again, or that they can end.
	idle []chan bool
	// long is closed when those that wait now have waited long, unless calm comes
	// first; nil if nobody has begun to wait since.
	long      chan struct{}
	longTimer *time.Timer
}

// call is one that waits for the outcome.
type call[T any] struct {
	ctx     context.Context //nolint:containedctx // of the call, while it waits
	op      T
	bytes   int // about how many it writes
	err     error
	settled chan struct{} // receives when err is the outcome, and nobody else uses the call
	taken   bool          // into a batch; guarded by group.mu
}

// waitsLong is after how long at most a call that waits begins to look whether
// its context has ended. Hardly any waits as long as that, and a context with a
// deadline makes a timer, a channel and an entry in another context only for
// those who wait for its end.
const waitsLong = 50 * time.Millisecond

// errAbandoned is the outcome of calls whose commit did not come back: it
// panicked.
var errAbandoned = errors.New("the commit was abandoned")

// do carries out op in some batch and returns its outcome. If ctx ends before
// that, it returns the context's error, within waitsLong: op has taken effect or
// will or will not, except that it certainly has not if no batch had taken it.
// A caller that commits stays until that is done.
func (g *group[T]) do(ctx context.Context, op T, bytes int) error {
	c := g.newCall(ctx, op, bytes)
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	if g.leading == 0 { // then c is the first that waits
		g.leading++
		g.taking++
		g.mu.Unlock()
		if g.lead() {
			go g.work()
		}
		<-c.settled
		return g.outcome(c)
	}
	g.begin()
	long := g.whenLong()
	g.mu.Unlock()
	select {
	case <-c.settled:
		return g.outcome(c)
	case <-long:
	}
	select {
	case <-c.settled:
		return g.outcome(c)
	case <-ctx.Done():
		if g.leave(c) {
			return g.outcome(c)
		}
		return ctx.Err()
	}
}

// newCall returns a call in memory that was used before.
func (g *group[T]) newCall(ctx context.Context, op T, bytes int) *call[T] {
	c, ok := g.calls.Get().(*call[T])
	if !ok {
		c = &call[T]{settled: make(chan struct{}, 1)}
	}
	c.ctx, c.op, c.bytes, c.taken = ctx, op, bytes, false
	return c
}

// outcome returns that of a call that is settled, and keeps its memory. A call
// that was left may still be in a batch: its memory is not used again.
func (g *group[T]) outcome(c *call[T]) error {
	err := c.err
	var none T
	c.ctx, c.op, c.err = nil, none, nil
	g.calls.Put(c)
	return err
}

// whenLong returns a channel that is closed within waitsLong. g.mu is held.
func (g *group[T]) whenLong() <-chan struct{} {
	if g.long == nil {
		long := make(chan struct{})
		g.long = long
		g.longTimer = time.AfterFunc(waitsLong, func() {
			g.mu.Lock()
			if g.long == long {
				g.long = nil
			}
			g.mu.Unlock()
			close(long)
		})
	}
	return g.long
}

// calm lets go of the timer when nobody waits any more. g.mu is held.
func (g *group[T]) calm() {
	if g.long != nil && len(g.waiting) == 0 && g.busy == 0 {
		g.longTimer.Stop()
		g.long, g.longTimer = nil, nil
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
		case <-c.settled:
			return true
		default:
			return false
		}
	}
	g.waiting = slices.DeleteFunc(g.waiting, func(w *call[T]) bool { return w == c })
	g.calm()
	return false
}

// isTime reports whether a batch should begin now. g.mu is held.
func (g *group[T]) isTime() bool {
	switch {
	case len(g.waiting) == 0, g.taking > 0, g.leading >= max(1, g.leaders):
		return false
	}
	return g.leading == 0 || 2*len(g.waiting) > g.busy
}

// begin has a batch committed if it is time for one. g.mu is held.
func (g *group[T]) begin() {
	if !g.isTime() {
		return
	}
	g.leading++
	g.taking++
	if n := len(g.idle); n > 0 {
		g.idle[n-1] <- true
		g.idle = g.idle[:n-1]
		return
	}
	go g.work()
}

// work commits batches as long as anybody does.
func (g *group[T]) work() {
	told := make(chan bool, 1)
	for {
		for g.lead() {
		}
		g.mu.Lock()
		if g.leading == 0 {
			g.mu.Unlock()
			return
		}
		g.idle = append(g.idle, told)
		g.mu.Unlock()
		if !<-told {
			return
		}
	}
}

// lead commits one batch, and reports whether it is time for the next one: then
// the caller is leading already, and calls it again.
func (g *group[T]) lead() (again bool) {
	// Whoever can run runs first, and may want to come along: those of the batch
	// before have just been told, and have their next call at hand.
	runtime.Gosched()
	batch := g.take()
	if len(batch) > 0 {
		g.protect(batch)
	}
	g.mu.Lock()
	if g.rest != nil && len(g.waiting) == 0 {
		g.mu.Unlock()
		g.rest() // still leading: nobody else commits meanwhile
		g.mu.Lock()
	}
	g.leading--
	g.busy -= len(batch)
	if again = g.isTime(); again {
		g.leading++
		g.taking++
	}
	if g.leading == 0 {
		for _, told := range g.idle {
			told <- false
		}
		g.idle = nil
	}
	g.calm()
	g.mu.Unlock()
	for _, c := range batch {
		c.settled <- struct{}{}
	}
	return again
}

// protect commits a batch. If that panics nobody is left waiting.
func (g *group[T]) protect(batch []*call[T]) {
	defer func() {
		if v := recover(); v != nil {
			err := fmt.Errorf("%w: panic: %v\n%s", errAbandoned, v, debug.Stack())
			for _, c := range batch {
				c.err = err
			}
		}
	}()
	g.commit(batch[0].ctx, batch)
}

// take makes a batch of those that wait longest, or of nobody if all have left.
func (g *group[T]) take() []*call[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	batch := make([]*call[T], 0, min(len(g.waiting), g.limit))
	bytes := 0
	rest := g.waiting[:0]
	for _, c := range g.waiting {
		if len(batch) > 0 && (len(batch) == g.limit || bytes+c.bytes > g.maxBytes) {
			rest = append(rest, c)
			continue
		}
		c.taken = true
		batch = append(batch, c)
		bytes += c.bytes
	}
	clear(g.waiting[len(rest):])
	g.waiting = rest
	g.taking--
	g.busy += len(batch)
	g.begin()
	return batch
}
