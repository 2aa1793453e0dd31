package subscribe

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ewspush/ewspush/ews"
)

// Subscriber asks Exchange for a push subscription: the part of an EWS client
// that a Manager needs.
type Subscriber interface {
	// Subscribe subscribes to a mailbox, or to the login's own if it is empty.
	// It makes one attempt. It is called from several goroutines.
	Subscribe(ctx context.Context, mailbox string, req *ews.PushSubscriptionRequest) (*ews.SubscribeResponse, error)
}

// Config is what a Manager is made of. Zero durations and numbers stand for
// the defaults.
type Config struct {
	Store      Store      // required
	Subscriber Subscriber // required
	Handler    Handler    // required

	// CallbackURL makes the URL that Exchange is to post to. Required. It
	// must be the same in all replicas, and its notifications must reach a
	// Recorder with the same key and generation. URLs are credentials: they
	// are not stored and not logged.
	CallbackURL func(key string, generation int64) (string, error)
	// CallbackFingerprint changes when URLs made earlier are no longer right:
	// all subscriptions are then replaced, one by one, the old ones being
	// served until the new ones are confirmed.
	CallbackFingerprint string

	// Rediscover looks up the endpoint of a mailbox anew, for the next
	// Subscribe to use. It is called before a Subscribe that follows an error
	// which says that the endpoint is the wrong one (ews.ActionRediscover), at
	// most once per RediscoverPause and mailbox, from several goroutines. An
	// error counts as a failed Subscribe. Optional: without it, such errors are
	// tried again with growing pauses.
	Rediscover func(ctx context.Context, mailbox string) error
	// RediscoverPause is the least time between two calls of Rediscover for a
	// mailbox. Default 5 minutes.
	RediscoverPause time.Duration

	// Grace is added to twice the StatusFrequency to get the time of silence
	// after which a subscription is taken for dead. Default 1 minute.
	Grace time.Duration
	// Silence, if set, is that time itself, whatever the StatusFrequency. It
	// must leave room for a heartbeat that is late.
	Silence time.Duration
	// ConfirmTimeout is how long the first notification may take after a
	// Subscribe before the subscription is reported as Unconfirmed. Default 2
	// minutes.
	ConfirmTimeout time.Duration
	// PollFallback is the interval of CauseUnreachable gaps while push does
	// not work. Default 1 minute.
	PollFallback time.Duration
	// CompareEvery is the interval of CauseRoutine gaps, which come although
	// nothing is known to be missing. An application that compares with
	// Exchange at each gap is then right again after that time at the latest,
	// whatever went wrong. Default: none.
	CompareEvery time.Duration
	// ResumeWithin is how old the last notification may be for its watermark
	// to be resumed from; beyond that the server would search its history for
	// too long. Default 1 hour.
	ResumeWithin time.Duration

	// MaxPending is how many events of one key may wait for the Handler; if
	// there are more, a gap takes their place. Default 10,000; negative:
	// without limit.
	MaxPending int

	// Replica is the name of this manager among those that share the store.
	// It is optional. A process that is started again under the same name
	// takes over from its predecessor at once, instead of waiting for Lease
	// after a crash; so no two managers that run may have the same. At most 64
	// bytes.
	Replica string
	// Lease is after what time without a sign of life other replicas take
	// over the work of one. It must be the same for all of them. Default 10
	// seconds, at least 1.
	Lease time.Duration

	// Subscribes is how many Subscribes run at once. Default 8.
	Subscribes int
	// SubscribeTimeout bounds one Subscribe. Default 1 minute.
	SubscribeTimeout time.Duration
	// SubscribeBackOff is the first pause after a failed Subscribe; it doubles
	// up to SubscribeBackOffMax. What Exchange asks for comes first. Defaults
	// 5 seconds and 15 minutes.
	SubscribeBackOff, SubscribeBackOffMax time.Duration

	// Handlers is how many calls of the Handler run at once, for as many keys.
	// Default 128.
	Handlers int
	// HandlerTimeout is after what time the context of a call of the Handler
	// ends. Default 1 minute.
	HandlerTimeout time.Duration
	// MaxAttempts is how often an event is tried before it is set aside.
	// Default 12; negative: without end.
	MaxAttempts int
	// HandlerBackOff is the pause after the first failed attempt; it doubles
	// up to HandlerBackOffMax. Defaults 1 second and 1 minute.
	HandlerBackOff, HandlerBackOffMax time.Duration

	// SweepInterval is how often the store is asked for what is due. What
	// happens in this process is seen at once; the interval matters for what
	// other processes record. Default 1 second.
	SweepInterval time.Duration
	// Retention is how long handled entries stay in the journal, for people to
	// look at. Default 1 hour.
	Retention time.Duration
	// ShutdownGrace is how long Run waits, after its context has ended, for
	// calls of the Handler to return. Their own contexts end after half of it.
	// Default 10 seconds.
	ShutdownGrace time.Duration

	Logger *slog.Logger // nil for slog.Default()
	Trace  *Trace       // nil for none
}

func (c Config) withDefaults() Config {
	def(&c.RediscoverPause, 5*time.Minute)
	def(&c.Grace, time.Minute)
	def(&c.ConfirmTimeout, 2*time.Minute)
	def(&c.PollFallback, time.Minute)
	def(&c.ResumeWithin, time.Hour)
	def(&c.MaxPending, 10_000)
	def(&c.Lease, 10*time.Second)
	def(&c.Subscribes, 8)
	def(&c.SubscribeTimeout, time.Minute)
	def(&c.SubscribeBackOff, 5*time.Second)
	def(&c.SubscribeBackOffMax, 15*time.Minute)
	def(&c.Handlers, 128)
	def(&c.HandlerTimeout, time.Minute)
	def(&c.MaxAttempts, 12)
	def(&c.HandlerBackOff, time.Second)
	def(&c.HandlerBackOffMax, time.Minute)
	def(&c.SweepInterval, time.Second)
	def(&c.Retention, time.Hour)
	def(&c.ShutdownGrace, 10*time.Second)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	c.Trace = c.Trace.orEmpty()
	return c
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c Config) validate() error {
	switch {
	case c.Store == nil:
		return errors.New("subscribe: Config.Store is required")
	case c.Subscriber == nil:
		return errors.New("subscribe: Config.Subscriber is required")
	case c.Handler == nil:
		return errors.New("subscribe: Config.Handler is required")
	case c.CallbackURL == nil:
		return errors.New("subscribe: Config.CallbackURL is required")
	case c.Subscribes < 0:
		return errors.New("subscribe: Config.Subscribes: must not be negative")
	case len(c.Replica) > 64 || !utf8.ValidString(c.Replica) || strings.ContainsRune(c.Replica, 0):
		return errors.New("subscribe: Config.Replica: must be UTF-8 without NUL, at most 64 bytes long")
	case c.Lease != 0 && c.Lease < time.Second:
		return errors.New("subscribe: Config.Lease: must be at least a second")
	case c.Handlers < 0:
		return errors.New("subscribe: Config.Handlers: must not be negative")
	}
	for _, d := range []struct {
		field string
		value time.Duration
	}{
		{"RediscoverPause", c.RediscoverPause},
		{"Grace", c.Grace},
		{"Silence", c.Silence},
		{"ConfirmTimeout", c.ConfirmTimeout},
		{"PollFallback", c.PollFallback},
		{"CompareEvery", c.CompareEvery},
		{"ResumeWithin", c.ResumeWithin},
		{"SubscribeTimeout", c.SubscribeTimeout},
		{"SubscribeBackOff", c.SubscribeBackOff},
		{"SubscribeBackOffMax", c.SubscribeBackOffMax},
		{"HandlerTimeout", c.HandlerTimeout},
		{"HandlerBackOff", c.HandlerBackOff},
		{"HandlerBackOffMax", c.HandlerBackOffMax},
		{"SweepInterval", c.SweepInterval},
		{"Retention", c.Retention},
		{"ShutdownGrace", c.ShutdownGrace},
	} {
		if d.value < 0 {
			return errors.New("subscribe: Config." + d.field + ": must not be negative")
		}
	}
	return nil
}

// silence is how long a subscription may be silent.
func (c Config) silence(s Spec) time.Duration {
	if c.Silence > 0 {
		return c.Silence
	}
	return 2*s.StatusFrequency + c.Grace
}

// writeTimeout bounds what is written down while nothing is being stopped.
const writeTimeout = 30 * time.Second

// closing returns a context for what must still be written down when ctx has
// ended. There are up to three such steps one after the other in the second
// half of ShutdownGrace, and they must not exceed it: from the end of ctx on,
// each has an eighth of it.
func (c Config) closing(ctx context.Context) (context.Context, context.CancelFunc) {
	open, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(c.ShutdownGrace/8, cancel) })
	return open, func() {
		stop()
		cancel()
	}
}

func (c Config) policy() policy {
	return policy{
		callback:     c.CallbackFingerprint,
		silence:      c.silence,
		confirm:      c.ConfirmTimeout,
		pollFallback: c.PollFallback,
		compareEvery: c.CompareEvery,
		resumeWithin: c.ResumeWithin,
	}
}
