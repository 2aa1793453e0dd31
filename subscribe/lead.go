package subscribe

import (
	"context"
	"sync"
	"time"
)

// lead divides the shards among the replicas that share a store. Each replica
// has a row that it renews; each shard has a row that names its owner.
//
//   - A replica acts on a shard only while the shard is its own and its own
//     row was renewed less than trusted ago, counted from before the renewal.
//   - A replica whose row has not changed for the whole lease, counted by the
//     observer's own clock from when it saw the row last change, is struck off
//     by deleting the row at that revision. From then on its renewals fail,
//     and its shards are free. Since the lease is longer than trusted, it has
//     stopped by then. No two clocks are ever compared.
//   - A shard is handed over in order: no new work, what is under way ends,
//     offsets are stored, then the row is released.
//
// Whoever has been stopped for so long that it was struck off finds out before
// it acts again, since time has passed on its own clock too; what it writes
// late fails by compare-and-swap.
type lead struct {
	store   Store
	cfg     Config
	changed func() // called after the set of shards has changed; must not block

	mu      sync.Mutex
	key     string // of this life's row; empty when there is none
	renewed stopwatch
	shards  Shards // owned
	closing Shards // owned, and being handed over: nothing new is begun
	work    [NumShards]map[*piece]struct{}
	lapse   *time.Timer // fires when the lease is no longer trusted

	// Only used by the goroutine of run.
	life     string // the key of this life's row, also before it could be written
	revision int64  // of the row
	beat     int64
	seen     map[string]observation // of the members' rows
	whole    bool                   // all shards are this one's, and there is no other member
}

// piece is a piece of work under way on a shard.
type piece struct {
	shard  int
	cancel context.CancelFunc // interrupts it
	stop   context.CancelFunc // asks it to begin nothing new
}

func newLead(cfg Config, changed func()) *lead {
	l := &lead{store: cfg.Store, cfg: cfg, changed: changed, seen: make(map[string]observation)}
	for shard := range l.work {
		l.work[shard] = make(map[*piece]struct{})
	}
	return l
}

// trusted is how long after a renewal this replica may act on its shards.
func (l *lead) trusted() time.Duration { return l.cfg.Lease * 3 / 4 }

// held returns the shards that this replica may act on now.
func (l *lead) held() Shards {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heldLocked()
}

func (l *lead) heldLocked() Shards {
	if l.key == "" || l.renewed.elapsed() >= l.trusted() {
		return 0
	}
	return l.shards &^ l.closing
}

// begin claims the right to work on a shard, until end is called. The shard is
// not handed over before that. ctx ends when nothing new should be begun, work
// when the shard was lost.
func (l *lead) begin(ctx, work context.Context, shard int) (ctx2, work2 context.Context, end func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.heldLocked().Has(shard) {
		return nil, nil, nil, false
	}
	p := &piece{shard: shard}
	ctx, p.stop = context.WithCancel(ctx)
	work, p.cancel = context.WithCancel(work)
	l.work[shard][p] = struct{}{}
	return ctx, work, func() {
		p.stop()
		p.cancel()
		l.mu.Lock()
		delete(l.work[shard], p)
		l.mu.Unlock()
	}, true
}

// interruptLocked ends all work on the given shards.
func (l *lead) interruptLocked(shards Shards) {
	for shard := range NumShards {
		if shards.Has(shard) {
			for p := range l.work[shard] {
				p.stop()
				p.cancel()
			}
		}
	}
}

// closeLocked has work on the given shards begin nothing new.
func (l *lead) closeLocked(shards Shards) {
	l.closing |= shards
	for shard := range NumShards {
		if shards.Has(shard) {
			for p := range l.work[shard] {
				p.stop()
			}
		}
	}
}

// renewedLocked notes a renewal that began at start, and sets the timer by
// which work is interrupted should there be no other.
func (l *lead) renewedLocked(start stopwatch) {
	l.renewed = start
	left := l.trusted() - start.elapsed()
	if l.lapse == nil {
		l.lapse = time.AfterFunc(left, l.lapsed)
	} else {
		l.lapse.Reset(left)
	}
}

// lapsed interrupts all work when the lease was not renewed in time. The
// shards may still be this replica's: if it is not struck off, it goes on with
// the next renewal.
func (l *lead) lapsed() {
	l.mu.Lock()
	if l.heldLocked() == 0 {
		l.interruptLocked(AllShards)
	}
	l.mu.Unlock()
}

// own sets the shards that are this replica's.
func (l *lead) own(shards Shards) {
	l.mu.Lock()
	different := l.shards != shards
	l.interruptLocked(l.shards &^ shards)
	l.shards, l.closing = shards, l.closing&shards
	l.mu.Unlock()
	if different {
		l.cfg.Trace.Led(LedInfo{Shards: shards})
		l.changed()
	}
}
