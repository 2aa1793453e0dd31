package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/ewspush/ewspush/notify"
	"github.com/ewspush/ewspush/subscribe"
)

// NewReceiver returns the receiving half alone, for a process that has no
// credentials for Exchange: a web tier, a DMZ. It records what comes in the
// store, where the manager of a Service in another process finds it. The store
// must therefore be one that processes can share.
func NewReceiver(cfg ReceiverConfig) (http.Handler, error) {
	if cfg.Store == nil {
		return nil, errors.New("push: ReceiverConfig.Store is required")
	}
	signer, err := signer(cfg.CallbackURL, cfg.CallbackInQuery, cfg.Secrets)
	if err != nil {
		return nil, err
	}
	recorder := subscribe.NewRecorder(cfg.Store, &subscribe.RecorderOptions{Logger: cfg.Logger, Trace: cfg.Trace})
	return newHandler(signer, recorder, cfg.Receive, cfg.Logger), nil
}

func newHandler(signer *notify.Signer, recorder *subscribe.Recorder, opts notify.Options, logger *slog.Logger) http.Handler {
	if opts.Logger == nil {
		opts.Logger = logger
	}
	opts.Lend = true // a Recorder keeps nothing of what it gets
	return notify.NewHandler(signer, receiver{recorder}, &opts)
}

// receiver passes on what notify has received to be recorded: the only place
// where the two packages meet.
type receiver struct{ recorder *subscribe.Recorder }

var (
	_ notify.Receiver            = receiver{}
	_ notify.UndecodableReceiver = receiver{}
)

// Receive implements notify.Receiver.
func (r receiver) Receive(ctx context.Context, d *notify.Delivery) error {
	return answer(r.recorder.Record(ctx, &subscribe.Received{
		Key:        d.Address.Key,
		Generation: d.Address.Generation,
		At:         d.ReceivedAt,
		Body:       d.Body,
		Messages:   d.Messages,
	}))
}

// ReceiveUndecodable implements notify.UndecodableReceiver.
func (r receiver) ReceiveUndecodable(ctx context.Context, u *notify.Undecodable) error {
	return answer(r.recorder.Record(ctx, &subscribe.Received{
		Key:        u.Address.Key,
		Generation: u.Address.Generation,
		At:         u.ReceivedAt,
		Body:       u.Body,
		Err:        u.Err,
	}))
}

// answer translates the recorder's verdict.
func answer(err error) error {
	if errors.Is(err, subscribe.ErrUnsubscribe) {
		return fmt.Errorf("%w: %w", notify.ErrUnsubscribe, err)
	}
	return err
}
