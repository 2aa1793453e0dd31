package ewstest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Server is an Exchange in process: it has mailboxes, takes EWS requests over
// HTTP, and posts notifications to the URLs that subscribe to them. All methods
// may be called from many goroutines, also from handlers of notifications,
// except Close.
type Server struct {
	opts       Options
	url        string
	http       *httpServer
	stop       func()
	client     *http.Client
	callbacks  *http.Transport
	operations map[string]operation
	properties []itemProperty
	pushers    sync.WaitGroup // and the Booking Attendants of rooms with a Delay
	zones      zones

	autodiscover autodiscover

	mu            sync.Mutex
	accounts      map[string]*account // by lower-case name
	mailboxes     []*Mailbox
	byAddress     map[string]*Mailbox // by lower-case SMTP address, aliases included
	byGUID        map[string]*Mailbox // by GUID as text
	roomLists     []roomList
	subscriptions map[string]*subscription
	faults        []*Fault
	stats         Stats
	requests      *sequence
	epoch         int           // restarts so far
	okReply       []byte        // the last answer that meant OK
	up            chan struct{} // not nil while the server is down; closed when it is up again
	closed        bool
	done          chan struct{} // closed by Close
}

// NewServer starts a server; nil stands for the defaults. Close ends it. As
// httptest.NewServer does, it panics if it cannot listen.
func NewServer(opts *Options) *Server {
	s := newServer(opts)
	s.operations = s.newOperations()
	s.http = newHTTPServer(s)

	var listener net.Listener
	var transport *http.Transport
	var err error
	if n := s.opts.Network; n != nil {
		listener, err = n.Listen(s.opts.Host)
		transport, s.callbacks = n.Transport(), n.Transport()
		s.url = "http://" + s.opts.Host + servicePath
	} else {
		listener, err = net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a constructor without a ctx; it does not block
		transport, s.callbacks = newTransport(), newTransport()
	}
	if err != nil {
		panic(fmt.Sprintf("ewstest: %v", err))
	}
	if s.url == "" {
		s.url = "http://" + listener.Addr().String() + servicePath
	}
	s.client = &http.Client{Transport: transport}
	s.stop = s.http.start(listener)
	return s
}

// newServer returns a server that does not listen.
func newServer(opts *Options) *Server {
	s := &Server{
		opts:          opts.withDefaults(),
		properties:    itemProperties(),
		accounts:      map[string]*account{},
		byAddress:     map[string]*Mailbox{},
		byGUID:        map[string]*Mailbox{},
		done:          make(chan struct{}),
		subscriptions: map[string]*subscription{},
		stats:         Stats{Operations: map[string]int{}},
	}
	s.requests = newSequence(s.opts.Seed, "requests")
	return s
}

// newTransport returns a private transport over sockets that no environment
// variable sends through a proxy.
func newTransport() *http.Transport {
	var d net.Dialer
	return &http.Transport{DialContext: d.DialContext, MaxIdleConnsPerHost: 256, DisableCompression: true}
}

// URL returns the EWS endpoint, http://…/EWS/Exchange.asmx.
func (s *Server) URL() string { return s.url }

// Client returns a client that reaches the server, and in a Network also all
// other hosts of it. Its idle connections are closed by Close.
func (s *Server) Client() *http.Client { return s.client }

// Close ends everything: it cuts all connections, forgets the subscriptions and
// returns after the last goroutine has ended. It may be called more than once,
// but not from a handler of notifications.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	s.forget()
	s.mu.Unlock()
	s.stop()
	s.pushers.Wait()
	s.callbacks.CloseIdleConnections()
	s.client.CloseIdleConnections()
}

// Restart does what a restart of the Exchange services does: all subscriptions
// are forgotten without a word, all connections are cut in the middle of what
// they do, mailboxes and their history stay. The server answers again at once;
// use Down and Up around it for a restart that takes time.
func (s *Server) Restart() {
	s.mu.Lock()
	s.stats.Forgotten += len(s.subscriptions)
	s.forget()
	s.mu.Unlock()
	s.http.cut()
	s.callbacks.CloseIdleConnections()
}

// Down cuts the server off: connections are closed as they come, and nothing
// is posted. Subscriptions are kept, and what happens in the mailboxes is
// posted when the server is up again; the retry ladder stands still.
func (s *Server) Down() {
	s.mu.Lock()
	if s.up == nil {
		s.up = make(chan struct{})
	}
	for _, sub := range s.subscriptions {
		if sub.abort != nil {
			sub.abort()
		}
	}
	s.mu.Unlock()
	s.http.refuse(true)
	s.callbacks.CloseIdleConnections()
}

// Up ends what Down began.
func (s *Server) Up() {
	s.http.refuse(false)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up != nil {
		close(s.up)
		s.up = nil
	}
}

// Mailbox returns the mailbox with that primary address or alias, which is
// compared without regard to case. It makes the mailbox if there is none.
func (s *Server) Mailbox(smtp string) *Mailbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byAddress[strings.ToLower(smtp)]
	if m == nil {
		m = newMailbox(s, smtp)
		s.mailboxes = append(s.mailboxes, m)
		s.byAddress[strings.ToLower(smtp)] = m
		s.byGUID[m.guid.String()] = m
	}
	return m
}

// Subscriptions returns the subscriptions that the server holds now, oldest
// first.
func (s *Server) Subscriptions() []Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expirePulls()
	subs := slices.SortedFunc(maps.Values(s.subscriptions), func(a, b *subscription) int {
		return cmp.Or(a.created.Compare(b.created), strings.Compare(a.mailbox.address, b.mailbox.address), cmp.Compare(a.number, b.number))
	})
	held := make([]Subscription, len(subs))
	for i, sub := range subs {
		held[i] = sub.snapshot()
	}
	return held
}

// forget ends all subscriptions and what is being done for them.
func (s *Server) forget() {
	s.epoch++
	for _, sub := range s.subscriptions {
		s.remove(sub)
		sub.cancel()
	}
}

// register gives a new subscription its id and puts it in.
func (s *Server) register(sub *subscription) {
	m := sub.mailbox
	m.made++
	sub.number = m.made
	sub.nudge() // there may be something to replay
	id := newSequence(s.opts.Seed, fmt.Sprintf("%s subscription %d", strings.ToLower(m.address), m.made)).guid()
	sub.id = subscriptionID(s.opts.Host, id, sub.created, m.guid)
	s.subscriptions[sub.id] = sub
	m.subscriptions = append(m.subscriptions, sub)
}

// remove takes a subscription out and reports whether it was still there.
func (s *Server) remove(sub *subscription) bool {
	if s.subscriptions[sub.id] != sub {
		return false
	}
	delete(s.subscriptions, sub.id)
	m := sub.mailbox
	m.subscriptions = slices.DeleteFunc(m.subscriptions, func(other *subscription) bool { return other == sub })
	return true
}

func (s *Server) isDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.up != nil
}

// whileUp blocks while the server is down.
func (s *Server) whileUp(ctx context.Context) error {
	for {
		s.mu.Lock()
		up := s.up
		s.mu.Unlock()
		if up == nil {
			return nil
		}
		select {
		case <-up:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
