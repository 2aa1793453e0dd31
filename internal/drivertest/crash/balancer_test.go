package crash

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
)

// balancer is the reverse proxy at the callback address: it hands requests to
// the applications in turn. It retries nothing and knows nothing of their
// health, so that a request to one that is dead fails. It remembers every
// notification that was acknowledged.
type balancer struct {
	transport *http.Transport
	signer    *notify.Signer // knows whose notification a request is; set before the first

	mu           sync.Mutex
	backends     map[string]string // name → address
	turn         int
	acknowledged map[string]map[digest]bool // key → bodies
	answers      map[int]int                // HTTP status → how often
}

// digest names a body.
type digest [sha256.Size]byte

func newBalancer() *balancer {
	return &balancer{
		// A connection of its own for each request: net/http would repeat a
		// request when a connection that it had kept turns out to be dead.
		transport:    &http.Transport{DisableKeepAlives: true},
		backends:     make(map[string]string),
		acknowledged: make(map[string]map[digest]bool),
		answers:      make(map[int]int),
	}
}

// set says where an application listens.
func (b *balancer) set(name, addr string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends[name] = addr
}

// seen returns the bodies that were acknowledged, by key, and how often there
// was which HTTP status; 0 is for those that nobody waited for.
func (b *balancer) seen() (acknowledged map[string][]digest, answers map[int]int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	acknowledged = make(map[string][]digest)
	for key, bodies := range b.acknowledged {
		acknowledged[key] = slices.Collect(maps.Keys(bodies))
	}
	return acknowledged, maps.Clone(b.answers)
}

func (b *balancer) next() (addr string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.backends) == 0 {
		return "", false
	}
	names := slices.Sorted(maps.Keys(b.backends))
	b.turn++
	return b.backends[names[b.turn%len(names)]], true
}

// ServeHTTP implements http.Handler.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the other end is gone
	}
	status, header, reply := b.forward(r.Context(), r, body)
	b.note(r, status, body, reply)
	if status == 0 {
		return
	}
	maps.Copy(w.Header(), header)
	w.WriteHeader(status)
	_, _ = w.Write(reply)
}

// forward returns the answer of an application; the status is 0 if nobody waits
// for it any more.
func (b *balancer) forward(ctx context.Context, r *http.Request, body []byte) (int, http.Header, []byte) {
	addr, ok := b.next()
	if !ok {
		return http.StatusBadGateway, nil, nil
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, "http://"+addr+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return http.StatusBadGateway, nil, nil
	}
	req.Header = r.Header.Clone()
	resp, err := b.transport.RoundTrip(req)
	var reply []byte
	if err == nil {
		reply, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close() // read to the end, or broken
	}
	switch {
	case ctx.Err() != nil:
		return 0, nil, nil // Exchange has given up, or was restarted
	case err != nil:
		return http.StatusBadGateway, nil, nil
	}
	return resp.StatusCode, http.Header{"Content-Type": resp.Header["Content-Type"]}, reply
}

// note remembers what was acknowledged. From here on Exchange may forget it.
func (b *balancer) note(r *http.Request, status int, body, reply []byte) {
	address, err := b.signer.Authenticate(r)
	if err != nil {
		return // and no application will have taken it
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers[status]++
	if status != http.StatusOK {
		return
	}
	if verdict, err := ews.ParseSendNotificationResult(reply, nil); err != nil || verdict != ews.StatusOK {
		return
	}
	bodies := b.acknowledged[address.Key]
	if bodies == nil {
		bodies = make(map[digest]bool)
		b.acknowledged[address.Key] = bodies
	}
	bodies[sha256.Sum256(body)] = true
}
