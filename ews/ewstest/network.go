package ewstest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
)

// Network is HTTP between named hosts in memory. It has no sockets, so that
// whoever waits for it is durably blocked in the sense of testing/synctest:
// servers and clients on one Network run in a bubble on fake time. Make it
// inside the bubble.
//
// All methods may be called from many goroutines.
type Network struct {
	mu    sync.Mutex
	hosts map[string]*memoryListener // by lower-case name
	port  int                        // last client port handed out
}

// NewNetwork returns a network without hosts. It holds no goroutine and needs
// no closing; what listens and dials on it does.
func NewNetwork() *Network {
	return &Network{hosts: map[string]*memoryListener{}, port: 49151}
}

// Listen makes the host known. Its name is compared without regard to case and
// has no port: a host answers on all of them. The error is EADDRINUSE while
// another listener of that name is open.
func (n *Network) Listen(host string) (net.Listener, error) {
	name := strings.ToLower(host)
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.hosts[name]; ok {
		return nil, &net.OpError{Op: "listen", Net: "memory", Addr: memoryAddr(host), Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}
	}
	l := &memoryListener{network: n, name: name, conns: make(chan net.Conn), done: make(chan struct{})}
	n.hosts[name] = l
	return l, nil
}

// Transport returns a new transport whose connections go to the hosts of this
// network by the host part of the URL, whatever the port. It takes https as well,
// and leaves out the encryption: there is nobody between the two ends. A host
// that does not listen refuses at once: the error is ECONNREFUSED. Idle
// connections are kept until CloseIdleConnections, which a bubble must not end
// without.
func (n *Network) Transport() *http.Transport {
	return &http.Transport{
		DialContext:         n.dial,
		DialTLSContext:      n.dial,
		MaxIdleConnsPerHost: 256, // a burst of subscriptions must not end in a burst of new connections
		DisableCompression:  true,
	}
}

// Serve answers requests to the host with h, until stop is called. stop ends
// the connections, waits until their goroutines have ended, and may be called
// more than once; it must not be called from h. Serve panics if the host is
// taken, as httptest.NewServer does without a port.
func (n *Network) Serve(host string, h http.Handler) (stop func()) {
	l, err := n.Listen(host)
	if err != nil {
		panic(fmt.Sprintf("ewstest: %v", err))
	}
	return newHTTPServer(h).start(l)
}

func (n *Network) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "memory", Addr: memoryAddr(addr), Err: err}
	}
	refused := &net.OpError{Op: "dial", Net: "memory", Addr: memoryAddr(host), Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}

	n.mu.Lock()
	l := n.hosts[strings.ToLower(host)]
	n.port = 49152 + (n.port+1-49152)%16384
	from := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: n.port}
	n.mu.Unlock()
	if l == nil {
		return nil, refused
	}

	client, server := net.Pipe()
	to := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 443}
	select {
	case l.conns <- &memoryConn{Conn: server, local: to, remote: from}:
		return &memoryConn{Conn: client, local: from, remote: to}, nil
	case <-l.done:
		err = refused
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, errors.Join(err, client.Close(), server.Close())
}

func (n *Network) forget(l *memoryListener) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hosts[l.name] == l {
		delete(n.hosts, l.name)
	}
}

type memoryListener struct {
	network *Network
	name    string
	conns   chan net.Conn
	once    sync.Once
	done    chan struct{}
}

var _ net.Listener = (*memoryListener)(nil)

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, &net.OpError{Op: "accept", Net: "memory", Addr: l.Addr(), Err: net.ErrClosed}
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() {
		l.network.forget(l)
		close(l.done)
	})
	return nil
}

func (l *memoryListener) Addr() net.Addr { return memoryAddr(l.name) }

// memoryAddr is the name of a host.
type memoryAddr string

func (memoryAddr) Network() string  { return "memory" }
func (a memoryAddr) String() string { return string(a) }

// memoryConn is one end of a pipe with addresses out of TEST-NET-1, because
// handlers look at the client's address.
type memoryConn struct {
	net.Conn
	local, remote net.Addr
}

func (c *memoryConn) LocalAddr() net.Addr  { return c.local }
func (c *memoryConn) RemoteAddr() net.Addr { return c.remote }
