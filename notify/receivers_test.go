package notify_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
)

// recorder is a Receiver that keeps what it gets.
type recorder struct {
	mu         sync.Mutex
	deliveries []*notify.Delivery
	result     func(ctx context.Context) error // nil: nil
}

func (r *recorder) Receive(ctx context.Context, d *notify.Delivery) error {
	r.mu.Lock()
	r.deliveries = append(r.deliveries, d)
	r.mu.Unlock()
	if r.result == nil {
		return nil
	}
	return r.result(ctx)
}

func (r *recorder) got() []*notify.Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*notify.Delivery(nil), r.deliveries...)
}

// keeper is a recorder that takes undecodable bodies too.
type keeper struct {
	recorder
	kept []*notify.Undecodable
}

func (k *keeper) ReceiveUndecodable(ctx context.Context, u *notify.Undecodable) error {
	k.mu.Lock()
	k.kept = append(k.kept, u)
	k.mu.Unlock()
	if k.result == nil {
		return nil
	}
	return k.result(ctx)
}

func (k *keeper) undecodable() []*notify.Undecodable {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]*notify.Undecodable(nil), k.kept...)
}

// logBuffer is a logger at debug level whose output can be looked at.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *logBuffer) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// sample returns a file of the repository's testdata.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", name))
	require.NoError(t, err)
	return b
}

// resultBody is an answer as package ews writes it.
func resultBody(t testing.TB, status ews.SubscriptionStatus) string {
	t.Helper()
	b, err := ews.EncodeSendNotificationResult(status)
	require.NoError(t, err)
	return string(b)
}
