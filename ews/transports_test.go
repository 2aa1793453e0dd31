package ews

import (
	"bytes"
	"context"
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

// transports are one of each kind that logs in, with the secret in it.
func transports(secret string, allowPlaintext bool) map[string]http.RoundTripper {
	return map[string]http.RoundTripper{
		"BasicTransport": &BasicTransport{Username: "svc", Password: secret, AllowPlaintext: allowPlaintext},
		"BearerTransport": &BearerTransport{AllowPlaintext: allowPlaintext, Token: func(context.Context, string) (string, error) {
			return secret, nil
		}},
		"NTLMTransport": &NTLMTransport{Username: "svc", Password: secret, AllowPlaintext: allowPlaintext},
		"NegotiateTransport": &NegotiateTransport{AllowPlaintext: allowPlaintext, NewContext: func(context.Context, NegotiateTarget) (NegotiateContext, error) {
			return steps(func(context.Context, []byte) ([]byte, error) { return []byte(secret), nil }), nil
		}},
	}
}

// Credentials do not go to another machine in the clear.
func TestTransportsPlaintext(t *testing.T) {
	for _, tt := range []struct {
		url     string
		allow   bool
		refused bool
	}{
		{"http://mail.example.invalid/", false, true},
		{"http://10.255.255.1/", false, true},
		{"http://localhost.example.invalid/", false, true},
		{"http://127.0.0.1:1/", false, false},
		{"http://[::1]:1/", false, false},
		{"http://localhost:1/", false, false},
		{"https://127.0.0.1:1/", false, false},
		{"http://mail.example.invalid/", true, false},
	} {
		for name, transport := range transports("geheim", tt.allow) {
			body := &closer{Reader: strings.NewReader("x")}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, tt.url, body)
			require.NoError(t, err)
			resp, err := transport.RoundTrip(req) //nolint:bodyclose // there is no answer
			require.Nil(t, resp)
			require.Error(t, err, "%s %s: nobody listens there", name, tt.url)
			if tt.refused {
				require.ErrorIs(t, err, ErrPlaintext, "%s %s", name, tt.url)
			} else {
				require.NotErrorIs(t, err, ErrPlaintext, "%s %s", name, tt.url)
			}
			require.True(t, body.closed, "a RoundTripper closes the body, also when it fails")
			require.NotContains(t, err.Error(), "geheim")
		}
	}
}

// Nor to another host that a redirect leads to, but to the same one.
func TestTransportsRedirect(t *testing.T) {
	for name, transport := range transports("geheim", false) {
		t.Run(name, func(t *testing.T) {
			visits := 0
			thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits++ }))
			t.Cleanup(thief.Close)
			mux := http.NewServeMux()
			mux.Handle("/away", http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect))
			mux.Handle("/again", http.RedirectHandler("/away", http.StatusTemporaryRedirect))
			mux.Handle("/near", http.RedirectHandler("/here", http.StatusTemporaryRedirect))
			mux.HandleFunc("/here", func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) })
			s := httptest.NewServer(mux)
			t.Cleanup(s.Close)
			client := &http.Client{Transport: transport}
			t.Cleanup(client.CloseIdleConnections)
			for _, path := range []string{"/away", "/again"} {
				_, _, err := post(t.Context(), t, transport, s.URL+path, "x")
				require.ErrorIs(t, err, ErrForeignHost)
			}
			require.Zero(t, visits)
			status, body, err := post(t.Context(), t, transport, s.URL+"/near", "a body")
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, "a body", body)
		})
	}
}

// None of them shows its secret.
func TestTransportsHideSecrets(t *testing.T) {
	for name, transport := range transports("geheim", false) {
		var log bytes.Buffer
		in := struct{ T http.RoundTripper }{transport}
		for _, h := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
			slog.New(h).Info("x", "t", transport, "in", in, "client", &http.Client{Transport: transport})
		}
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
			fmt.Fprintf(&log, format, transport)
			fmt.Fprintf(&log, format, in)
			fmt.Fprintf(&log, format, []any{transport, &in})
			fmt.Fprintf(&log, format, http.Client{Transport: transport})
		}
		for _, v := range []any{transport, in} {
			encoded, err := json.Marshal(v)
			require.NoError(t, err)
			log.Write(encoded)
		}
		require.NotContains(t, log.String(), "geheim", name)
		require.NotContains(t, log.String(), fmt.Sprintf("%x", "geheim"), name)
		require.Contains(t, log.String(), name)
	}
}
