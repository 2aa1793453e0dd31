package autodiscover

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// logins keeps the account from being locked: see Config.MaxRefusals.
type logins struct {
	max   int
	pause time.Duration

	mu      sync.Mutex
	row     int // refusals since a login was accepted
	flying  int // logins under way
	until   time.Time
	refused map[string]time.Time // hosts that refused, and until when they are left alone
	changed chan struct{}        // closed and replaced when a login ends
}

func newLogins(most int, pause time.Duration) *logins {
	return &logins{max: most, pause: pause, refused: map[string]time.Time{}, changed: make(chan struct{})}
}

// outcome is how a login ended.
type outcome int

const (
	unclear  outcome = iota // no answer, or none that a login was needed for
	accepted                // HTTP 200
	refusal                 // HTTP 401
)

// acquire waits until one more login cannot exceed the limit. Each nil error is
// followed by a call of release.
func (l *logins) acquire(ctx context.Context, host string) error {
	for {
		changed, err := l.try(host)
		if changed == nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// try returns a channel if the outcome of others must be awaited.
func (l *logins) try(host string) (<-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if until := l.refused[host]; now.Before(until) {
		return nil, fmt.Errorf("%w: %s refused one, until %s", ErrLoginWithheld, clip(host), until.Format(time.TimeOnly))
	}
	if l.row >= l.max {
		if now.Before(l.until) {
			return nil, fmt.Errorf("%w: %d were refused in a row, until %s", ErrLoginWithheld, l.row, l.until.Format(time.TimeOnly))
		}
		l.row = l.max - 1
	}
	if l.row+l.flying >= l.max {
		return l.changed, nil
	}
	l.flying++
	return nil, nil
}

// release tells how a login ended.
func (l *logins) release(host string, o outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flying--
	switch o {
	case accepted:
		l.row = 0
		delete(l.refused, host)
	case refusal:
		now := time.Now()
		l.row++
		l.until = now.Add(l.pause)
		for other, until := range l.refused {
			if !now.Before(until) {
				delete(l.refused, other)
			}
		}
		l.refused[host] = l.until
	default:
	}
	close(l.changed)
	l.changed = make(chan struct{})
}
