package calendar

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// pass is one comparison of a room with Exchange.
type pass struct {
	*Syncer
	presence *presence
	mirror   *mirror
	room     *room
	client   *ews.Client
	folder   ews.FolderID
	now      time.Time
	from     time.Time // what ended before is past
	until    time.Time // the horizon
	fresh    bool      // nothing was known of the room before
	routine  bool      // look again at what could not be read
	silent   bool      // store, tell nobody
	looked   int
	total    int
}

func (s *Syncer) newPass(ctx context.Context, p *presence, key, mailbox string) (*pass, error) {
	w := &pass{Syncer: s, presence: p, mirror: newMirror(s.rows, key), now: time.Now()}
	var err error
	if w.room, err = w.mirror.loadRoom(ctx); err != nil {
		return nil, fmt.Errorf("calendar: %q: store: %w", key, err)
	}
	if w.room.Mailbox != mailbox {
		// Another mailbox has taken the room's place: compare everything.
		w.room.Mailbox, w.room.SyncState = mailbox, ""
	}
	if w.client, err = s.cfg.ClientFor(ctx, mailbox, p.astray); err != nil {
		return nil, fmt.Errorf("calendar: %q: %w", key, err)
	}
	w.folder = s.cfg.FolderID(mailbox, s.cfg.Folder)
	w.from = w.now.Add(-s.cfg.Past)
	w.until = horizonAt(w.now, s.cfg.Horizon)
	if w.until.Before(w.room.Until) {
		w.until = w.room.Until // a shorter horizon cancels nothing
	}
	w.fresh = w.room.LoadedAt.IsZero()
	return w, nil
}

// run finds what has changed, tells it, and stores that it was told.
func (w *pass) run(ctx context.Context) error {
	found, err := w.find(ctx)
	if errors.Is(err, ews.ErrorInvalidSyncStateData) && w.room.SyncState != "" {
		// Exchange does not know any more what was told. It is known here.
		w.room.SyncState = ""
		found, err = w.find(ctx)
	}
	if err != nil {
		return err
	}
	if err := w.moveHorizon(ctx, found); err != nil {
		return err
	}
	if err := w.settle(ctx, found); err != nil {
		return err
	}
	if err := w.retryProblems(ctx); err != nil {
		return err
	}
	return w.finish(ctx, found)
}

// finish notes how far the room has come.
func (w *pass) finish(ctx context.Context, found *findings) error {
	idle := found.state == w.room.SyncState && !w.fresh && !w.room.Unfinished && w.until.Equal(w.room.Until) &&
		w.now.Sub(w.room.SyncedAt) < time.Hour
	w.room.SyncState, w.room.SyncedAt, w.room.Until = found.state, w.now, w.until
	if w.fresh {
		w.room.LoadedAt = w.now
	}
	if idle {
		return nil // nothing that would be worth a write
	}
	w.room.Pass, w.room.Unfinished = w.room.Pass+1, false
	return w.mirror.saveRoom(ctx, w.room)
}

// done adds to an error what it is about, and draws the conclusions for the next
// time.
func (w *pass) done(err error) error {
	p := w.presence
	if err == nil {
		p.failure, p.failures, p.notBefore, p.astray, p.doubts = nil, 0, time.Time{}, false, nil
		return nil
	}
	p.failure = fmt.Errorf("calendar: %q: %w", w.room.Key, err)
	p.conclude(err)
	return p.failure
}
