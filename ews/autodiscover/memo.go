package autodiscover

import (
	"sync"
	"time"
)

// memo remembers for a while what is the same for all addresses: hosts that
// cannot be reached, URLs that are not there, what has worked for a domain.
// Without it a thousand rooms would find out the same thing a thousand times.
type memo struct {
	mu      sync.Mutex
	most    int
	entries map[string]memoEntry
}

type memoEntry struct {
	candidates []candidate
	err        error
	until      time.Time
}

func newMemo(most int) *memo { return &memo{most: most, entries: map[string]memoEntry{}} }

func (m *memo) get(key string) (memoEntry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, found := m.entries[key]
	return e, found && time.Now().Before(e.until)
}

func (m *memo) put(key string, e memoEntry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.entries[key]; !known {
		makeRoom(m.entries, m.most, func(e memoEntry) time.Time { return e.until })
	}
	m.entries[key] = e
}

// makeRoom deletes what is over, and if a map is still full, what is over first.
func makeRoom[V any](entries map[string]V, most int, until func(V) time.Time) {
	if len(entries) < most {
		return
	}
	now := time.Now()
	first, at := "", time.Time{}
	for key, v := range entries {
		switch end := until(v); {
		case !now.Before(end):
			delete(entries, key)
		case at.IsZero() || end.Before(at):
			first, at = key, end
		}
	}
	if len(entries) >= most {
		delete(entries, first)
	}
}
