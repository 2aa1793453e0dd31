package subscribe

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Manager keeps subscriptions alive and hands what was recorded to the
// Handler. Its methods may be called from many goroutines, before, during and
// after Run, and also in a process that never calls Run: what they change is
// in the store, and the manager that runs sees it there.
type Manager struct {
	cfg       Config
	lead      *lead
	keeper    *keeper
	dispatch  *dispatcher
	standings *standings // of the Recorder in this process, if there is one
}

// New checks the Config and returns a Manager. It starts nothing.
func New(cfg Config) (*Manager, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	m := &Manager{cfg: cfg, standings: &standings{}}
	m.lead = newLead(cfg, m.Nudge)
	m.dispatch = newDispatcher(cfg, m.lead)
	m.keeper = newKeeper(cfg, m.lead, m.dispatch.nudge)
	return m, nil
}

// Run does the work of the manager until ctx ends. It owns every goroutine
// that it starts, and returns after the last of them has ended: after
// Config.ShutdownGrace at the latest. If calls of the Handler or the store have
// not returned by then, it returns ErrHung and leaves them behind; otherwise it
// returns nil. Run may be called again after it has returned, but not twice at
// the same time.
func (m *Manager) Run(ctx context.Context) error {
	// What is under way outlives ctx, but not the grace.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()

	var wg sync.WaitGroup
	wg.Go(func() { m.keeper.run(ctx, work) })
	wg.Go(func() { m.dispatch.run(ctx, work) })
	wg.Go(func() { prune(ctx, m.cfg, m.lead) })
	// The lease is kept for as long as there is work under way.
	leading, resign := context.WithCancel(work)
	defer resign()
	led := make(chan struct{})
	go func() {
		m.lead.run(leading, m.dispatch.advance)
		close(led)
	}()
	ended := make(chan struct{})
	go func() {
		wg.Wait()
		resign()
		<-led
		m.resign(work)
		close(ended)
	}()

	<-ctx.Done()
	half := time.NewTimer(m.cfg.ShutdownGrace / 2)
	defer half.Stop()
	select {
	case <-ended:
		return nil
	case <-half.C:
	}
	cancel()
	rest := time.NewTimer(m.cfg.ShutdownGrace - m.cfg.ShutdownGrace/2)
	defer rest.Stop()
	select {
	case <-ended:
		return nil
	case <-rest.C:
		if busy := m.dispatch.busy(); len(busy) > 0 {
			return fmt.Errorf("%w: the Handler works on %q", ErrHung, busy)
		}
		return ErrHung
	}
}

// resign hands the shards over to the other replicas.
func (m *Manager) resign(ctx context.Context) {
	ctx, cancel := m.cfg.closing(ctx)
	defer cancel()
	if err := m.lead.leave(ctx, m.dispatch.advance); err != nil {
		m.cfg.Logger.WarnContext(ctx, "the shards could not be handed over; other replicas take them when the lease is over", "error", err)
	}
}

// ErrHung is what Run returns when calls of the Handler or of the store did not
// return although their context had ended.
var ErrHung = errors.New("subscribe: calls did not return within ShutdownGrace")

// Nudge tells a running manager that the store has something new. It never
// blocks.
func (m *Manager) Nudge() {
	m.keeper.nudge()
	m.dispatch.nudge()
}

// Subscribe makes the spec the desired state of its key, whether there is a
// subscription of that key already or not. To say the same thing again changes
// nothing. It returns when the wish is stored; Status tells what became of it.
func (m *Manager) Subscribe(ctx context.Context, spec Spec) error {
	spec = spec.withDefaults()
	if err := spec.validate(); err != nil {
		return err
	}
	err := ErrNotFound
	for range conflictLimit {
		err = updateRow(ctx, m.cfg.Store, spec.Key, func(s *state) (time.Time, bool) {
			return time.Now(), s.respec(spec)
		})
		if !errors.Is(err, ErrNotFound) {
			break
		}
		_, err = m.cfg.Store.Put(ctx, rowOf(&state{Spec: spec}, 0, time.Now()))
		if !errors.Is(err, ErrConflict) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("subscribe: Subscribe %q: %w", spec.Key, err)
	}
	m.standings.forget(spec.Key, time.Now())
	m.Nudge()
	return nil
}

// Unsubscribe ends the subscription of key and forgets it, with all that has
// not been handled. A call of the Handler that is under way is not interrupted.
// Exchange learns of it when it sends its next notification, which may take
// until the next heartbeat. A key that is not subscribed is ErrNotFound.
func (m *Manager) Unsubscribe(ctx context.Context, key string) error {
	var err error
	for range conflictLimit {
		var row Row
		if row, err = m.cfg.Store.Get(ctx, key); err != nil {
			break
		}
		if err = m.cfg.Store.Delete(ctx, key, row.Revision); !errors.Is(err, ErrConflict) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("subscribe: Unsubscribe %q: %w", key, err)
	}
	m.standings.forget(key, time.Now())
	m.dispatch.forget(key)
	return nil
}

// Retry asks for a Subscribe of key at once, also after a failure that is
// otherwise not tried again. A subscription that works is left alone. A key
// that is not subscribed is ErrNotFound.
func (m *Manager) Retry(ctx context.Context, key string) error {
	err := updateRow(ctx, m.cfg.Store, key, func(s *state) (time.Time, bool) {
		s.retry()
		s.Pending = nil // if Exchange has it after all, it ends with its first call
		return time.Now(), true
	})
	if err != nil {
		return fmt.Errorf("subscribe: Retry %q: %w", key, err)
	}
	m.standings.forget(key, time.Now())
	m.Nudge()
	return nil
}
