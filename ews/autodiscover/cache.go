package autodiscover

import (
	"sync"
	"time"
)

// cache holds results and failures by address, and lets calls for one address
// wait for one discovery.
type cache struct {
	mu      sync.Mutex
	most    int
	entries map[string]*entry
}

// entry is a discovery, under way until done is closed. What is after done is
// written before.
type entry struct {
	done      chan struct{}
	result    *Result
	err       error
	abandoned bool // its caller gave up, which says nothing to others
	finished  time.Time
	until     time.Time // zero while under way; under the cache's lock
}

func newCache(most int) *cache { return &cache{most: most, entries: map[string]*entry{}} }

// begin returns the entry of a key: one to wait for, or one that is the caller's
// to finish or abandon.
func (c *cache) begin(key string) (e *entry, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e = c.entries[key]
	if e != nil && (e.until.IsZero() || time.Now().Before(e.until)) {
		return e, false
	}
	if e == nil {
		makeRoom(c.entries, c.most, (*entry).end)
	}
	e = &entry{done: make(chan struct{})}
	c.entries[key] = e
	return e, true
}

// end is when an entry is over; one that is under way is the last to go.
func (e *entry) end() time.Time {
	if e.until.IsZero() {
		return time.Now().AddDate(100, 0, 0)
	}
	return e.until
}

func (c *cache) finish(e *entry, r *Result, err error, ttl time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.result, e.err = r, err
	e.finished = time.Now()
	e.until = e.finished.Add(ttl)
	close(e.done)
}

func (c *cache) abandon(key string, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] == e {
		delete(c.entries, key)
	}
	e.abandoned = true
	close(e.done)
}

// forget drops what is finished.
func (c *cache) forget(key string) { c.forgetOlder(key, 0) }

// forgetOlder drops what was finished that long ago.
func (c *cache) forgetOlder(key string, age time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e != nil && !e.until.IsZero() && time.Since(e.finished) >= age {
		delete(c.entries, key)
	}
}
