package ews

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// certificate makes a client's, signed by itself.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "svc-rooms"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// Settings of TLS are those of the http.Transport, whoever logs in with it.
func TestTransportsTLS(t *testing.T) {
	client, clients := certificate(t)
	s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
		inner := s.Config.Handler
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Client", r.TLS.PeerCertificates[0].Subject.CommonName)
			if user, _, ok := r.BasicAuth(); ok || r.Header.Get("Authorization") == "Bearer t" {
				_, _ = io.WriteString(w, user)
				return
			}
			inner.ServeHTTP(w, r)
		})
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail
		s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}
		s.StartTLS()
	})
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	for _, tt := range []struct {
		name   string
		config *tls.Config
		fails  bool
	}{
		{"all right", &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{client}}, false},
		{"no certificate", &tls.Config{RootCAs: roots}, true},
		{"unknown authority", &tls.Config{RootCAs: x509.NewCertPool(), Certificates: []tls.Certificate{client}}, true},
		{"too old", &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{client}, MinVersion: tls.VersionTLS13}, true},
	} {
		for name, transport := range map[string]http.RoundTripper{
			"Basic":  &BasicTransport{Username: "svc", Password: "p", Base: &http.Transport{TLSClientConfig: tt.config}},
			"Bearer": &BearerTransport{Token: OAuth2[*oauthToken](sourceFunc(func() (*oauthToken, error) { return &oauthToken{"t", "Bearer"}, nil })), Base: &http.Transport{TLSClientConfig: tt.config}},
			"NTLM":   &NTLMTransport{Username: ntlmUser, Password: ntlmPassword, Base: &http.Transport{TLSClientConfig: tt.config}},
			"none":   &http.Transport{TLSClientConfig: tt.config},
		} {
			t.Cleanup((&http.Client{Transport: transport}).CloseIdleConnections)
			req := get(t, s.URL)
			resp, err := transport.RoundTrip(req)
			if tt.fails {
				require.Error(t, err, "%s, %s", tt.name, name)
				continue
			}
			require.NoError(t, err, "%s, %s", tt.name, name)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, "svc-rooms", resp.Header.Get("X-Client"))
			require.Equal(t, uint16(tls.VersionTLS12), resp.TLS.Version)
			if name != "none" {
				require.Equal(t, http.StatusOK, resp.StatusCode, name)
			}
		}
	}
}

// A login by NTLM goes through a proxy: with TLS in a tunnel, and bound to the
// server's certificate, not to the proxy's.
func TestNTLMTransportProxy(t *testing.T) {
	s := newNTLMServer(t, map[string]string{ntlmUser: ntlmPassword}, func(s *ntlmServer) {
		s.binding = func() []byte { return channelBinding(s.Certificate()) }
		s.StartTLS()
	})
	var tunnels atomic.Int32
	proxy := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") == "" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		tunnels.Add(1)
		server, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", s.Listener.Addr().String()) // wherever it wants to go
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = server.Close() }()
		w.WriteHeader(http.StatusOK)
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		go func() { _, _ = io.Copy(conn, server) }() // ends with the connections
		_, _ = io.Copy(server, buffered)
	}))
	certOf, _ := certificate(t) // another one than the server's
	proxy.TLS = &tls.Config{Certificates: []tls.Certificate{certOf}}
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	proxyURL, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	proxyURL.User = url.UserPassword("proxy-user", "proxy-password")
	transport := idle(t, &NTLMTransport{
		Username: ntlmUser, Password: ntlmPassword,
		Base: &http.Transport{
			Proxy:           http.ProxyURL(proxyURL),
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		},
	})
	for range 3 {
		status, who, err := post(t.Context(), t, transport, "https://mail.example.com/", "x")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, ntlmUser, who)
	}
	require.EqualValues(t, 1, tunnels.Load())
}
