package push

import (
	"net/http"

	"github.com/ewspush/ewspush/notify"
	"github.com/ewspush/ewspush/subscribe"
)

// Service watches mailboxes. It is an http.Handler, to be mounted where
// Config.CallbackURL leads, and a subscribe.Manager, whose Run does the work:
// Subscribe, Unsubscribe, Status, All and the rest are the Manager's. All its
// methods may be called from many goroutines.
type Service struct {
	*subscribe.Manager

	clients clients
	handler http.Handler
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
	clients := newClients(&cfg)
	manage.Subscriber = subscriber{clients}
	manage.CallbackURL = func(key string, generation int64) (string, error) {
		return signer.URL(notify.Address{Key: key, Generation: generation})
	}
	manage.CallbackFingerprint = signer.Fingerprint()
	if manage.Logger == nil {
		manage.Logger = cfg.Logger
	}
	manager, err := subscribe.New(manage)
	if err != nil {
		return nil, err
	}
	recorder := subscribe.NewRecorder(cfg.Store, &subscribe.RecorderOptions{
		Recorded: manager.Nudge, Logger: manage.Logger, Trace: manage.Trace,
	})
	return &Service{
		Manager: manager,
		clients: clients,
		handler: newHandler(signer, recorder, cfg.Receive, manage.Logger),
	}, nil
}

// ServeHTTP receives notifications.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
