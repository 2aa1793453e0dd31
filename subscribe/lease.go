package subscribe

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// run takes part in the division of the shards until ctx ends. flush stores
// what was handled; it is called before shards are handed over.
func (l *lead) run(ctx context.Context, flush func(context.Context) error) {
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		begin, pause := time.Now(), l.pace()
		if err := l.round(ctx, flush); err != nil && ctx.Err() == nil {
			l.cfg.Logger.WarnContext(ctx, "the division of the shards cannot be kept up now", "error", err)
			pause = min(pause, l.cfg.SweepInterval)
		}
		// A store that takes long gets its rest all the same.
		next.Reset(max(pause-time.Since(begin), min(pause, l.cfg.SweepInterval)))
	}
}

// pace is how long it takes from one round to the next: a third of the lease; one
// that failed is tried again at the next sweep. In whole sweeps, if that can be:
// a process in which nothing happens is woken up for both at a time.
func (l *lead) pace() time.Duration {
	pace := l.cfg.Lease / 3
	if sweeps := pace.Truncate(l.cfg.SweepInterval); sweeps > 0 {
		return sweeps
	}
	return pace
}

// round renews the lease, strikes off who has not, and balances the shards.
func (l *lead) round(ctx context.Context, flush func(context.Context) error) error {
	whole := l.whole
	l.whole = false
	if err := l.renew(ctx); err != nil {
		return err
	}
	if whole && l.beat%lookEvery != 0 {
		var err error
		if l.whole, err = l.alone(ctx); l.whole || err != nil {
			return err
		}
	}
	r, err := l.read(ctx)
	if err != nil {
		return err
	}
	if err := l.strikeOff(ctx, r); err != nil {
		return err
	}
	// A claim or a release whose answer was lost may have taken effect: the
	// store knows.
	l.own(r.owned(l.key))
	if err := l.claim(ctx, r); err != nil {
		return err
	}
	l.balance(r)
	if err := l.release(ctx, r, flush); err != nil {
		return err
	}
	l.whole = len(r.members) == 1 && r.owned(l.key) == AllShards
	return nil
}

// renew writes this replica's row. A renewal that failed may have taken
// effect: then the next one finds another revision than it expects, in a row
// that nobody else can have written.
func (l *lead) renew(ctx context.Context) error {
	start := startStopwatch()
	if l.life == "" {
		l.life, l.revision = newMemberKey(l.cfg.Replica), 0
	}
	key := l.life
	l.beat++
	row := Row{
		Key: key, Revision: l.revision, Shard: ShardOf(key),
		Data: mustJSON(member{Replica: l.cfg.Replica, Beat: l.beat}),
	}
	revision, err := l.store.Put(ctx, row)
	if errors.Is(err, ErrConflict) {
		current, getErr := l.store.Get(ctx, key)
		if errors.Is(getErr, ErrNotFound) {
			l.struckOff(ctx)
			return err
		}
		if getErr != nil {
			return getErr
		}
		row.Revision = current.Revision
		revision, err = l.store.Put(ctx, row)
	}
	if err != nil {
		return err
	}
	l.revision = revision
	l.mu.Lock()
	l.key = key
	l.renewedLocked(start)
	l.mu.Unlock()
	return nil
}

// struckOff begins a new life after others have ended this one.
func (l *lead) struckOff(ctx context.Context) {
	l.cfg.Logger.WarnContext(ctx, "another replica has taken over: "+
		"this one stood still, or could not reach the store, for longer than its lease")
	l.life = ""
	l.mu.Lock()
	l.key = ""
	l.mu.Unlock()
	l.own(0)
}

// strikeOff removes the members that have not renewed their rows for a whole
// lease, and earlier lives of this replica if it has a name of its own.
func (l *lead) strikeOff(ctx context.Context, r *roll) error {
	observe(l.seen, r.members)
	for key, row := range r.members {
		ownPast := l.cfg.Replica != "" && replicaOf(key) == l.cfg.Replica
		if key == l.key || !ownPast && l.seen[key].since.elapsed() < l.cfg.Lease {
			continue
		}
		err := l.store.Delete(ctx, key, row.Revision)
		if errors.Is(err, ErrConflict) {
			continue // it is alive after all
		}
		if err != nil {
			return err
		}
		delete(r.members, key)
		l.cfg.Logger.InfoContext(ctx, "took over from a replica that is gone", "replica", replicaOf(key))
	}
	return nil
}

// claim takes free shards up to the fair share.
func (l *lead) claim(ctx context.Context, r *roll) error {
	owned, free := r.owned(l.key), r.free()
	defer func() { l.own(owned) }()
	for {
		wanted := pick(free, r.fairShare()-owned.Len())
		if wanted == 0 {
			return nil
		}
		free &^= wanted
		taken, err := l.write(ctx, r, wanted, l.key)
		owned |= taken
		if err != nil {
			return err
		}
	}
}

// pick returns at most n of the shards, at random, so that replicas seldom want
// the same.
func pick(shards Shards, n int) Shards {
	var picked Shards
	for _, shard := range rand.Perm(NumShards) { //nolint:gosec // no secret
		if picked.Len() >= n {
			break
		}
		if shards.Has(shard) {
			picked |= 1 << shard
		}
	}
	return picked
}

// balance closes as many shards as exceed the fair share, and opens those that
// need not be given up after all.
func (l *lead) balance(r *roll) {
	l.mu.Lock()
	defer l.mu.Unlock()
	surplus := l.shards.Len() - r.fairShare()
	var giveUp Shards
	for _, candidates := range []Shards{l.closing, l.shards} {
		for shard := range NumShards {
			if candidates.Has(shard) && giveUp.Len() < surplus {
				giveUp |= 1 << shard
			}
		}
	}
	l.closing &= giveUp
	l.closeLocked(giveUp)
}

// release gives up those closing shards on which no work is under way. A shard
// that is somebody else's according to the roll is not touched: whoever leaves
// may have been struck off without having noticed.
func (l *lead) release(ctx context.Context, r *roll, flush func(context.Context) error) error {
	l.mu.Lock()
	var idle Shards
	for shard := range NumShards {
		if l.closing.Has(shard) && len(l.work[shard]) == 0 {
			idle |= 1 << shard
		}
	}
	idle &= r.owned(l.key)
	owned := l.shards
	l.mu.Unlock()
	if idle == 0 {
		return nil
	}
	if err := flush(ctx); err != nil {
		return err
	}
	gone, err := l.write(ctx, r, idle, "")
	if err == nil {
		gone = idle // a conflict means that the shard is somebody else's already
	}
	l.own(owned &^ gone)
	return err
}

// leave hands everything over and removes this replica's row, so that others
// need not wait for the lease to run out. It is called when run has returned
// and all work has ended.
func (l *lead) leave(ctx context.Context, flush func(context.Context) error) error {
	l.mu.Lock()
	key := l.key
	if l.lapse != nil {
		l.lapse.Stop()
	}
	l.closeLocked(l.shards)
	l.mu.Unlock()
	if key == "" {
		return nil
	}
	r, err := l.read(ctx)
	if err != nil {
		return err
	}
	if err := l.release(ctx, r, flush); err != nil {
		return err
	}
	l.life = ""
	l.mu.Lock()
	l.key = ""
	l.mu.Unlock()
	err = l.store.Delete(ctx, key, r.members[key].Revision)
	if errors.Is(err, ErrConflict) {
		return nil // struck off
	}
	return err
}

// write names the owner of shards whose rows are as the roll has them, and
// returns those for which it was done.
func (l *lead) write(ctx context.Context, r *roll, shards Shards, owner string) (Shards, error) {
	var mu sync.Mutex
	var done Shards
	err := inParallel(shards, func(shard int) error {
		key := shardKey(shard)
		revision, err := l.store.Put(ctx, Row{
			Key: key, Revision: r.shards[shard].Revision, Shard: ShardOf(key), Data: []byte(owner),
		})
		if errors.Is(err, ErrConflict) {
			return nil
		}
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		r.shards[shard].Revision, r.owners[shard] = revision, owner
		done |= 1 << shard
		return nil
	})
	return done, err
}
