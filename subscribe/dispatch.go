package subscribe

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Page sizes of the dispatcher.
const (
	backlogLimit = 512
	readLimit    = 64
)

// dispatcher hands what was recorded to the Handler. One goroutine, run, looks
// for keys with a backlog and stores how far the others have come; one
// goroutine for each key with a backlog works it off.
type dispatcher struct {
	cfg   Config
	lead  *lead
	wake  chan struct{}
	slots chan struct{} // one for each call of the Handler under way

	mu     sync.Mutex
	active map[string]bool  // keys that are being worked off
	done   map[string]int64 // offsets that are not stored yet
	tails  map[string]int64 // of backlogs that were counted
}

func newDispatcher(cfg Config, lead *lead) *dispatcher {
	return &dispatcher{
		cfg:    cfg,
		lead:   lead,
		wake:   make(chan struct{}, 1),
		slots:  make(chan struct{}, cfg.Handlers),
		active: make(map[string]bool),
		done:   make(map[string]int64),
		tails:  make(map[string]int64),
	}
}

func (d *dispatcher) nudge() {
	select {
	case d.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// run dispatches until ctx ends. Calls of the Handler that are under way then
// go on until work ends; run returns after the last of them.
func (d *dispatcher) run(ctx, work context.Context) {
	var keys sync.WaitGroup
	tick := time.NewTicker(d.cfg.SweepInterval)
	defer tick.Stop()
	for ctx.Err() == nil {
		// The order matters: a key that starts below sees every offset of its
		// predecessor, either in the store or in d.done.
		if err := d.advance(ctx); err != nil && ctx.Err() == nil {
			d.cfg.Logger.WarnContext(ctx, "what was handled cannot be stored yet", "error", err)
		}
		if err := d.scan(ctx, work, &keys); err != nil && ctx.Err() == nil {
			d.cfg.Logger.ErrorContext(ctx, "the backlog cannot be read", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-d.wake:
		}
	}
	keys.Wait()
	final, cancel := d.cfg.closing(ctx)
	defer cancel()
	if err := d.advance(final); err != nil {
		d.cfg.Logger.WarnContext(final, "what was handled last will come again", "error", err)
	}
}

// advance stores how far the keys have come, all in one call.
func (d *dispatcher) advance(ctx context.Context) error {
	d.mu.Lock()
	offsets := make([]Offset, 0, len(d.done))
	for key, seq := range d.done {
		offsets = append(offsets, Offset{Key: key, Seq: seq})
	}
	d.mu.Unlock()
	if len(offsets) == 0 {
		return nil
	}
	if err := d.cfg.Store.Advance(ctx, offsets); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range offsets {
		if d.done[o.Key] == o.Seq {
			delete(d.done, o.Key)
		}
	}
	return nil
}

// scan starts a goroutine for every key with a backlog that has none.
func (d *dispatcher) scan(ctx, work context.Context, keys *sync.WaitGroup) error {
	after := ""
	for {
		noted := d.unstored() // before the backlog is read: see claim
		backlog, err := d.cfg.Store.Backlog(ctx, d.lead.held(), after, backlogLimit)
		if err != nil {
			return err
		}
		for _, b := range backlog {
			after = b.Key
			if err := d.limit(ctx, b); err != nil {
				return err
			}
			from, start := d.claim(b, noted[b.Key])
			if !start {
				continue
			}
			ctx, work, end, ok := d.lead.begin(ctx, work, b.Shard)
			if !ok {
				d.disclaim(b.Key)
				continue
			}
			keys.Go(func() {
				newDelivery(d, b.Key, from).run(ctx, work)
				end()
				d.disclaim(b.Key)
				d.nudge() // something may have come in the meantime
			})
		}
		if len(backlog) < backlogLimit {
			return nil
		}
	}
}

// unstored returns a copy of the offsets that are not stored yet.
func (d *dispatcher) unstored() map[string]int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.done)
}

// claim reserves a key, and says from where to start. noted is the key's offset
// as it was known before the backlog was read: if even that lies beyond the
// tail, the journal was deleted since and begun anew. An offset beyond the tail
// that came later only shows that the backlog is out of date.
func (d *dispatcher) claim(b Backlog, noted int64) (from int64, start bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.active[b.Key] {
		return 0, false
	}
	if noted > b.Tail && d.done[b.Key] == noted {
		delete(d.done, b.Key)
	}
	from = max(b.Offset, d.done[b.Key])
	if from >= b.Tail {
		return 0, false
	}
	d.active[b.Key] = true
	return from, true
}

func (d *dispatcher) disclaim(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.active, key)
	delete(d.tails, key)
}

// handled notes that the entries of a key up to seq are done with.
func (d *dispatcher) handled(key string, seq int64) {
	d.mu.Lock()
	d.done[key] = max(seq, d.done[key])
	d.mu.Unlock()
	d.nudge()
}

// busy returns the keys that are being worked off.
func (d *dispatcher) busy() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.active))
}
