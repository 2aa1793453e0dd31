package main

import (
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/internal/interop/login"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/bound.py
var boundServer string

const mailbox = "room12@example.com"

// apache verifies tickets before a fake Exchange.
func apache(t *testing.T, d *login.Dir, k *kdc, directives ...string) (*login.Apache, *ewstest.Server) {
	t.Helper()
	login.Require(t, login.ApacheProgram, login.GSSAPIModule)
	exchange := ewstest.NewServer(&ewstest.Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(exchange.Close)
	exchange.AddAccount(user+"@"+realm, login.Trusted, ewstest.Impersonate(mailbox))
	exchange.Mailbox(mailbox)
	directives = append(directives, "GssapiAllowedMech krb5", "GssapiCredStore keytab:"+k.serviceKeytab)
	return login.StartApache(t, d, exchange.URL(), k.env, directives...), exchange
}

func trusting(roots *x509.CertPool) *http.Transport {
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
}

// The whole program, with a keytab and with a password, and with servers that
// keep a login and that do not.
func TestRun(t *testing.T) {
	d := login.NewDir(t)
	k := startKDC(t, d)
	byKeytab := k.account()
	byKeytab.password, byKeytab.keytab = "", k.userKeytab
	for _, directive := range []string{"GssapiConnectionBound On", "GssapiConnectionBound Off"} {
		server, _ := apache(t, d, k, directive)
		for _, account := range []account{k.account(), byKeytab} {
			var out strings.Builder
			err := run(t.Context(), &out, options{url: server.URL, mailbox: mailbox, account: account}, trusting(server.Roots))
			require.NoError(t, err)
			require.Equal(t, "Calendar: 0 items\n", out.String())
		}
		server.Stop(t)
	}
	k.Stop(t)
	require.Empty(t, k.Lines("PREAUTH_FAILED"))
}

// Many calls share a login, and are all made as its user.
func TestSubscribe(t *testing.T) {
	d := login.NewDir(t)
	k := startKDC(t, d)
	account := k.account()
	in, err := account.logIn()
	require.NoError(t, err)
	t.Cleanup(in.close)
	for _, directive := range []string{"GssapiConnectionBound On", "GssapiConnectionBound Off"} {
		server, exchange := apache(t, d, k, directive)
		client, err := ews.NewClient(server.URL, &ews.ClientOptions{HTTPClient: &http.Client{
			Transport: &ews.NegotiateTransport{NewContext: in.newContext, Base: trusting(server.Roots), MaxConns: 4},
		}})
		require.NoError(t, err)
		t.Cleanup(client.CloseIdleConnections)
		client = client.As(ews.ConnectingSID{SMTPAddress: mailbox})
		const workers, calls = 8, 5
		errs := make(chan error, workers*calls)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := range calls {
					_, err := client.Subscribe(t.Context(), &ews.PushSubscriptionRequest{
						FolderIDs: []ews.FolderID{{DistinguishedID: ews.CalendarFolder}}, EventTypes: []ews.EventType{ews.CreatedEvent},
						StatusFrequency: time.Minute, URL: fmt.Sprintf("http://127.0.0.1:1/%d/%d", w, i),
					})
					errs <- err
				}
			})
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			require.NoError(t, err)
		}
		held := exchange.Subscriptions()
		require.Len(t, held, workers*calls)
		for _, s := range held {
			require.Equal(t, user+"@"+realm, s.Owner)
		}
		server.Stop(t)
	}
}

// A wrong password is found out before Exchange is asked, by one attempt.
func TestWrongPassword(t *testing.T) {
	k := startKDC(t, login.NewDir(t))
	account := k.account()
	account.password = "wrong"
	err := run(t.Context(), io.Discard, options{url: "https://localhost:1/", account: account}, nil)
	require.ErrorContains(t, err, "KDC_ERR_PREAUTH_FAILED")
	require.NotContains(t, err.Error(), "wrong")
	k.Stop(t)
	require.Len(t, k.Lines("PREAUTH_FAILED"), 1)
}

// A server that looks at the binding finds its own certificate in it, and
// refuses another one.
func TestChannelBinding(t *testing.T) {
	const python = "/usr/bin/python3"
	login.Require(t, python, "/usr/lib/python3/dist-packages/gssapi/__init__.py")
	d := login.NewDir(t)
	k := startKDC(t, d)
	account := k.account()
	in, err := account.logIn()
	require.NoError(t, err)
	t.Cleanup(in.close)
	certFile, keyFile, cert := login.Certificate(t, d)
	_, _, other := login.Certificate(t, login.NewDir(t))
	script := d.Write(t, "bound.py", boundServer)
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	for _, tt := range []struct {
		bound  *x509.Certificate // what the server thinks its certificate is
		status int
	}{{cert, http.StatusOK}, {other, http.StatusUnauthorized}} {
		port := strconv.Itoa(login.Port(t))
		der := d.Write(t, "bound.der", string(tt.bound.Raw))
		env := append(k.env, "KRB5_KTNAME="+k.serviceKeytab)
		server := d.Start(t, env, "listening", python, "-u", script, port, certFile, keyFile, der)
		transport := &ews.NegotiateTransport{NewContext: in.newContext, Base: trusting(roots)}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+login.Host+":"+port, strings.NewReader("x"))
		require.NoError(t, err)
		resp, err := transport.RoundTrip(req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, tt.status, resp.StatusCode, "%s", server.Lines(""))
		if tt.status == http.StatusOK {
			require.Equal(t, user+"@"+realm, string(body))
		} else {
			require.NotEmpty(t, server.Lines("channel bindings"))
		}
		transport.CloseIdleConnections()
		server.Stop(t)
	}
}
