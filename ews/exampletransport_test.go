package ews_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// What concerns TLS and proxies is said to the http.Transport below.
func ExampleNTLMTransport() {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM([]byte("-----BEGIN CERTIFICATE-----\n…")) // the company's own authority
	login := &ews.NTLMTransport{
		Username: `EXAMPLE\svc-rooms`,
		Password: "secret",
		Base: &http.Transport{
			TLSClientConfig: &tls.Config{
				RootCAs:      roots,
				MinVersion:   tls.VersionTLS12,
				MaxVersion:   tls.VersionTLS12,    // where something stumbles over 1.3
				Certificates: []tls.Certificate{}, // of tls.LoadX509KeyPair, where the client has to have one
			},
			TLSHandshakeTimeout: 10 * time.Second,
			Proxy:               http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example.com:3128"}),
		},
	}
	client, err := ews.NewClient("https://mail.example.com/EWS/Exchange.asmx", &ews.ClientOptions{
		HTTPClient: &http.Client{Transport: login, Timeout: 2 * time.Minute},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.Endpoint(), login)
	// Output:
	// https://mail.example.com/EWS/Exchange.asmx NTLMTransport("EXAMPLE\\svc-rooms")
}

// A source of tokens that gets another one when the server has refused what it
// kept. With golang.org/x/oauth2 it is one line: Token: ews.OAuth2(source).
func ExampleBearerTransport() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer fresh" {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, "welcome")
	}))
	defer server.Close()

	login := &ews.BearerTransport{Token: func(_ context.Context, refused string) (string, error) {
		if refused == "" {
			return "kept", nil
		}
		return "fresh", nil
	}}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := login.RoundTrip(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := io.ReadAll(resp.Body)
	fmt.Println(string(answer), err, resp.Body.Close())
	// Output:
	// welcome <nil> <nil>
}
