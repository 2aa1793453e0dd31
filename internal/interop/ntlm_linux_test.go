package interop_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/internal/interop/login"
)

// What mod_auth_gssapi logs of a login that is refused, and of a request on a
// connection that is logged in.
const (
	gssRefused = "gss_accept_sec_context() failed"
	gssKept    = "Already established context found"
)

// ntlmServer is Apache, which verifies NTLM by gss-ntlmssp, before a fake
// Exchange.
func ntlmServer(t *testing.T, accounts map[string]string, directives ...string) (*login.Apache, *ewstest.Server) {
	t.Helper()
	login.Require(t, login.ApacheProgram, login.GSSAPIModule, login.NTLMMechanism)
	exchange := ewstest.NewServer(&ewstest.Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(exchange.Close)
	var users strings.Builder
	for user, password := range accounts {
		users.WriteString("EXAMPLE:" + user + ":" + password + "\n")
		exchange.AddAccount(`EXAMPLE\`+user, login.Trusted, ewstest.Impersonate("room12@example.com"))
	}
	exchange.Mailbox("room12@example.com")
	d := login.NewDir(t)
	env := []string{"NTLM_USER_FILE=" + d.Write(t, "users", users.String())}
	return login.StartApache(t, d, exchange.URL(), env, append(directives, "GssapiConnectionBound On", "GssapiAllowedMech ntlmssp")...), exchange
}

func ntlmClient(t *testing.T, apache *login.Apache, user, password string) *ews.Client {
	t.Helper()
	client, err := ews.NewClient(apache.URL, &ews.ClientOptions{HTTPClient: &http.Client{Timeout: time.Minute, Transport: &ews.NTLMTransport{
		Username: user, Domain: "EXAMPLE", Password: password, MaxConns: 4,
		Base: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: apache.Roots}},
	}}})
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client.As(ews.ConnectingSID{SMTPAddress: "room12@example.com"})
}

func subscription(url string) *ews.PushSubscriptionRequest {
	return &ews.PushSubscriptionRequest{
		FolderIDs: []ews.FolderID{{DistinguishedID: ews.CalendarFolder}}, EventTypes: []ews.EventType{ews.CreatedEvent},
		StatusFrequency: time.Minute, URL: url,
	}
}

// Two identities subscribe at the same time through a server that verifies
// passwords and binds logins to connections, and none is taken for the other.
func TestNTLM(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		directives []string
	}{
		{"NTLM and Negotiate", nil},
		{"Negotiate", []string{`Header always edit WWW-Authenticate ^NTLM$ X-Other`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			accounts := map[string]string{"svc-a": "p@ssw-ö", "svc-b": "another one"}
			apache, exchange := ntlmServer(t, accounts, tt.directives...)
			const workers, calls = 8, 5
			errs := make(chan error, len(accounts)*workers*calls)
			var wg sync.WaitGroup
			for user, password := range accounts {
				client := ntlmClient(t, apache, user, password)
				for w := range workers {
					wg.Go(func() {
						for i := range calls {
							_, err := client.Subscribe(t.Context(), subscription(fmt.Sprintf("http://127.0.0.1:1/%s/%d/%d", user, w, i)))
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
			held := exchange.Subscriptions()
			require.Len(t, held, len(accounts)*workers*calls)
			for _, s := range held {
				require.Contains(t, s.URL, "/"+s.Owner[len(`EXAMPLE\`):]+"/", "the subscription belongs to who made it")
			}
			apache.Stop(t)
			require.Empty(t, apache.Lines(gssRefused))
			// Eight connections, and a few more if Apache ends some.
			require.GreaterOrEqual(t, len(apache.Lines(gssKept)), len(held)*3/4, "a login for each connection, not for each request")
		})
	}
}

// A wrong password is a 401 after one attempt.
func TestNTLMWrongPassword(t *testing.T) {
	t.Parallel()
	apache, exchange := ntlmServer(t, map[string]string{"svc-a": "right"})
	_, err := ntlmClient(t, apache, "svc-a", "wrong").Subscribe(t.Context(), subscription("http://127.0.0.1:1/"))
	refused, ok := errors.AsType[*ews.HTTPError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, http.StatusUnauthorized, refused.StatusCode)
	require.Equal(t, []string{"Negotiate", "NTLM"}, refused.Challenges)
	require.Empty(t, exchange.Subscriptions())
	apache.Stop(t)
	require.Len(t, apache.Lines(gssRefused), 1)
}
