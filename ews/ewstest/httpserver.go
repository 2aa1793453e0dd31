package ewstest

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// httpServer is an http.Server whose end can be waited for and whose
// connections can be cut.
type httpServer struct {
	server http.Server
	all    sync.WaitGroup // the accept loop and one per connection

	mu      sync.Mutex
	conns   map[net.Conn]struct{}
	refuses bool // connections are closed as they come
}

func newHTTPServer(h http.Handler) *httpServer {
	s := &httpServer{conns: map[net.Conn]struct{}{}}
	s.server = http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ConnState: s.connState}
	return s
}

// start serves in a goroutine; stop ends it and all connections.
func (s *httpServer) start(l net.Listener) (stop func()) {
	s.all.Go(func() { _ = s.server.Serve(l) }) // always ends with an error: the listener is closed
	return func() {
		s.refuse(true)
		_ = s.server.Close() // the listener may be closed already
		_ = l.Close()        // Serve may not have seen it yet
		s.all.Wait()
	}
}

// cut closes the connections there are, in the middle of what they do.
func (s *httpServer) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close() // the peer may have been faster
	}
}

// refuse cuts all connections and closes new ones as they come, or ends that.
func (s *httpServer) refuse(on bool) {
	s.mu.Lock()
	s.refuses = on
	s.mu.Unlock()
	if on {
		s.cut()
	}
}

func (s *httpServer) connState(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.all.Add(1)
		s.mu.Lock()
		s.conns[c] = struct{}{}
		if s.refuses {
			_ = c.Close() // its goroutine finds out
		}
		s.mu.Unlock()
	case http.StateClosed, http.StateHijacked:
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		s.all.Done()
	default: // active, idle: still the same connection
	}
}
