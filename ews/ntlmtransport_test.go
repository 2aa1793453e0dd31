package ews

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	ntlmUser     = `EXAMPLE\svc`
	ntlmPassword = "pässword:1 €"
)

func TestMD4(t *testing.T) { // the test server's; from RFC 1320, section A.5
	for message, sum := range map[string]string{
		"":    "31d6cfe0d16ae931b73c59d7e0c089c0",
		"abc": "a448017aaf21d8525fc10ae87aa6729d",
		"12345678901234567890123456789012345678901234567890123456789012345678901234567890": "e33b4ddc9c38f2199c3e7b164fcc0536",
	} {
		h := newMD4()
		h.write([]byte(message))
		require.Equal(t, sum, hex.EncodeToString(h.sum()))
	}
}

// post sends a body and returns what was answered.
func post(ctx context.Context, t *testing.T, rt http.RoundTripper, url, body string) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: rt}).Do(req)
	if err != nil {
		return 0, "", err
	}
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), errors.Join(err, resp.Body.Close())
}

func idle(t *testing.T, transport *NTLMTransport) *NTLMTransport {
	t.Helper()
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func TestNTLMTransport(t *testing.T) {
	tests := []struct {
		name      string
		transport *NTLMTransport
		account   string
		set       func(*ntlmServer)
		first     int // requests that the first call makes
	}{
		{"domain and user", &NTLMTransport{Username: ntlmUser}, ntlmUser, nil, 2},
		{"domain apart", &NTLMTransport{Username: "svc", Domain: "EXAMPLE"}, ntlmUser, nil, 2},
		{"user principal name", &NTLMTransport{Username: "svc@example.com"}, "svc@example.com", nil, 2},
		{"without a domain", &NTLMTransport{Username: "svc"}, "svc", nil, 2},
		{"not in ASCII", &NTLMTransport{Username: `ÉXAMPLE\jürgen`}, `ÉXAMPLE\jürgen`, nil, 2},
		{"NTLM only", &NTLMTransport{Username: ntlmUser}, ntlmUser, func(s *ntlmServer) { s.schemes = []string{"NTLM"} }, 2},
		{"Negotiate only", &NTLMTransport{Username: ntlmUser}, ntlmUser, func(s *ntlmServer) { s.schemes = []string{"Basic", "Negotiate"} }, 3},
		{"no target information", &NTLMTransport{Username: ntlmUser}, ntlmUser, func(s *ntlmServer) { s.noTargetInfo = true }, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var empty []bool
			s := newNTLMServer(t, map[string]string{tt.account: ntlmPassword}, func(s *ntlmServer) {
				s.bodies = func(_ int, body []byte) { empty = append(empty, len(body) == 0) }
				if tt.set != nil {
					tt.set(s)
				}
			})
			tt.transport.Password = ntlmPassword
			transport := idle(t, tt.transport)
			for range 3 {
				status, who, err := post(t.Context(), t, transport, s.URL, "x")
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, status)
				require.Equal(t, tt.account, who)
			}
			conns, _, attempts, requests := s.counts()
			require.Equal(t, 1, conns)
			require.Equal(t, 1, attempts)
			require.Equal(t, tt.first+2, requests, "one for each request on a connection that is logged in")
			require.Equal(t, []bool{true, false}, empty, "the body goes with the last message only")
		})
	}
}

func TestNTLMTransportUser(t *testing.T) {
	for _, transport := range []*NTLMTransport{
		{Password: "p"},
		{Username: ntlmUser, Domain: "OTHER"},
		{Username: "svc@example.com", Domain: "OTHER"},
	} {
		_, _, err := post(t.Context(), t, transport, "http://127.0.0.1:1", "x")
		require.ErrorContains(t, err, "ews: NTLMTransport: ")
	}
}

// A refused login is one attempt, and a 401.
func TestNTLMTransportWrongPassword(t *testing.T) {
	for _, schemes := range [][]string{{"NTLM"}, {"Negotiate"}, {"Negotiate", "NTLM", "Basic"}} {
		s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) { s.schemes = schemes })
		transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: "geheim"})
		for i := range 3 {
			c, err := NewClient(s.URL, &ClientOptions{HTTPClient: &http.Client{Transport: transport}})
			require.NoError(t, err)
			_, err = c.Subscribe(t.Context(), push())
			refused, ok := errors.AsType[*HTTPError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, http.StatusUnauthorized, refused.StatusCode)
			require.Equal(t, schemes, refused.Challenges)
			require.NotContains(t, err.Error(), "geheim")
			_, _, attempts, _ := s.counts()
			require.Equal(t, i+1, attempts)
		}
	}
}

// The password goes nowhere if the server does not know NTLM.
func TestNTLMTransportNotOffered(t *testing.T) {
	s := newNTLMServer(t, nil, func(s *ntlmServer) { s.schemes = []string{`Basic realm="a, NTLM"`} })
	transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: ntlmPassword})
	status, _, err := post(t.Context(), t, transport, s.URL, "x")
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, status)
	_, _, attempts, requests := s.counts()
	require.Zero(t, attempts)
	require.Equal(t, 1, requests)
}

// Two identities use the same settings at the same time, and are never taken
// for each other.
func TestNTLMTransportIdentities(t *testing.T) {
	const workers, calls = 16, 20
	accounts := map[string]string{`EXAMPLE\a`: "one", `EXAMPLE\b`: "two"}
	s := newNTLMServer(t, accounts, nil)
	base := &http.Transport{}
	transports := make(map[string]*NTLMTransport)
	for user, password := range accounts {
		transports[user] = idle(t, &NTLMTransport{Username: user, Password: password, Base: base, MaxConns: 6})
	}
	errs := make(chan error, workers*2*calls)
	var wg sync.WaitGroup
	for user, transport := range transports {
		for w := range workers {
			wg.Go(func() {
				for i := range calls {
					status, who, err := post(t.Context(), t, transport, s.URL, strings.Repeat("x", 1000*(w+i)))
					if err == nil && (status != http.StatusOK || who != user) {
						err = fmt.Errorf("%s is answered %d as %s", user, status, who)
					}
					errs <- err
				}
			})
		}
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	conns, _, attempts, requests := s.counts()
	// Twelve, unless net/http gave one up, as it does on a busy machine.
	require.Less(t, conns, 2*calls, "connections are used again")
	require.Equal(t, conns, attempts, "one login for each connection")
	require.Equal(t, 2*workers*calls+conns, requests, "and one request more than calls")
}

// A server that ends the connection when it should go on is tried again, if it
// has not seen the password yet.
func TestNTLMTransportNotKept(t *testing.T) {
	for _, times := range []int{1, maxLoginTries - 1, maxLoginTries} {
		var legs atomic.Int32
		s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
			s.closeAfter = func(leg int) bool {
				return int(legs.Add(1)) <= times && leg == 0
			}
		})
		transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: ntlmPassword})
		status, _, err := post(t.Context(), t, transport, s.URL, "x")
		conns, _, attempts, _ := s.counts()
		if times >= maxLoginTries {
			require.ErrorIs(t, err, errNotKept)
			require.Equal(t, maxLoginTries, conns)
			require.Zero(t, attempts)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, times+1, conns)
		require.Equal(t, 1, attempts)
	}
}

// What happens to the connection while the password is looked at is told, and
// not repeated.
func TestNTLMTransportBroken(t *testing.T) {
	s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
		s.handler = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	})
	transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: ntlmPassword})
	_, _, err := post(t.Context(), t, transport, s.URL, "x")
	require.ErrorIs(t, err, io.EOF)
	_, _, attempts, _ := s.counts()
	require.Equal(t, 1, attempts)
}

func TestNTLMTransportCanceled(t *testing.T) {
	for leg := range 2 {
		var seen atomic.Int32
		s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
			s.delay = func(r *http.Request) {
				if int(seen.Add(1)) == leg+1 {
					<-r.Context().Done() // the client hangs up
				}
			}
		})
		transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: ntlmPassword, MaxConns: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, _, err := post(ctx, t, transport, s.URL, "x")
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		require.True(t, timeout.Timeout())

		status, who, err := post(t.Context(), t, transport, s.URL, "x") // the place was given back
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, ntlmUser, who)
	}
}

// A session that has ended is begun again, on the same connection.
func TestNTLMTransportExpired(t *testing.T) {
	s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
		s.expire = func(requests int) bool { return requests == 3 }
	})
	transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: ntlmPassword})
	for i := range 9 {
		status, who, err := post(t.Context(), t, transport, s.URL, strconv.Itoa(i))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, ntlmUser, who)
	}
	conns, _, attempts, requests := s.counts()
	require.Equal(t, 1, conns)
	require.Equal(t, 3, attempts)
	require.Equal(t, 9+3+2, requests)
}

// A server that wants a login for each request is not asked without one again.
func TestNTLMTransportForgetful(t *testing.T) {
	s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
		s.expire = func(int) bool { return true }
	})
	transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: ntlmPassword})
	for range 5 {
		status, _, err := post(t.Context(), t, transport, s.URL, "x")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
	}
	conns, legs, _, requests := s.counts()
	require.Equal(t, 1, conns)
	require.Equal(t, 5*2, legs)
	require.Equal(t, legs+1, requests)
}

// Whoever wants no login gets none.
func TestNTLMTransportNoLogin(t *testing.T) {
	var closed atomic.Bool // after a while it wants one, but not of an empty request
	var login *ntlmServer
	login = newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
		inner := s.Config.Handler
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !closed.Load() || r.ContentLength == 0 {
				login.mu.Lock()
				defer login.mu.Unlock()
				login.requests++
				_, _ = io.Copy(w, r.Body)
				return
			}
			inner.ServeHTTP(w, r)
		})
	})
	transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: ntlmPassword})
	for _, body := range []string{"one", "two"} {
		status, got, err := post(t.Context(), t, transport, login.URL, body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, body, got)
	}
	_, _, _, requests := login.counts()
	require.Equal(t, 3, requests)

	closed.Store(true)
	for range 2 { // on the same connection, and on a new one
		status, who, err := post(t.Context(), t, transport, login.URL, "x")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, ntlmUser, who)
		transport.CloseIdleConnections()
	}
}

func TestNTLMTransportLargeBody(t *testing.T) {
	var got int
	s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
		s.expire = func(requests int) bool { return requests == 2 }
		s.handler = func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = len(body)
		}
	})
	transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: ntlmPassword})
	body := bytes.Repeat([]byte("x"), 5<<20)
	for range 3 {
		// A reader that net/http cannot read twice.
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, io.MultiReader(bytes.NewReader(body)))
		require.NoError(t, err)
		require.Nil(t, req.GetBody)
		resp, err := transport.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.Same(t, req, resp.Request)
		require.Empty(t, req.Header, "the request is left as it was")
		require.Equal(t, len(body), got)
	}
}

func TestNTLMTransportHTTP1(t *testing.T) {
	s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
		s.EnableHTTP2 = true
		s.StartTLS()
	})
	base := s.Client().Transport.(*http.Transport).Clone()
	base.ForceAttemptHTTP2 = true
	base.TLSClientConfig.NextProtos = []string{"h2", "http/1.1"}
	resp, err := (&http.Client{Transport: base}).Do(get(t, s.URL))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 2, resp.ProtoMajor, "the server offers it")
	base.CloseIdleConnections()

	transport := idle(t, &NTLMTransport{Username: ntlmUser, Password: ntlmPassword, Base: base})
	status, who, err := post(t.Context(), t, transport, s.URL, "x")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, ntlmUser, who)
	require.Equal(t, map[string]int{"HTTP/2.0": 1, "HTTP/1.1": 2}, s.protos)
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	return req
}

// The login is bound to the certificate, where there is one.
func TestNTLMTransportChannelBinding(t *testing.T) {
	s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
		s.binding = func() []byte {
			sum := sha256.Sum256(s.Certificate().Raw)
			return append([]byte("tls-server-end-point:"), sum[:]...)
		}
		s.StartTLS()
	})
	base := s.Client().Transport.(*http.Transport)
	dialing := base.Clone() // tells of its handshake in another way
	config := base.TLSClientConfig.Clone()
	config.ServerName = "example.com"
	dialing.DialTLSContext = (&tls.Dialer{Config: config}).DialContext
	for _, tt := range []struct {
		transport *NTLMTransport
		status    int
	}{
		{&NTLMTransport{Base: base}, http.StatusOK},
		{&NTLMTransport{Base: dialing}, http.StatusOK},
		{&NTLMTransport{Base: base, NoChannelBinding: true}, http.StatusUnauthorized},
	} {
		tt.transport.Username, tt.transport.Password = ntlmUser, ntlmPassword
		status, _, err := post(t.Context(), t, idle(t, tt.transport), s.URL, "x")
		require.NoError(t, err)
		require.Equal(t, tt.status, status)
	}
}

// Connections that were idle for too long are not used, whoever ends them.
func TestNTLMTransportIdle(t *testing.T) {
	for _, tt := range []struct {
		server, client, pause time.Duration
		conns                 int
	}{
		{server: time.Hour, pause: 89 * time.Second, conns: 1},
		{server: time.Hour, pause: 91 * time.Second, conns: 2},
		{server: time.Hour, client: 10 * time.Second, pause: 11 * time.Second, conns: 2},
		{server: 30 * time.Second, pause: 31 * time.Second, conns: 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			pipes := newPipes()
			s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
				require.NoError(t, s.Listener.Close())
				s.Listener = pipes
				s.Config.IdleTimeout = tt.server
			})
			transport := idle(t, &NTLMTransport{
				Username: ntlmUser, Password: ntlmPassword, AllowPlaintext: true,
				Base: &http.Transport{DialContext: pipes.dial, IdleConnTimeout: tt.client},
			})
			for range 2 {
				status, who, err := post(t.Context(), t, transport, "http://mail.example.com/", "x")
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, status)
				require.Equal(t, ntlmUser, who)
				time.Sleep(tt.pause)
			}
			conns, _, _, _ := s.counts()
			require.Equal(t, tt.conns, conns)
			transport.CloseIdleConnections()
			s.Close()
		})
	}
}

// No more requests at a time than MaxConns; the others wait, as long as they
// want to.
func TestNTLMTransportMaxConns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipes := newPipes()
		s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
			require.NoError(t, s.Listener.Close())
			s.Listener = pipes
			s.handler = func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) }
		})
		transport := idle(t, &NTLMTransport{
			Username: ntlmUser, Password: ntlmPassword, AllowPlaintext: true,
			Base: &http.Transport{DialContext: pipes.dial, MaxConnsPerHost: 2},
		})
		begin := time.Now()
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				status, _, err := post(t.Context(), t, transport, "http://mail.example.com/", "x")
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, status)
			})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		synctest.Wait() // two are being served
		_, _, err := post(ctx, t, transport, "http://mail.example.com/", "x")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		wg.Wait()
		require.Equal(t, 3*time.Second, time.Since(begin))
		conns, _, _, _ := s.counts()
		require.Equal(t, 2, conns)
		transport.CloseIdleConnections()
		s.Close()
	})
}

// pipes is a network in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (*pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80} }
