package notify_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/notify"
)

// received runs a receiver in a bubble with the context that a Handler gives
// it for a second, and returns that context. The request's ends when the receiver calls
// leave.
func received(t *testing.T, receive func(ctx context.Context, leave context.CancelFunc) error) context.Context {
	t.Helper()
	signer := newSigner(t, secret(1))
	request, leave := context.WithCancel(context.WithValue(t.Context(), requestKey{}, "of the request"))
	defer leave()
	var got context.Context
	h := notify.NewHandler(signer, notify.ReceiverFunc(func(ctx context.Context, _ *notify.Delivery) error {
		got = ctx //nolint:fatcontext // to be looked at after the call
		return receive(ctx, leave)
	}), &notify.Options{ReceiveTimeout: time.Second, Logger: slog.New(slog.DiscardHandler)})
	body := sample(t, "rooms-2020-body.xml")
	r := httptest.NewRequestWithContext(request, http.MethodPost, signedURL(t, signer, room12), bytes.NewReader(body))
	h.ServeHTTP(httptest.NewRecorder(), r)
	require.NotNil(t, got)
	return got
}

type requestKey struct{}

func TestReceiveContext(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"the deadline passes, seen by Err", func(t *testing.T) {
			ctx := received(t, func(ctx context.Context, _ context.CancelFunc) error {
				deadline, ok := ctx.Deadline()
				require.True(t, ok)
				require.Equal(t, time.Second, time.Until(deadline))
				require.NoError(t, ctx.Err())
				time.Sleep(time.Second)
				require.Equal(t, context.DeadlineExceeded, ctx.Err())
				return nil
			})
			requireEnded(ctx, t)
			require.Equal(t, context.DeadlineExceeded, ctx.Err(), "it says the same for ever")
		}},
		{"the deadline passes, seen by Done", func(t *testing.T) {
			begin := time.Now()
			ctx := received(t, func(ctx context.Context, _ context.CancelFunc) error {
				<-ctx.Done()
				require.Equal(t, time.Second, time.Since(begin))
				return ctx.Err()
			})
			require.Equal(t, context.DeadlineExceeded, ctx.Err())
		}},
		{"the caller goes, seen by Err", func(t *testing.T) {
			ctx := received(t, func(ctx context.Context, leave context.CancelFunc) error {
				leave()
				require.Equal(t, context.Canceled, ctx.Err())
				return nil
			})
			time.Sleep(time.Minute)
			require.Equal(t, context.Canceled, ctx.Err(), "also after the deadline")
			requireEnded(ctx, t)
		}},
		{"the caller goes, seen by Done", func(t *testing.T) {
			received(t, func(ctx context.Context, leave context.CancelFunc) error {
				done := ctx.Done()
				leave()
				<-done
				require.Equal(t, context.Canceled, ctx.Err())
				return nil
			})
		}},
		{"it ends when the receiver returns", func(t *testing.T) {
			var done <-chan struct{}
			ctx := received(t, func(ctx context.Context, _ context.CancelFunc) error {
				done = ctx.Done()
				require.NoError(t, ctx.Err())
				return nil
			})
			<-done
			require.Equal(t, context.Canceled, ctx.Err())
			ctx = received(t, func(context.Context, context.CancelFunc) error { return nil })
			require.Equal(t, context.Canceled, ctx.Err(), "where nobody has asked before, too")
			requireEnded(ctx, t)
		}},
		{"contexts are derived from it", func(t *testing.T) {
			received(t, func(ctx context.Context, _ context.CancelFunc) error {
				require.Equal(t, "of the request", ctx.Value(requestKey{}))
				derived, cancel := context.WithTimeoutCause(ctx, time.Hour, errors.New("never"))
				defer cancel()
				require.Equal(t, "of the request", derived.Value(requestKey{}))
				<-derived.Done()
				require.Equal(t, context.DeadlineExceeded, derived.Err())
				require.Equal(t, context.DeadlineExceeded, context.Cause(derived), "that of the receiver, not its own")
				return nil
			})
		}},
		{"the request's deadline is earlier", func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			signer := newSigner(t, secret(1))
			h := notify.NewHandler(signer, notify.ReceiverFunc(func(inner context.Context, _ *notify.Delivery) error {
				deadline, _ := inner.Deadline()
				require.Equal(t, time.Second, time.Until(deadline))
				return nil
			}), nil)
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, signedURL(t, signer, room12), bytes.NewReader(sample(t, "rooms-2020-body.xml")))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			require.Equal(t, http.StatusOK, w.Code)
		}},
	} {
		t.Run(test.name, func(t *testing.T) { synctest.Test(t, test.run) })
	}
}

// requireEnded sees that Done agrees with an Err that was asked before it.
func requireEnded(ctx context.Context, t *testing.T) {
	t.Helper()
	require.Error(t, ctx.Err())
	select {
	case <-ctx.Done():
	default:
		t.Fatal("Err tells of an end that Done does not know of")
	}
}
