package ews

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tokenServer accepts one token, and answers with the body of the request.
func tokenServer(t *testing.T, accepted string) (s *httptest.Server, seen *[]string) {
	t.Helper()
	seen = new([]string)
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := r.Header.Get("Authorization")
		*seen = append(*seen, got)
		body, _ := io.ReadAll(r.Body)
		if got != "Bearer "+accepted {
			w.Header().Set("WWW-Authenticate", `Bearer realm="x", error="invalid_token", error_description="expired, or so"`)
			w.Header().Set("x-ms-diagnostics", `2000002;reason="The token has expired.";error_category="token_expired"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(body)
	}))
	t.Cleanup(s.Close)
	return s, seen
}

func TestBearerTransport(t *testing.T) {
	failure := errors.New("no answer")
	tests := []struct {
		name   string
		tokens map[string]string // by what was refused
		err    error             // once something was refused
		asked  []string
		sent   []string
		status int
	}{
		{"valid", map[string]string{"": "new"}, nil, []string{""}, []string{"new"}, 200},
		{"expired", map[string]string{"": "old", "old": "new"}, nil, []string{"", "old"}, []string{"old", "new"}, 200},
		{"no other one", map[string]string{"": "old", "old": "old"}, nil, []string{"", "old"}, []string{"old"}, 401},
		{"the other one is no better", map[string]string{"": "old", "old": "older"}, nil, []string{"", "old"}, []string{"old", "older"}, 401},
		{"the other one cannot be had", map[string]string{"": "old"}, failure, []string{"", "old"}, []string{"old"}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, sent := tokenServer(t, "new")
			var asked []string
			transport := &BearerTransport{Token: func(_ context.Context, refused string) (string, error) {
				asked = append(asked, refused)
				if refused != "" && tt.err != nil {
					return "", tt.err
				}
				return tt.tokens[refused], nil
			}}
			status, body, err := post(t.Context(), t, transport, s.URL, "a body")
			require.NoError(t, err)
			require.Equal(t, tt.status, status)
			if status == http.StatusOK {
				require.Equal(t, "a body", body)
			}
			require.Equal(t, tt.asked, asked)
			for i := range tt.sent {
				tt.sent[i] = "Bearer " + tt.sent[i]
			}
			require.Equal(t, tt.sent, *sent)
		})
	}
}

// A body that cannot be had again is not sent again.
func TestBearerTransportBodyOnce(t *testing.T) {
	s, sent := tokenServer(t, "new")
	transport := &BearerTransport{Token: func(_ context.Context, refused string) (string, error) {
		return map[string]string{"": "old", "old": "new"}[refused], nil
	}}
	for _, tt := range []struct {
		body   io.Reader
		status int
	}{{io.MultiReader(strings.NewReader("x")), http.StatusUnauthorized}, {http.NoBody, http.StatusOK}, {nil, http.StatusOK}} {
		*sent = nil
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, tt.body)
		require.NoError(t, err)
		resp, err := transport.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, tt.status, resp.StatusCode)
		require.Empty(t, req.Header, "the request is left as it was")
	}
}

func TestBearerTransportErrors(t *testing.T) {
	failure := errors.New("no answer")
	for _, tt := range []struct {
		token string
		err   error
		text  string
	}{
		{"", failure, "ews: BearerTransport: token: no answer"},
		{"", nil, "not a token"},
		{"geheim\r\nX-Other: y", nil, "not a token"},
		{"geheim und mehr", nil, "not a token"},
		{"geheimö", nil, "not a token"},
	} {
		transport := &BearerTransport{
			Token: func(context.Context, string) (string, error) { return tt.token, tt.err },
			Base: roundTripper(func(*http.Request) (*http.Response, error) {
				t.Error("sent")
				return nil, failure
			}),
		}
		_, _, err := post(t.Context(), t, transport, "https://mail.example.com", "x")
		require.ErrorContains(t, err, tt.text)
		require.NotContains(t, err.Error(), "geheim")
		if tt.err != nil {
			require.ErrorIs(t, err, tt.err)
		}
	}
	_, _, err := post(t.Context(), t, &BearerTransport{}, "https://mail.example.com", "x")
	require.ErrorContains(t, err, "Token is missing")
}

// oauthToken and oauthSource look like those of golang.org/x/oauth2.
type oauthToken struct{ AccessToken, TokenType string }

func (t *oauthToken) SetAuthHeader(r *http.Request) {
	r.Header.Set("Authorization", t.TokenType+" "+t.AccessToken)
}

type oauthSource interface{ Token() (*oauthToken, error) }

type sourceFunc func() (*oauthToken, error)

func (f sourceFunc) Token() (*oauthToken, error) { return f() }

func TestOAuth2(t *testing.T) {
	s, sent := tokenServer(t, "new")
	tokens := []string{"old", "new"}
	var source oauthSource = sourceFunc(func() (*oauthToken, error) {
		token := &oauthToken{tokens[0], "Bearer"}
		tokens = tokens[1:]
		return token, nil
	})
	status, _, err := post(t.Context(), t, &BearerTransport{Token: OAuth2(source)}, s.URL, "x")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []string{"Bearer old", "Bearer new"}, *sent)

	failure := errors.New("no answer")
	_, err = OAuth2[*oauthToken](sourceFunc(func() (*oauthToken, error) { return nil, failure }))(t.Context(), "")
	require.ErrorIs(t, err, failure)
	_, err = OAuth2[*oauthToken](sourceFunc(func() (*oauthToken, error) { return &oauthToken{"geheim", "MAC"}, nil }))(t.Context(), "")
	require.ErrorContains(t, err, "not a bearer token")
}
