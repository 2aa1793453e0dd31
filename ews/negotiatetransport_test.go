package ews

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// steps is a NegotiateContext of one function.
type steps func(ctx context.Context, challenge []byte) ([]byte, error)

func (f steps) Step(ctx context.Context, challenge []byte) ([]byte, error) { return f(ctx, challenge) }

// negotiateServer wants the tokens, in this order, with a question after each
// but the last.
type negotiateServer struct {
	tokens    []string
	perCall   bool // a login belongs to the request, not to the connection
	requests  int
	tokensGot []string
}

type negotiateSession struct {
	next int
	in   bool
}

type negotiateSessionKey struct{}

func (s *negotiateServer) start(t *testing.T, tls bool) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(s)
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, negotiateSessionKey{}, new(negotiateSession))
	}
	if tls {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server
}

func (s *negotiateServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests++
	session := r.Context().Value(negotiateSessionKey{}).(*negotiateSession)
	question := ""
	if encoded, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Negotiate "); ok {
		token, _ := base64.StdEncoding.DecodeString(encoded)
		s.tokensGot = append(s.tokensGot, string(token))
		switch {
		case string(token) != s.tokens[session.next]:
			session.next = 0
		case session.next == len(s.tokens)-1:
			session.next, session.in = 0, true
		default:
			session.next++
			question = " " + base64.StdEncoding.EncodeToString([]byte("and?"))
		}
	}
	if !session.in {
		w.Header().Set("WWW-Authenticate", "Negotiate"+question)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	session.in = !s.perCall
	_, _ = io.Copy(w, r.Body)
}

func TestNegotiateTransport(t *testing.T) {
	tests := []struct {
		name     string
		server   negotiateServer
		tokens   []string
		status   int
		requests int // of three calls
		contexts int
	}{
		{"Kerberos", negotiateServer{tokens: []string{"ticket"}}, []string{"ticket"}, 200, 3, 1},
		{"two messages", negotiateServer{tokens: []string{"ticket", "more"}}, []string{"ticket", "more"}, 200, 4, 1},
		// The second call finds out that each request needs its own.
		{"for each request", negotiateServer{tokens: []string{"ticket"}, perCall: true}, []string{"ticket"}, 200, 4, 3},
		{"refused", negotiateServer{tokens: []string{"ticket"}}, []string{"other"}, 401, 3, 3},
		{"nothing to add", negotiateServer{tokens: []string{"ticket", "more"}}, []string{"ticket", ""}, 401, 3, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.server.start(t, false)
			contexts := 0
			transport := &NegotiateTransport{NewContext: func(_ context.Context, target NegotiateTarget) (NegotiateContext, error) {
				contexts++
				require.Equal(t, NegotiateTarget{SPN: "HTTP/127.0.0.1"}, target)
				step := 0
				return steps(func(_ context.Context, challenge []byte) ([]byte, error) {
					require.Equal(t, step > 0, challenge != nil)
					require.True(t, step == 0 || string(challenge) == "and?")
					step++
					return []byte(tt.tokens[step-1]), nil
				}), nil
			}}
			t.Cleanup(transport.CloseIdleConnections)
			for range 3 {
				status, body, err := post(t.Context(), t, transport, s.URL, "a body")
				require.NoError(t, err)
				require.Equal(t, tt.status, status)
				if status == http.StatusOK {
					require.Equal(t, "a body", body)
				}
			}
			require.Equal(t, tt.requests, tt.server.requests)
			require.Equal(t, tt.contexts, contexts)
		})
	}
}

func TestNegotiateTransportBinding(t *testing.T) {
	server := &negotiateServer{tokens: []string{"ticket"}}
	s := server.start(t, true)
	var got NegotiateTarget
	transport := &NegotiateTransport{
		Base: s.Client().Transport.(*http.Transport),
		NewContext: func(_ context.Context, target NegotiateTarget) (NegotiateContext, error) {
			got = target
			return steps(func(context.Context, []byte) ([]byte, error) { return []byte("ticket"), nil }), nil
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	status, _, err := post(t.Context(), t, transport, s.URL, "x")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 1, server.requests, "the first token goes with the request")
	require.Equal(t, channelBinding(s.Certificate()), got.ChannelBinding)
}

// Errors of whoever makes the tokens end the call, and what the server makes of
// it is not asked for.
func TestNegotiateTransportErrors(t *testing.T) {
	failure := errors.New("no ticket")
	fails := func(at int) func(context.Context, NegotiateTarget) (NegotiateContext, error) {
		return func(context.Context, NegotiateTarget) (NegotiateContext, error) {
			if at == 0 {
				return nil, failure
			}
			step := 0
			return steps(func(context.Context, []byte) ([]byte, error) {
				if step++; step == at {
					return nil, failure
				}
				return []byte("ticket"), nil
			}), nil
		}
	}
	for at, requests := range []int{0, 0, 1} {
		server := &negotiateServer{tokens: []string{"ticket", "more"}}
		s := server.start(t, false)
		_, _, err := post(t.Context(), t, &NegotiateTransport{NewContext: fails(at)}, s.URL, "x")
		require.ErrorIs(t, err, failure)
		require.Equal(t, requests, server.requests)
	}
	server := &negotiateServer{tokens: []string{"x"}}
	s := server.start(t, false)
	_, _, err := post(t.Context(), t, &NegotiateTransport{}, s.URL, "x")
	require.ErrorContains(t, err, "NewContext is missing")
	_, _, err = post(t.Context(), t, &NegotiateTransport{NewContext: func(context.Context, NegotiateTarget) (NegotiateContext, error) {
		return steps(func(context.Context, []byte) ([]byte, error) { return nil, nil }), nil
	}}, s.URL, "x")
	require.ErrorIs(t, err, errLoginToken)

	// A server that never comes to an end.
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.requests++
		w.Header().Set("WWW-Authenticate", "Negotiate QUJD")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(endless.Close)
	_, _, err = post(t.Context(), t, &NegotiateTransport{NewContext: fails(-1)}, endless.URL, "x")
	require.ErrorIs(t, err, errLoginLegs)
	require.Equal(t, maxLoginLegs, server.requests)
}
