package autodiscover_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/autodiscover"
	"github.com/ewspush/ewspush/ews/ewstest"
)

var trusted = []string{mailHost, autoHost}

// settings makes a Client ask with a login first.
var settings = []string{"UserDisplayName"}

func TestMethods(t *testing.T) {
	t.Parallel()
	only := func(services ...string) []ewstest.AutodiscoverAnswer {
		script := []ewstest.AutodiscoverAnswer{}
		for _, s := range services {
			script = append(script, ewstest.AutodiscoverAnswer{Service: s, Status: http.StatusNotFound})
		}
		return append(script, ewstest.AutodiscoverAnswer{EWSURL: endpoint})
	}
	version := ews.ServerVersionInfo{MajorVersion: 15, MinorVersion: 2, MajorBuildNumber: 2562}
	for _, test := range []struct {
		name     string
		script   []ewstest.AutodiscoverAnswer
		settings []string
		want     autodiscover.Result
		asked    []string
	}{
		{
			"without a login", only(), nil,
			autodiscover.Result{Method: autodiscover.JSON, URL: "https://" + autoHost + "/autodiscover/autodiscover.json/v1.0/Room12@example.com?Protocol=EWS", ExternalEWSURL: endpoint},
			[]string{autoHost + " json"},
		},
		{
			"GetUserSettings", only("json"), nil,
			autodiscover.Result{
				Method: autodiscover.SOAP, URL: "https://" + autoHost + "/autodiscover/autodiscover.svc", ExternalEWSURL: endpoint, InternalEWSURL: endpoint,
				PrimaryAddress: room, GroupingInformation: "EXCHANGE.TEST",
				SupportedSchemas: []string{"Exchange2007", "Exchange2007_SP1", "Exchange2010", "Exchange2010_SP1", "Exchange2010_SP2", "Exchange2013", "Exchange2013_SP1", "Exchange2015"},
				ServerVersion:    ews.ServerVersionInfo{MajorVersion: 15, MinorVersion: 2, MajorBuildNumber: 2562, MinorBuildNumber: 17, Version: "V2017_07_11"},
			},
			[]string{autoHost + " json", autoHost + " svc!"},
		},
		{
			"settings come first where they are asked for", only(), settings,
			autodiscover.Result{Method: autodiscover.SOAP, PrimaryAddress: room, Settings: map[string]string{"UserDisplayName": "room12"}},
			[]string{autoHost + " svc!"},
		},
		{
			"POX", only("json", "svc"), nil,
			autodiscover.Result{
				Method: autodiscover.POX, URL: "https://" + autoHost + "/autodiscover/autodiscover.xml", ExternalEWSURL: endpoint, InternalEWSURL: endpoint,
				PrimaryAddress: room, GroupingInformation: "EXCHANGE.TEST", ServerVersion: version,
			},
			[]string{autoHost + " json", autoHost + " svc!", autoHost + " xml!"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.serve(autoHost, w.exchange)
				w.exchange.Autodiscover(test.script...)
				r, err := w.client(password, autodiscover.Config{TrustedHosts: trusted, Settings: test.settings}).Discover(t.Context(), "Room12@EXAMPLE.com")
				require.NoError(t, err)
				require.Equal(t, endpoint, r.EWSURL)
				require.Equal(t, "Room12@example.com", r.Address)
				require.Equal(t, time.Now(), r.Discovered)
				require.Equal(t, test.want.Method, r.Method)
				require.Equal(t, test.want.PrimaryAddress, r.PrimaryAddress)
				require.Equal(t, test.asked, w.asked())
				if test.settings != nil {
					require.Equal(t, "room12", r.Settings["UserDisplayName"])
					return
				}
				got := *r
				got.EWSURL, got.Address, got.Discovered, got.Settings = "", "", time.Time{}, nil
				require.Equal(t, test.want, got)
			})
		})
	}
}

// TestOrder: the places are tried one after the other, and the error tells of
// each.
func TestOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve("example.com", http.NotFoundHandler())
		w.serve(autoHost, http.NotFoundHandler())
		w.serve("scp.example.com", http.NotFoundHandler())
		w.serve("first.example.com", http.NotFoundHandler())
		w.srv = []*net.SRV{
			{Target: "late.example.com.", Port: 443, Priority: 20},
			{Target: "plain.example.com.", Port: 80},
			{Target: "early.example.com.", Port: 443, Priority: 10},
			{Target: ".", Port: 443},
		}
		w.serve("early.example.com", http.NotFoundHandler())
		w.serve("late.example.com", http.NotFoundHandler())
		c := w.client(password, autodiscover.Config{
			TrustedHosts: []string{".example.com", "example.com"},
			URLs:         []string{"https://first.example.com/autodiscover/autodiscover.xml"},
			Lookup: func(_ context.Context, smtp string) ([]string, error) {
				require.Equal(t, room, smtp)
				return []string{"https://scp.example.com/Autodiscover/Autodiscover.xml", "ldap://nonsense"}, errors.New("half of the directory is away")
			},
		})
		_, err := c.Discover(t.Context(), room)
		var e *autodiscover.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, room, e.Address)
		require.Equal(t, []string{
			"first.example.com json", "first.example.com svc!", "first.example.com xml!",
			"scp.example.com ", "scp.example.com ", "scp.example.com ", // with capitals, as told
			"example.com json", "example.com svc!", "example.com xml!",
			autoHost + " json", autoHost + " svc!", autoHost + " xml!",
			autoHost + " xml", // the GET over http
			"early.example.com json", "early.example.com svc!", "early.example.com xml!",
			"late.example.com json", "late.example.com svc!", "late.example.com xml!",
		}, replaceSCP(w.asked()))
		for _, want := range []error{autodiscover.ErrNotHTTPS} {
			require.ErrorIs(t, err, want)
		}
		require.NotErrorIs(t, err, autodiscover.InvalidUser)
		require.ErrorContains(t, err, "half of the directory is away")
		require.ErrorContains(t, err, "SOAP https://late.example.com/autodiscover/autodiscover.svc: ews: GetUserSettings: HTTP 404 Not Found")
		require.ErrorContains(t, err, "redirect GET http://autodiscover.example.com/autodiscover/autodiscover.xml")
	})
}

// replaceSCP takes off what only the host with capitals in its path has.
func replaceSCP(asked []string) []string {
	for i, a := range asked {
		if strings.HasPrefix(a, "scp.example.com") {
			asked[i] = "scp.example.com "
		}
	}
	return asked
}

// TestNoCredentialsForStrangers: hosts that are not named see no login, however
// they come up, and no host that is not the address's own is contacted at all.
func TestNoCredentialsForStrangers(t *testing.T) {
	t.Parallel()
	const evil = "evil.test"
	for _, test := range []struct {
		name  string
		setUp func(*world)
	}{
		{"a web host that answers for all names", func(*world) {}},
		{"HTTP redirect of a POST", func(w *world) {
			w.serve(autoHost, redirect("https://"+evil+"/autodiscover/autodiscover.svc"))
		}},
		{"HTTP redirect to http", func(w *world) {
			w.serve(autoHost, redirect("http://"+mailHost+"/autodiscover/autodiscover.svc"))
		}},
		{"RedirectUrl", func(w *world) {
			w.serve(autoHost, w.exchange)
			w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{RedirectURL: "https://" + evil + "/autodiscover/autodiscover.svc"})
		}},
		{"RedirectUrl to http", func(w *world) {
			w.serve(autoHost, w.exchange)
			w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{RedirectURL: "http://" + mailHost + "/autodiscover/autodiscover.svc"})
		}},
		{"RedirectAddress", func(w *world) {
			w.serve(autoHost, w.exchange)
			w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{Service: "json", Status: 404}, ewstest.AutodiscoverAnswer{RedirectAddress: "room12@sub." + evil})
		}},
		{"SRV", func(w *world) { w.srv = []*net.SRV{{Target: evil + ".", Port: 443}} }},
		{"EWS endpoint", func(w *world) {
			w.serve(autoHost, w.exchange)
			w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{EWSURL: "https://" + evil + "/EWS/Exchange.asmx"})
		}},
		{"EWS endpoint without encryption", func(w *world) {
			w.serve(autoHost, w.exchange)
			w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{EWSURL: "http://" + mailHost + "/EWS/Exchange.asmx"})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				// Whoever answers for example.com asks for a password at once.
				web := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("WWW-Authenticate", "Basic")
					w.WriteHeader(http.StatusUnauthorized)
				})
				w.serve("example.com", web)
				w.serve(evil, web)
				w.serve("sub."+evil, web)
				w.serve("autodiscover.sub."+evil, web)
				test.setUp(w)
				for _, names := range [][]string{nil, settings} {
					c := w.client(password, autodiscover.Config{TrustedHosts: trusted, Settings: names})
					r, err := c.Discover(t.Context(), room)
					require.Error(t, err, "%+v", r)
					require.True(t, errors.Is(err, autodiscover.ErrUntrustedHost) || errors.Is(err, autodiscover.ErrNotHTTPS), "%v", err)
					requests := w.seen()
					require.NotEmpty(t, requests)
					for _, r := range requests {
						if r.host != mailHost && r.host != autoHost {
							require.False(t, r.authorization, "%+v", r)
							require.Equal(t, http.MethodGet, r.method, "%+v", r)
						}
						require.NotEqual(t, evil, r.host, "%+v", r)
					}
				}
			})
		})
	}
}

// TestHTTPNeverSeesALogin: the only request over http is the anonymous GET, also
// to trusted hosts.
func TestHTTPNeverSeesALogin(t *testing.T) {
	t.Parallel()
	w := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s arrived over http", r.Method, r.URL.Path)
	}))
	defer w.Close()
	c, err := autodiscover.New(autodiscover.Config{
		HTTPClient: w.Client(), Anonymous: w.Client(), TrustedHosts: []string{w.Listener.Addr().String()},
		Lookup: func(context.Context, string) ([]string, error) { return []string{w.URL}, nil },
		LookupSRV: func(context.Context, string, string, string) (string, []*net.SRV, error) {
			return "", nil, errors.New("no DNS")
		},
		Timeout: time.Second,
	})
	require.NoError(t, err)
	_, err = c.Discover(t.Context(), "room@nowhere.invalid")
	require.ErrorIs(t, err, autodiscover.ErrNotHTTPS)
	require.ErrorIs(t, err, autodiscover.ErrUnreachable)
}

// TestCertificates: a host whose certificate cannot be verified gets nothing.
func TestCertificates(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	got := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		got++
		mu.Unlock()
		_, _ = fmt.Fprintf(w, `{"Protocol":"EWS","Url":"https://%s/EWS/Exchange.asmx"}`, r.Host)
	}))
	server.Config.ErrorLog = nil
	server.StartTLS()
	defer server.Close()
	cfg := autodiscover.Config{
		URLs: []string{server.URL}, Timeout: 5 * time.Second,
		LookupSRV: func(context.Context, string, string, string) (string, []*net.SRV, error) {
			return "", nil, errors.New("no DNS")
		},
		HTTPClient: &http.Client{Transport: &ews.BasicTransport{Username: user, Password: password, Base: &http.Transport{}}},
		Anonymous:  &http.Client{Transport: &http.Transport{}},
	}
	c, err := autodiscover.New(cfg)
	require.NoError(t, err)
	_, err = c.Discover(t.Context(), "room@nowhere.invalid")
	require.ErrorIs(t, err, autodiscover.ErrUnreachable)
	require.ErrorContains(t, err, "certificate")
	require.Zero(t, got)

	cfg.Anonymous = server.Client()
	c, err = autodiscover.New(cfg)
	require.NoError(t, err)
	r, err := c.Discover(t.Context(), "room@nowhere.invalid")
	require.NoError(t, err)
	require.Equal(t, server.URL+"/EWS/Exchange.asmx", r.EWSURL)
	require.Equal(t, 1, got)
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		setUp   func(*world)
		address string // of the result
		asked   []string
	}{
		{
			"the GET over http", func(w *world) {
				w.serve(autoHost, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if r.Method != http.MethodGet || strings.Contains(r.URL.Path, "json") {
						http.NotFound(rw, r)
						return
					}
					http.Redirect(rw, r, "https://"+mailHost+"/autodiscover/autodiscover.xml", http.StatusFound)
				}))
			}, room,
			[]string{autoHost + " json", autoHost + " svc!", autoHost + " xml!", autoHost + " xml", mailHost + " json"},
		},
		{
			"SRV", func(w *world) { w.srv = []*net.SRV{{Target: "Mail.Example.com.", Port: 443}} }, room,
			[]string{mailHost + " json"},
		},
		{
			"HTTP", func(w *world) {
				w.serve(autoHost, redirect("https://"+mailHost+"/autodiscover/autodiscover.json?Email=x&Protocol=EWS&RedirectCount=1"))
			}, room, []string{autoHost + " json", mailHost + " json"},
		},
		{
			"RedirectUrl of SOAP", func(w *world) {
				w.serve(autoHost, w.exchange)
				w.exchange.Autodiscover(
					ewstest.AutodiscoverAnswer{Service: "json", Status: http.StatusNotFound},
					ewstest.AutodiscoverAnswer{Host: autoHost, Service: "svc", RedirectURL: "https://" + mailHost + "/autodiscover/autodiscover.svc"},
					ewstest.AutodiscoverAnswer{EWSURL: endpoint})
			}, room, []string{autoHost + " json", autoHost + " svc!", mailHost + " json", mailHost + " svc!"},
		},
		{
			"RedirectUrl of POX", func(w *world) {
				w.serve(autoHost, w.exchange)
				w.exchange.Autodiscover(
					ewstest.AutodiscoverAnswer{Service: "json", Status: http.StatusNotFound},
					ewstest.AutodiscoverAnswer{Service: "svc", Status: http.StatusNotFound},
					ewstest.AutodiscoverAnswer{Host: autoHost, RedirectURL: "https://" + mailHost + "/autodiscover/autodiscover.xml"},
					ewstest.AutodiscoverAnswer{EWSURL: endpoint})
			}, room,
			[]string{autoHost + " json", autoHost + " svc!", autoHost + " xml!", mailHost + " json", mailHost + " svc!", mailHost + " xml!"},
		},
		{
			"another address in another domain", func(w *world) {
				w.serve(autoHost, w.exchange)
				w.serve("autodiscover.hybrid.example.com", w.exchange)
				w.exchange.Mailbox("room12@hybrid.example.com")
				w.exchange.Autodiscover(
					ewstest.AutodiscoverAnswer{Service: "json", Host: autoHost, Status: http.StatusNotFound},
					ewstest.AutodiscoverAnswer{Host: autoHost, RedirectAddress: "room12@hybrid.example.com"},
					ewstest.AutodiscoverAnswer{EWSURL: endpoint})
			}, "room12@hybrid.example.com",
			[]string{autoHost + " json", autoHost + " svc!", "autodiscover.hybrid.example.com json"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				test.setUp(w)
				r, err := w.client(password, autodiscover.Config{TrustedHosts: []string{mailHost, autoHost}}).Discover(t.Context(), room)
				require.NoError(t, err)
				require.Equal(t, endpoint, r.EWSURL)
				require.Equal(t, test.address, r.Address)
				require.Equal(t, test.asked, w.asked())
			})
		})
	}
}

func TestCircles(t *testing.T) {
	t.Parallel()
	t.Run("addresses", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.serve(autoHost, w.exchange)
			w.exchange.Autodiscover(
				ewstest.AutodiscoverAnswer{Service: "json", Status: 404},
				ewstest.AutodiscoverAnswer{Address: room, RedirectAddress: "other@example.com"},
				ewstest.AutodiscoverAnswer{Address: "other@example.com", RedirectAddress: "ROOM12@example.com"})
			_, err := w.client(password, autodiscover.Config{TrustedHosts: trusted}).Discover(t.Context(), room)
			require.ErrorIs(t, err, autodiscover.RedirectAddress)
			require.ErrorIs(t, err, autodiscover.ErrRedirect)
		})
	})
	t.Run("URLs", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.serve(autoHost, redirect("https://circle.example.com/autodiscover/autodiscover.svc"))
			w.serve("circle.example.com", redirect("https://"+autoHost+"/autodiscover/autodiscover.svc"))
			_, err := w.client(password, autodiscover.Config{TrustedHosts: []string{".example.com"}}).Discover(t.Context(), room)
			require.ErrorIs(t, err, autodiscover.RedirectURL)
			require.ErrorIs(t, err, autodiscover.ErrRedirect)
			require.Len(t, w.asked(), 3+3+1, "each service of each host once, and the GET")
		})
	})
	t.Run("a chain without an end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.serve(autoHost, redirect("https://n0.example.com"))
			for i := range 30 {
				w.serve(fmt.Sprintf("n%d.example.com", i), redirect(fmt.Sprintf("https://n%d.example.com", i+1)))
			}
			_, err := w.client(password, autodiscover.Config{TrustedHosts: []string{".example.com"}}).Discover(t.Context(), room)
			require.ErrorIs(t, err, autodiscover.ErrTooManyRedirects)
			for _, asked := range w.asked() {
				require.NotContains(t, asked, "n10.")
			}
		})
	})
	t.Run("addresses without an end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.serve(autoHost, w.exchange)
			script := []ewstest.AutodiscoverAnswer{{Service: "json", Status: 404}}
			for i := range 30 {
				from := room
				if i > 0 {
					from = fmt.Sprintf("n%d@example.com", i)
				}
				script = append(script, ewstest.AutodiscoverAnswer{Address: from, RedirectAddress: fmt.Sprintf("n%d@example.com", i+1)})
			}
			w.exchange.Autodiscover(script...)
			_, err := w.client(password, autodiscover.Config{TrustedHosts: trusted}).Discover(t.Context(), room)
			require.ErrorIs(t, err, autodiscover.ErrTooManyRedirects)
		})
	})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve(autoHost, w.exchange)
		c := w.client(password, autodiscover.Config{TrustedHosts: trusted})
		_, err := c.Discover(t.Context(), "nobody@example.com")
		require.ErrorIs(t, err, autodiscover.InvalidUser)
		require.NotErrorIs(t, err, autodiscover.ServerBusy)
		require.Equal(t, ews.ReactionTo(ews.ErrorNonExistentMailbox), ews.ReactionTo(err))
		require.Equal(t, []string{autoHost + " json", autoHost + " svc!", autoHost + " xml"}, w.asked(), "POX would ask the same server")

		w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{Service: "json", Status: 404}, ewstest.AutodiscoverAnswer{Code: "ServerBusy"})
		start := time.Now()
		_, err = c.Discover(t.Context(), room)
		require.ErrorIs(t, err, autodiscover.ServerBusy)
		require.Equal(t, ews.ReactionTo(ews.ErrorServerBusy), ews.ReactionTo(err))
		require.Equal(t, 2*time.Second, time.Since(start))
		require.Equal(t, []string{autoHost + " json", autoHost + " svc!", autoHost + " json", autoHost + " svc!"}, w.asked(), "once more after a while")

		w.exchange.Autodiscover(
			ewstest.AutodiscoverAnswer{Service: "json", Status: 404}, ewstest.AutodiscoverAnswer{Code: "ServerBusy", Times: 1}, ewstest.AutodiscoverAnswer{EWSURL: endpoint})
		c.Forget(room)
		r, err := c.Discover(t.Context(), room)
		require.NoError(t, err)
		require.Equal(t, autodiscover.SOAP, r.Method)

		for _, smtp := range []string{"", "room", "@example.com", "room@com", "room@", "a b@example.com", "room@exa mple.com", "room@example.com\r\nX: y"} {
			_, err = c.Discover(t.Context(), smtp)
			require.ErrorIs(t, err, autodiscover.ErrAddress, smtp)
		}
		w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{EWSURL: "https://"})
		c.Forget(room)
		_, err = c.Discover(t.Context(), room)
		require.ErrorContains(t, err, "EWS endpoint")
		require.Equal(t, ews.ActionRetry, ews.ReactionTo(err).Action)
	})
}

func TestAnonymousOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve(autoHost, w.exchange)
		// The host that answers need not be trusted, but the endpoint must be.
		c := w.newClient(autodiscover.Config{TrustedHosts: []string{mailHost}, Settings: settings})
		r, err := c.Discover(t.Context(), room)
		require.NoError(t, err)
		require.Equal(t, endpoint, r.EWSURL)
		require.Equal(t, []string{autoHost + " json"}, w.asked())
		c.CloseIdleConnections()
	})
}
