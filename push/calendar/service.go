package calendar

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
)

// Service is a push.Service whose events end in a Syncer: mount it, have the
// server listen, say which rooms to follow, and call Run.
type Service struct {
	*push.Service
	*Syncer
}

// New checks the Config and returns a Service. It starts nothing.
func New(cfg Config) (*Service, error) {
	if cfg.Handler == nil {
		return nil, errors.New("calendar: Config.Handler is required")
	}
	if cfg.Push.Handler != nil || cfg.Push.Manage.Handler != nil {
		return nil, errors.New("calendar: Config.Push.Handler: must be left empty")
	}
	s := &Service{}
	logger := cfg.Push.Manage.Logger
	if logger == nil {
		logger = cfg.Push.Logger
	}
	var err error
	s.Syncer, err = NewSyncer(SyncerConfig{
		Store:   cfg.Push.Store,
		Handler: cfg.Handler,
		ClientFor: func(ctx context.Context, mailbox string, again bool) (*ews.Client, error) {
			return s.ClientFor(ctx, mailbox, again)
		},
		FolderID: func(mailbox string, folder ews.FolderID) ews.FolderID {
			return s.FolderID(mailbox, folder)
		},
		Logger:  logger,
		Options: cfg.Options,
	})
	if err != nil {
		return nil, err
	}
	cfg.Push.Handler = s.Syncer
	def(&cfg.Push.Manage.CompareEvery, time.Hour)
	def(&cfg.Push.Manage.HandlerTimeout, 10*time.Minute)
	def(&cfg.Push.Manage.MaxAttempts, -1)
	s.Service, err = push.New(cfg.Push)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Subscribe makes the spec the desired state of its key, as in
// subscribe.Manager. Folders that the spec leaves open become Options.Folder.
func (s *Service) Subscribe(ctx context.Context, spec subscribe.Spec) error {
	if len(spec.FolderIDs) == 0 && !spec.AllFolders {
		spec.FolderIDs = []ews.FolderID{s.cfg.Folder}
	}
	return s.Service.Subscribe(ctx, spec)
}

// Unsubscribe ends the subscription and forgets what is stored of the room. The
// application is not told that its bookings are cancelled: they are not.
func (s *Service) Unsubscribe(ctx context.Context, key string) error {
	return errors.Join(s.Service.Unsubscribe(ctx, key), s.Forget(ctx, key))
}

// Room returns what is known of a room, ErrUnknownRoom if it was never looked
// at.
func (s *Syncer) Room(ctx context.Context, key string) (Room, error) {
	r, err := newMirror(s.rows, key).loadRoom(ctx)
	switch {
	case err != nil:
		return Room{}, fmt.Errorf("calendar: %q: store: %w", key, err)
	case r.revision == 0:
		return Room{}, fmt.Errorf("calendar: %q: %w", key, ErrUnknownRoom)
	}
	return Room{Key: r.Key, Mailbox: r.Mailbox, LoadedAt: r.LoadedAt, SyncedAt: r.SyncedAt, Until: r.Until, Problems: r.Problems}, nil
}
