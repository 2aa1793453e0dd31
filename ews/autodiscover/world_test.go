package autodiscover_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/autodiscover"
	"github.com/ewspush/ewspush/ews/ewstest"
)

const (
	mailHost = "mail.example.com"
	autoHost = "autodiscover.example.com"
	room     = "room12@example.com"
	endpoint = "https://" + mailHost + "/EWS/Exchange.asmx"
	user     = `EXAMPLE\svc-rooms`
	password = "secret"
)

// world is a network in memory with an Exchange, mail.example.com, and whatever
// else a test puts there. It sees every request that reaches a host.
type world struct {
	t        *testing.T
	network  *ewstest.Network
	exchange *ewstest.Server
	srv      []*net.SRV

	mu       sync.Mutex
	requests []request
}

type request struct {
	host, method, path string
	authorization      bool
	anchor             string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, network: ewstest.NewNetwork()}
	w.exchange = ewstest.NewServer(&ewstest.Options{Network: w.network, Host: "exchange.test"})
	t.Cleanup(w.exchange.Close)
	w.exchange.AddAccount(user, password, ewstest.Impersonate())
	w.exchange.Mailbox(room)
	w.serve(mailHost, w.exchange)
	w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{EWSURL: endpoint})
	return w
}

// serve puts a host into the network.
func (w *world) serve(host string, h http.Handler) {
	w.t.Helper()
	w.t.Cleanup(w.network.Serve(host, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, request{r.Host, r.Method, r.URL.Path, r.Header.Get("Authorization") != "", r.Header.Get("X-AnchorMailbox")})
		w.mu.Unlock()
		h.ServeHTTP(rw, r)
	})))
}

// client returns a Client that logs in with a password. The Config need not have
// any of the clients.
func (w *world) client(password string, cfg autodiscover.Config) *autodiscover.Client {
	w.t.Helper()
	cfg.HTTPClient = w.login(password)
	return w.newClient(cfg)
}

// login returns a client that logs in with a password, wherever it is sent to.
func (w *world) login(password string) *http.Client {
	tr := w.network.Transport()
	w.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: &ews.BasicTransport{Username: user, Password: password, Base: tr, AllowPlaintext: true}}
}

func (w *world) newClient(cfg autodiscover.Config) *autodiscover.Client {
	w.t.Helper()
	tr := w.network.Transport()
	w.t.Cleanup(tr.CloseIdleConnections)
	cfg.Anonymous = &http.Client{Transport: tr}
	cfg.LookupSRV = func(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
		if full := "_" + service + "._" + proto + "." + name; full != "_autodiscover._tcp.example.com" || len(w.srv) == 0 {
			return "", nil, &net.DNSError{Err: "no such host", Name: full, IsNotFound: true}
		}
		return "", w.srv, nil
	}
	c, err := autodiscover.New(cfg)
	require.NoError(w.t, err)
	return c
}

// seen returns the requests so far and forgets them.
func (w *world) seen() []request {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.requests
	w.requests = nil
	return seen
}

// asked returns the requests so far in short, "host service", with a "!" where a
// login came along, and forgets them.
func (w *world) asked() []string {
	var short []string
	for _, r := range w.seen() {
		_, service, _ := strings.Cut(r.path, "autodiscover.")
		service, _, _ = strings.Cut(service, "/")
		if r.authorization {
			service += "!"
		}
		short = append(short, r.host+" "+service)
	}
	return short
}

// redirect is a host that redirects everything.
func redirect(target string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, http.StatusFound) })
}
