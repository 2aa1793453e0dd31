package calendar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
)

// Syncer is a subscribe.Handler that finds out what has changed, and tells the
// application. All its methods may be called from many goroutines; the work on
// one room is done one piece at a time.
type Syncer struct {
	cfg  SyncerConfig
	rows rows

	mu    sync.Mutex
	rooms map[string]*presence
}

// presence is what a Syncer knows of a room beside the store.
type presence struct {
	busy chan struct{} // holds one element while somebody works on the room
	// covered is the last notification that had been recorded when the last
	// comparison began: what it told is done with. With its time it cannot be
	// taken for one of the same number in a journal that was begun anew while
	// another replica had the room.
	covered   coverage
	failure   error          // of the last comparison
	failures  int            // how many there were in a row
	notBefore time.Time      // there is no point in another one earlier, unless somebody asks for it
	astray    bool           // the endpoint seems to be wrong: look it up anew
	doubts    map[string]int // how often an item could not be read, for no good reason
}

// coverage is a place in a journal.
type coverage struct {
	seq int64
	at  time.Time
}

// has reports whether the event was told up to there. When in doubt it is not.
func (c coverage) has(e *subscribe.Event) bool {
	return e.Seq > 0 && e.Seq <= c.seq && !e.ReceivedAt.After(c.at)
}

var _ subscribe.Handler = (*Syncer)(nil)

// NewSyncer checks the config and returns a Syncer. It starts nothing.
func NewSyncer(cfg SyncerConfig) (*Syncer, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg.Options = cfg.withDefaults()
	if cfg.FolderID == nil {
		cfg.FolderID = func(_ string, folder ews.FolderID) ews.FolderID { return folder }
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	s := &Syncer{cfg: cfg, rows: cfg.Store, rooms: make(map[string]*presence)}
	if cfg.DryRun != nil {
		s.rows = newOverlay(cfg.Store)
	}
	return s, nil
}

// HandleEvent implements subscribe.Handler. It returns nil once a comparison
// that began after the event was recorded is done and the Handler has accepted
// all of it.
func (s *Syncer) HandleEvent(ctx context.Context, e subscribe.Event) error {
	if e.FolderID != nil {
		return nil // something in the folder: the item has an event of its own
	}
	p, leave, err := s.enter(ctx, e.Key)
	if err != nil {
		return err
	}
	defer leave()
	if p.covered.has(&e) {
		return nil
	}
	if err := pause(ctx, s.cfg.QuietFor(e.Key)); err != nil {
		return err
	}
	return s.compare(ctx, p, e.Key, e.Mailbox, false)
}

// HandleGap implements subscribe.Handler: whatever the cause, the answer is a
// comparison.
func (s *Syncer) HandleGap(ctx context.Context, g subscribe.Gap) error {
	p, leave, err := s.enter(ctx, g.Key)
	if err != nil {
		return err
	}
	defer leave()
	return s.compare(ctx, p, g.Key, g.Mailbox, g.Cause == subscribe.CauseRoutine)
}

// Sync makes a comparison now. It is what a gap does, except that it does not
// wait where an earlier one has failed in a way that takes time to mend.
func (s *Syncer) Sync(ctx context.Context, key, mailbox string) error {
	p, leave, err := s.enter(ctx, key)
	if err != nil {
		return err
	}
	defer leave()
	p.notBefore = time.Time{}
	return s.compare(ctx, p, key, mailbox, true)
}

// Preload looks at a room that is not subscribed yet. Silently: what is in the
// calendar is stored as if it had been told, for an application that has it
// already, or must not act on it; only what changes afterwards is told, from the
// first comparison after Subscribe on. Otherwise it is told, as Initial.
//
// It can be called again, and goes on where it was.
func (s *Syncer) Preload(ctx context.Context, key, mailbox string, silently bool) error {
	p, leave, err := s.enter(ctx, key)
	if err != nil {
		return err
	}
	defer leave()
	w, err := s.newPass(ctx, p, key, mailbox)
	if err != nil {
		return err
	}
	w.silent = silently
	return w.done(w.run(ctx))
}

// Forget removes what is stored of a room. If it is watched again, its calendar
// is told from the beginning.
func (s *Syncer) Forget(ctx context.Context, key string) error {
	p, leave, err := s.enter(ctx, key)
	if err != nil {
		return err
	}
	defer leave()
	p.covered = coverage{}
	if err := newMirror(s.rows, key).clear(ctx); err != nil {
		return fmt.Errorf("calendar: %q cannot be forgotten: %w", key, err)
	}
	return nil
}

// compare brings the application up to date.
func (s *Syncer) compare(ctx context.Context, p *presence, key, mailbox string, routine bool) error {
	if time.Now().Before(p.notBefore) {
		return p.failure
	}
	// Whatever has been recorded up to now is covered by what Exchange answers
	// from now on. Sequence numbers tell, since clocks of several machines
	// could not.
	tail, err := s.cfg.Store.Tail(ctx, key)
	if err != nil && !errors.Is(err, subscribe.ErrNotFound) {
		return fmt.Errorf("calendar: %q: store: %w", key, err)
	}
	w, err := s.newPass(ctx, p, key, mailbox)
	if err != nil {
		return err
	}
	w.routine = routine
	if err := w.done(w.run(ctx)); err != nil {
		return err
	}
	p.covered = coverage{seq: tail.Seq, at: tail.At}
	return nil
}

// enter waits for its turn with a room.
func (s *Syncer) enter(ctx context.Context, key string) (*presence, func(), error) {
	s.mu.Lock()
	p := s.rooms[key]
	if p == nil {
		p = &presence{busy: make(chan struct{}, 1)}
		s.rooms[key] = p
	}
	s.mu.Unlock()
	select {
	case p.busy <- struct{}{}:
		return p, func() { <-p.busy }, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
