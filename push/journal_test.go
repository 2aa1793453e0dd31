package push_test

import (
	"log/slog"
	"strings"
	"sync"

	"github.com/ewspush/ewspush/push"
)

// journal is a log that is read by the test.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) count(s string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Count(j.text.String(), s)
}

// logged has a service write into a journal.
func logged(cfg push.Config) (*journal, push.Config) {
	j := &journal{}
	cfg.Logger = slog.New(slog.NewTextHandler(j, nil))
	return j, cfg
}
