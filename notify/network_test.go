package notify_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pipeListener is a network of net.Pipe: in a synctest bubble, unlike a socket,
// a pipe lets time pass.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

func (l *pipeListener) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "192.0.2.7:25" }

// serve runs a server on a pipeListener until the test, in its bubble, ends.
func serve(t *testing.T, srv *http.Server) *pipeListener {
	t.Helper()
	l := newPipeListener()
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := srv.Serve(l); err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
	})
	t.Cleanup(func() {
		require.NoError(t, srv.Close())
		wg.Wait()
		// A connection that is closed with part of a request unread lingers
		// for half a second, so that its peer sees the answer.
		time.Sleep(time.Second)
	})
	return l
}
