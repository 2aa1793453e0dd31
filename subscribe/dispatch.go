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

// advancePause is how long what was handled may wait to be stored together with
// what is handled meanwhile. After a crash it is handled again.
const advancePause = 200 * time.Millisecond

// dispatcher hands what was recorded to the Handler. One goroutine, run, looks
// for keys with a backlog and stores how far the others have come; one
// goroutine for each key with a backlog works it off. What a Recorder in this
// process has just recorded is worked off without looking, see offer.
type dispatcher struct {
	cfg     Config
	lead    *lead
	wake    chan struct{}
	settled chan struct{} // there is something to advance, or a patient backlog
	slots   chan struct{} // one for each call of the Handler under way
	express chan *keyWork // keys to be worked off at once; in active already

	mu      sync.Mutex
	open    bool                // express is being read
	active  map[string]*keyWork // keys that are being worked off
	places  fading[place]       // of keys that are not
	resting resting             // likewise
	done    map[string]int64    // offsets that are not stored yet
	tails   map[string]int64    // of backlogs that were counted
	patient bool                // there is a backlog that nobody waits for
}

func newDispatcher(cfg Config, lead *lead) *dispatcher {
	return &dispatcher{
		cfg:     cfg,
		lead:    lead,
		wake:    make(chan struct{}, 1),
		settled: make(chan struct{}, 1),
		slots:   make(chan struct{}, cfg.Handlers),
		express: make(chan *keyWork, expressLimit),
		active:  make(map[string]*keyWork),
		resting: newResting(),
		done:    make(map[string]int64),
		tails:   make(map[string]int64),
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
	var keys, express sync.WaitGroup
	d.setOpen(true)
	express.Go(func() { d.runExpress(ctx, work, &keys) })
	tick := time.NewTicker(d.cfg.SweepInterval)
	defer tick.Stop()
	for ctx.Err() == nil {
		// The order matters: a key that starts below sees every offset of its
		// predecessor, either in the store or in d.done.
		d.takePatient()
		d.store(ctx)
		if err := d.scan(ctx, work, &keys); err != nil && ctx.Err() == nil {
			d.cfg.Logger.ErrorContext(ctx, "the backlog cannot be read", "error", err)
		}
		d.pause(ctx, tick.C)
	}
	d.setOpen(false)
	express.Wait()
	keys.Wait()
	final, cancel := d.cfg.closing(ctx)
	defer cancel()
	if err := d.advance(final); err != nil {
		d.cfg.Logger.WarnContext(final, "what was handled last will come again", "error", err)
	}
}

// pause waits until it is time to look for a backlog again, and stores what is
// handled meanwhile.
func (d *dispatcher) pause(ctx context.Context, tick <-chan time.Time) {
	pause := time.NewTimer(advancePause)
	pause.Stop()
	defer pause.Stop()
	pausing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			return
		case <-d.wake:
			return
		case <-d.settled:
			if !pausing {
				pause.Reset(advancePause)
				pausing = true
			}
		case <-pause.C:
			pausing = false
			if d.takePatient() {
				return
			}
			d.store(ctx)
		}
	}
}

// takePatient reports whether there is a backlog that could wait. The caller is
// to look for it now.
func (d *dispatcher) takePatient() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.patient
	d.patient = false
	return was
}

// runExpress starts the work on keys for which something was offered.
func (d *dispatcher) runExpress(ctx, work context.Context, keys *sync.WaitGroup) {
	for {
		select {
		case w := <-d.express:
			if ctx.Err() != nil || !d.start(ctx, work, keys, w) {
				d.end(w)
			}
		case <-ctx.Done():
			// run has closed it, or is about to: nothing comes after this.
			d.setOpen(false)
			for len(d.express) > 0 {
				d.end(<-d.express)
			}
			return
		}
	}
}

func (d *dispatcher) setOpen(open bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = open
}

// start starts the goroutine of a key, unless its shard is another replica's.
func (d *dispatcher) start(ctx, work context.Context, keys *sync.WaitGroup, w *keyWork) bool {
	ctx, work, end, ok := d.lead.begin(ctx, work, w.shard)
	if ok {
		keys.Go(func() {
			newDelivery(d, w).run(ctx, work)
			end()
			d.end(w)
		})
	}
	return ok
}

// store advances what can be advanced now.
func (d *dispatcher) store(ctx context.Context) {
	if err := d.advance(ctx); err != nil && ctx.Err() == nil {
		d.cfg.Logger.WarnContext(ctx, "what was handled cannot be stored yet", "error", err)
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
			if w := d.claim(b, noted[b.Key]); w != nil && !d.start(ctx, work, keys, w) {
				d.end(w)
			}
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

// claim reserves a key, and says what there is to do for it, or nil. noted is
// the key's offset as it was known before the backlog was read: if even that
// lies beyond the tail, the journal was deleted since and begun anew. An offset
// beyond the tail that came later only shows that the backlog is out of date.
func (d *dispatcher) claim(b Backlog, noted int64) *keyWork {
	d.mu.Lock()
	defer d.mu.Unlock()
	if w := d.active[b.Key]; w != nil {
		w.unread = true
		return nil
	}
	if noted > b.Tail && d.done[b.Key] == noted {
		delete(d.done, b.Key)
	}
	from := max(b.Offset, d.done[b.Key])
	if from >= b.Tail {
		return nil
	}
	w := &keyWork{key: b.Key, shard: b.Shard, from: place{seq: from}, unread: true}
	d.active[b.Key] = w
	return w
}

// handled notes that the entries of a key up to seq are done with.
func (d *dispatcher) handled(key string, seq int64) {
	d.mu.Lock()
	d.done[key] = max(seq, d.done[key])
	d.mu.Unlock()
	d.settle()
}

// settle has what is done with stored before long.
func (d *dispatcher) settle() {
	select {
	case d.settled <- struct{}{}:
	default: // noticed already
	}
}

// busy returns the keys that are being worked off.
func (d *dispatcher) busy() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.active))
}
