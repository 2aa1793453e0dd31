package subscribe

import (
	"context"
	"errors"
	"sync"
	"time"
)

// sweepLimit is how many due rows are asked for at once, and how many rows are
// listed at once.
const sweepLimit = 256

// attendTimeout is when a row that waits for its turn to Subscribe is looked
// at again, should this process not live to do it.
const attendTimeout = time.Minute

// keeper keeps subscriptions alive: it looks at the rows that are due, and
// does what their plan says.
type keeper struct {
	cfg      Config
	policy   policy
	lead     *lead
	recorded func() // called after a gap was recorded
	wake     chan struct{}
	slots    chan struct{} // one for each Subscribe under way

	mu    sync.Mutex
	queue map[string]bool // keys that wait for a slot, and true for those that have one
}

func newKeeper(cfg Config, lead *lead, recorded func()) *keeper {
	return &keeper{
		cfg:      cfg,
		policy:   cfg.policy(),
		lead:     lead,
		recorded: recorded,
		wake:     make(chan struct{}, 1),
		slots:    make(chan struct{}, cfg.Subscribes),
		queue:    make(map[string]bool),
	}
}

func (k *keeper) nudge() {
	select {
	case k.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// run sweeps until ctx ends, and returns after the last Subscribe has; those
// under way then go on until work ends.
func (k *keeper) run(ctx, work context.Context) {
	var subscribes sync.WaitGroup
	defer subscribes.Wait()
	var checked Shards // for what is different here
	tick := time.NewTicker(k.cfg.SweepInterval)
	defer tick.Stop()
	for {
		var err error
		held := k.lead.held()
		if fresh := held &^ checked; fresh != 0 {
			if err = k.noticeDrift(ctx, fresh); err != nil {
				held &^= fresh
			}
		}
		checked = held
		err = errors.Join(err, k.sweep(ctx, work, &subscribes))
		if err != nil && ctx.Err() == nil {
			k.cfg.Logger.ErrorContext(ctx, "the subscriptions cannot be looked at", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-k.wake:
		}
	}
}

// loginAgain is for how long a login that was refused elsewhere, or in an
// earlier life of this process, is left alone. A process that crashes and is
// started again and again must not lock the account.
const loginAgain = 5 * time.Minute

// noticeDrift makes those rows due for which something is different here: the
// callback address is no longer the right one, or it was a login that stopped
// them, and this process has one of its own. Without it they would be seen only
// at their next regular look.
func (k *keeper) noticeDrift(ctx context.Context, shards Shards) error {
	for row, err := range rowsAfter(ctx, k.cfg.Store, firstKey) {
		if err != nil {
			return err
		}
		if !shards.Has(row.Shard) {
			continue
		}
		s, err := decodeState(row)
		if err != nil {
			k.cfg.Logger.ErrorContext(ctx, "a subscription cannot be read", "subscription", row.Key, "error", err)
			continue
		}
		moved := s.Current != nil && s.Current.Callback != k.policy.callback
		if !moved && !s.loginStopped(time.Now()) {
			continue
		}
		err = updateRow(ctx, k.cfg.Store, row.Key, func(s *state) (time.Time, bool) {
			now := time.Now()
			if s.loginStopped(now) {
				s.NotBefore = time.Time{}
			}
			return now, true
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

// sweep looks at every row that is due now.
func (k *keeper) sweep(ctx, work context.Context, subscribes *sync.WaitGroup) error {
	start, due := time.Now(), 0
	for {
		rows, err := k.cfg.Store.Due(ctx, k.lead.held(), time.Now(), sweepLimit)
		if err != nil {
			return err
		}
		moved := false
		for _, row := range rows {
			due++
			if k.attend(ctx, work, row, subscribes) {
				moved = true
			}
		}
		// If no row has moved on, asking again at once would return the same.
		if len(rows) < sweepLimit || !moved {
			k.cfg.Trace.Swept(SweptInfo{Due: due, Duration: time.Since(start)})
			return nil
		}
	}
}

// attend does what one row needs, and reports whether the row has moved on.
// What goes wrong concerns this row alone: it stays due.
func (k *keeper) attend(ctx, work context.Context, row Row, subscribes *sync.WaitGroup) bool {
	log := k.cfg.Logger.With("subscription", row.Key)
	s, err := decodeState(row)
	if err != nil {
		log.ErrorContext(ctx, "a subscription cannot be read", "error", err)
		row.Due = time.Now().Add(attendTimeout)
		_, err = k.cfg.Store.Put(ctx, row)
		return err == nil
	}
	p, err := k.plan(ctx, s)
	if err != nil {
		if ctx.Err() == nil {
			log.ErrorContext(ctx, "a subscription cannot be looked at", "error", err)
		}
		return false
	}
	due := p.Due
	if p.Subscribe && k.subscribing(row.Key) {
		return false // its end is near, and this look outdated
	}
	if p.Subscribe {
		// The place in the queue is remembered here, and the row looked at
		// again should this process not live to reach it.
		due = earlier(due, time.Now().Add(attendTimeout))
	}
	if p.Poll || p.Compare {
		cause, detail := CauseUnreachable, s.trouble()
		if p.Compare {
			cause, detail, s.ComparedAt = CauseRoutine, "", time.Now()
		}
		if err := k.gap(ctx, row.Key, cause, detail); err != nil {
			if ctx.Err() != nil {
				return false
			}
			log.ErrorContext(ctx, "a gap cannot be recorded", "error", err)
			return false
		}
	}
	if _, err := k.cfg.Store.Put(ctx, rowOf(s, row.Revision, due)); err != nil {
		// After a conflict the row is due again if it needs to be.
		return false
	}
	if p.Confirmed {
		k.cfg.Trace.Confirmed(ConfirmedInfo{Key: row.Key, Generation: s.Current.Generation})
	}
	if p.Unconfirmed {
		log.WarnContext(ctx, "Exchange has accepted the subscription, but no first notification has come: "+
			"can the mailbox servers resolve and reach the callback address, through their proxy and firewall, "+
			"and do they trust its certificate? until then the application follows by comparing",
			"generation", s.Pending.Generation)
	}
	if p.Subscribe && k.enqueue(row.Key) {
		subscribes.Go(func() {
			select {
			case k.slots <- struct{}{}:
				k.enter(row.Key)
				if k.lead.held().Has(row.Shard) {
					k.subscribe(work, row.Key)
				}
				<-k.slots
			case <-ctx.Done():
			}
			k.dequeue(row.Key)
			k.nudge() // what came of it
		})
	}
	return true
}

// plan decides what the row needs now.
func (k *keeper) plan(ctx context.Context, s *state) (plan, error) {
	tail, _, err := loadTail(ctx, k.cfg.Store, s.Spec.Key)
	if err != nil {
		return plan{}, err
	}
	return s.plan(look{now: time.Now(), tail: tail, policy: k.policy}), nil
}

// gap records a gap, so that the application compares, unless the last one has
// not been handled yet.
func (k *keeper) gap(ctx context.Context, key string, cause Cause, detail string) error {
	offset, err := k.cfg.Store.Offset(ctx, key)
	if err != nil {
		return err
	}
	now := time.Now()
	added, err := appendRecord(ctx, k.cfg.Store, key, now, func(tail *record, seq int64) *record {
		if tail.isGapOnly() && seq-1 > offset {
			return nil
		}
		r := tail.successor()
		r.Gap, r.Detail, r.LastGap = cause, detail, seq
		return r
	})
	if added != nil {
		k.recorded()
	}
	return err
}

// enqueue reports whether the key was not in the queue yet.
func (k *keeper) enqueue(key string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.queue[key]; ok {
		return false
	}
	k.queue[key] = false
	return true
}

func (k *keeper) enter(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue[key] = true
}

func (k *keeper) subscribing(key string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.queue[key]
}

func (k *keeper) dequeue(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.queue, key)
}
