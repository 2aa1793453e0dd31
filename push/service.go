package push

import (
	"context"
	"net/http"

	"github.com/ewspush/ewspush/notify"
	"github.com/ewspush/ewspush/subscribe"
)

// Service watches mailboxes. It is an http.Handler, to be mounted where
// Config.CallbackURL leads, and a subscribe.Manager, whose Run does the work:
// Unsubscribe, Status, All and the rest are the Manager's. All its
// methods may be called from many goroutines.
type Service struct {
	*subscribe.Manager

	clients  *clients
	warnings *warnings
	handler  http.Handler
}

var _ http.Handler = (*Service)(nil)

// New checks the Config and returns a Service. It starts nothing: mount it,
// have the server listen, and call Run.
func New(cfg Config) (*Service, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	signer, err := signer(cfg.CallbackURL, cfg.CallbackInQuery, cfg.Secrets)
	if err != nil {
		return nil, err
	}
	manage := cfg.Manage
	manage.Store, manage.Handler = cfg.Store, cfg.Handler
	if manage.Logger == nil {
		manage.Logger = cfg.Logger
	}
	warnings := newWarnings(manage.Logger)
	clients := newClients(&cfg, warnings.ofClient)
	manage.Subscriber = subscriber{clients, warnings.ofVersion}
	if cfg.ClientFor != nil {
		manage.Rediscover = func(ctx context.Context, mailbox string) error {
			_, err := clients.of(ctx, mailbox, true)
			return err
		}
	}
	manage.CallbackURL = func(key string, generation int64) (string, error) {
		return signer.URL(notify.Address{Key: key, Generation: generation})
	}
	manage.CallbackFingerprint = signer.Fingerprint()
	manager, err := subscribe.New(manage)
	if err != nil {
		return nil, err
	}
	recorder := subscribe.NewRecorder(cfg.Store, &subscribe.RecorderOptions{
		Manager: manager, Logger: manage.Logger, Trace: manage.Trace,
	})
	return &Service{
		Manager:  manager,
		clients:  clients,
		warnings: warnings,
		handler:  newHandler(signer, recorder, cfg.Receive, manage.Logger),
	}, nil
}

// Run does the work of the service until ctx ends: see subscribe.Manager.Run.
// First it notes the Warnings that can be known by then.
func (s *Service) Run(ctx context.Context) error {
	for _, client := range s.clients.all() {
		s.warnings.ofClient(ctx, client)
	}
	s.warnOfDelegation(ctx)
	return s.Manager.Run(ctx)
}

// Subscribe makes the spec the desired state of its key: see
// subscribe.Manager.Subscribe.
func (s *Service) Subscribe(ctx context.Context, spec subscribe.Spec) error {
	if err := s.Manager.Subscribe(ctx, spec); err != nil {
		return err
	}
	s.warnOfDelegation(ctx)
	return nil
}

// ServeHTTP receives notifications.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
