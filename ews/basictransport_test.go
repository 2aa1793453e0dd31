package ews

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBasicTransport(t *testing.T) {
	var user, password string
	h := func(w http.ResponseWriter, r *http.Request) {
		user, password, _ = r.BasicAuth()
		answer(http.StatusOK, response(subscribed))(w, r)
	}
	c := serve(t, h, &ClientOptions{HTTPClient: &http.Client{Transport: &BasicTransport{Username: `EXAMPLE\svc`, Password: "pässword:1"}}})
	_, err := c.Subscribe(t.Context(), push())
	require.NoError(t, err)
	require.Equal(t, `EXAMPLE\svc`, user)
	require.Equal(t, "pässword:1", password)
}

func TestBasicTransportPlaintext(t *testing.T) {
	tests := []struct {
		url   string
		allow bool
		err   error
	}{
		{"https://mail.example.com/", false, nil},
		{"http://mail.example.com/", false, ErrPlaintext},
		{"http://localhost.example.com/", false, ErrPlaintext},
		{"http://10.0.0.1/", false, ErrPlaintext},
		{"http://mail.example.com/", true, nil},
		{"http://localhost:8080/", false, nil},
		{"http://127.0.0.2/", false, nil},
		{"http://[::1]:80/", false, nil},
	}
	for _, tt := range tests {
		sent := false
		transport := &BasicTransport{Username: "u", Password: "p", AllowPlaintext: tt.allow, Base: roundTripper(func(r *http.Request) (*http.Response, error) {
			sent = r.Header.Get("Authorization") != ""
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
		})}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, tt.url, strings.NewReader("x"))
		require.NoError(t, err)
		body := &closer{Reader: req.Body}
		req.Body = body
		resp, err := transport.RoundTrip(req)
		if resp != nil {
			require.NoError(t, resp.Body.Close())
		}
		require.ErrorIs(t, err, tt.err, tt.url)
		require.Equal(t, tt.err == nil, sent, tt.url)
		require.Equal(t, tt.err != nil, body.closed, "a RoundTripper closes the body, also when it fails")
		require.Empty(t, req.Header.Get("Authorization"), "the request is left as it was")
	}
}

type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error {
	c.closed = true
	return nil
}

func TestBasicTransportRedirect(t *testing.T) {
	stolen := false
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _, stolen = r.BasicAuth()
	}))
	t.Cleanup(thief.Close)
	reached := false
	mux := http.NewServeMux()
	mux.Handle("/away", http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect))
	mux.Handle("/again", http.RedirectHandler("/here", http.StatusTemporaryRedirect))
	mux.HandleFunc("/here", func(_ http.ResponseWriter, r *http.Request) { _, _, reached = r.BasicAuth() })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	client := &http.Client{Transport: &BasicTransport{Username: "u", Password: "p"}}

	get := func(path string) error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, http.NoBody)
		require.NoError(t, err)
		resp, err := client.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
	require.ErrorIs(t, get("/away"), ErrForeignHost)
	require.False(t, stolen)
	require.NoError(t, get("/again"))
	require.True(t, reached)
}

func TestBasicTransportHidesPassword(t *testing.T) {
	transport := &BasicTransport{Username: "svc", Password: "geheim"}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "p", transport, "v", *transport, "in", struct{ T *BasicTransport }{transport})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "p", transport, "v", *transport, "in", struct{ T BasicTransport }{*transport})
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
		fmt.Fprintf(&log, format, transport)
		fmt.Fprintf(&log, format, *transport)
		fmt.Fprintf(&log, format, []any{transport, *transport, struct{ T BasicTransport }{*transport}})
		fmt.Fprintf(&log, format, http.Client{Transport: transport})
	}
	encoded, err := json.Marshal(transport)
	require.NoError(t, err)
	log.Write(encoded)
	require.NotContains(t, log.String(), "geheim")
	require.NotContains(t, log.String(), fmt.Sprintf("%x", "geheim"))
	require.Contains(t, log.String(), `BasicTransport("svc")`)
}
