package autodiscover_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
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

func TestCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve(autoHost, w.exchange)
		c := w.client(password, autodiscover.Config{TrustedHosts: trusted})
		first, err := c.Discover(t.Context(), room)
		require.NoError(t, err)
		require.Len(t, w.seen(), 1)
		time.Sleep(24*time.Hour - time.Millisecond)
		again, err := c.Discover(t.Context(), "ROOM12@example.com")
		require.NoError(t, err)
		require.Same(t, first, again)
		require.Empty(t, w.seen())
		time.Sleep(time.Millisecond)
		again, err = c.Discover(t.Context(), room)
		require.NoError(t, err)
		require.NotSame(t, first, again)
		require.Len(t, w.seen(), 1)

		c.Forget("Room12@Example.com")
		c.Forget("nonsense")
		_, err = c.Discover(t.Context(), room)
		require.NoError(t, err)
		require.Len(t, w.seen(), 1)

		// Failures are kept for a minute.
		_, err = c.Discover(t.Context(), "nobody@example.com")
		require.ErrorIs(t, err, autodiscover.InvalidUser)
		require.NotEmpty(t, w.seen())
		_, again2 := c.Discover(t.Context(), "nobody@example.com")
		require.Equal(t, err, again2)
		require.Empty(t, w.seen())
		time.Sleep(time.Minute)
		_, err = c.Discover(t.Context(), "nobody@example.com")
		require.ErrorIs(t, err, autodiscover.InvalidUser)
		require.NotEmpty(t, w.seen())
	})
}

// TestSingleFlight: many calls share one discovery, and one that gives up takes
// nothing away from the others.
func TestSingleFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve(autoHost, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			w.exchange.ServeHTTP(rw, r)
		}))
		c := w.client(password, autodiscover.Config{TrustedHosts: trusted})
		impatient, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() {
			_, err := c.Discover(impatient, room)
			if err == nil || impatient.Err() == nil {
				t.Errorf("did not give up: %v", err)
			}
		})
		synctest.Wait()
		for range 100 {
			all.Go(func() {
				r, err := c.Discover(t.Context(), room)
				if err != nil || r.EWSURL != endpoint {
					t.Errorf("%+v, %v", r, err)
				}
			})
		}
		waits, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer stop()
		_, err := c.Discover(waits, room)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		all.Wait()
		require.LessOrEqual(t, len(w.seen()), 3, "one that was abandoned, with its rest, and one for all the others")
	})
}

// TestNoStorm: a thousand rooms with an Autodiscover that does not work find out
// what is wrong with the hosts once, and at most a few at a time.
func TestNoStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rooms = 1000
		w := newWorld(t)
		var mu sync.Mutex
		now, most := 0, 0
		w.serve(autoHost, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(100 * time.Millisecond)
			mu.Lock()
			now--
			mu.Unlock()
			rw.WriteHeader(http.StatusServiceUnavailable)
		}))
		c := w.client(password, autodiscover.Config{TrustedHosts: trusted})
		var all sync.WaitGroup
		for i := range rooms {
			all.Go(func() {
				_, err := c.Discover(t.Context(), fmt.Sprintf("room%d@example.com", i))
				if err == nil {
					t.Error("found something")
				}
			})
		}
		all.Wait()
		logins, gets := 0, 0
		for _, r := range w.seen() {
			switch {
			case r.authorization:
				logins++
			case strings.HasSuffix(r.path, ".xml"):
				gets++
			}
		}
		require.LessOrEqual(t, most, 8)
		require.LessOrEqual(t, logins, 16, "the first few, each at two services")
		require.LessOrEqual(t, gets, 8)
	})
}

// TestUnreachable: a host that cannot be reached with a login is left alone for a
// minute, whatever the way without one says.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve(autoHost, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				panic(http.ErrAbortHandler)
			}
			http.NotFound(rw, r)
		}))
		c := w.client(password, autodiscover.Config{TrustedHosts: trusted})
		for i := range 20 {
			_, err := c.Discover(t.Context(), fmt.Sprintf("room%d@example.com", i))
			require.ErrorIs(t, err, autodiscover.ErrUnreachable)
		}
		count := func() (logins int) {
			for _, r := range w.seen() {
				if r.authorization {
					logins++
				}
			}
			return logins
		}
		require.Equal(t, 1, count())
		time.Sleep(time.Minute)
		_, err := c.Discover(t.Context(), room)
		require.ErrorIs(t, err, autodiscover.ErrUnreachable)
		require.Equal(t, 1, count())
	})
}

// TestKnown: what has worked for a domain is tried first for its other mailboxes.
func TestKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve("example.com", http.NotFoundHandler())
		w.serve(autoHost, w.exchange)
		w.exchange.Mailbox("room13@example.com")
		c := w.client(password, autodiscover.Config{TrustedHosts: trusted})
		_, err := c.Discover(t.Context(), room)
		require.NoError(t, err)
		require.Equal(t, []string{"example.com json", autoHost + " json"}, w.asked())
		_, err = c.Discover(t.Context(), "room13@example.com")
		require.NoError(t, err)
		require.Equal(t, []string{autoHost + " json"}, w.asked())
	})
}

// TestRefusedLogins: a wrong password is tried as often as MaxRefusals, however
// many hosts and rooms there are, and again after the pause.
func TestRefusedLogins(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 2, 3} {
		t.Run(strconv.Itoa(limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{Service: "json", Status: 404}, ewstest.AutodiscoverAnswer{EWSURL: endpoint})
				var urls []string
				for i := range 5 {
					host := fmt.Sprintf("cas%d.example.com", i)
					w.serve(host, w.exchange)
					urls = append(urls, "https://"+host)
				}
				c := w.client("wrong", autodiscover.Config{URLs: urls, TrustedHosts: trusted, MaxRefusals: limit})
				logins := func() int {
					n := 0
					for _, r := range w.seen() {
						if r.authorization {
							n++
						}
					}
					return n
				}
				var all sync.WaitGroup
				for i := range 50 {
					all.Go(func() {
						_, err := c.Discover(t.Context(), fmt.Sprintf("room%d@example.com", i))
						if err == nil {
							t.Error("a wrong password found something")
						}
					})
				}
				all.Wait()
				require.Equal(t, limit, logins())
				_, err := c.Discover(t.Context(), room)
				require.ErrorIs(t, err, autodiscover.ErrLoginWithheld)
				require.Zero(t, logins())

				time.Sleep(15 * time.Minute)
				_, err = c.Discover(t.Context(), room)
				require.Error(t, err)
				require.Equal(t, 1, logins())
			})
		})
	}
}

// TestRefusalsOfOneDiscovery: logins that are accepted in between, by hosts that
// do not know the mailbox, do not make room for more refusals of a discovery.
func TestRefusalsOfOneDiscovery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var urls []string
		script := []ewstest.AutodiscoverAnswer{}
		for i := range 8 {
			host := fmt.Sprintf("cas%d.example.com", i)
			w.serve(host, w.exchange)
			urls = append(urls, "https://"+host)
			if i%2 == 0 {
				script = append(script, ewstest.AutodiscoverAnswer{Host: host, Status: http.StatusUnauthorized})
			}
		}
		w.exchange.Autodiscover(append(script, ewstest.AutodiscoverAnswer{Code: "InvalidUser"})...)
		c := w.client(password, autodiscover.Config{URLs: urls, Settings: settings})
		_, err := c.Discover(t.Context(), room)
		require.ErrorIs(t, err, autodiscover.ErrLoginWithheld)
		var logins []string
		for _, asked := range w.asked() {
			if host, found := strings.CutSuffix(asked, ".example.com svc!"); found {
				logins = append(logins, host)
			}
		}
		require.Equal(t, []string{"cas0", "cas1", "cas2"}, logins)
	})
}

// TestOneRefusalIsNoProof: a web host that refuses does not keep Exchange from
// being asked.
func TestOneRefusalIsNoProof(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve("example.com", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusUnauthorized) }))
		w.serve(autoHost, w.exchange)
		w.exchange.Mailbox("room13@example.com")
		c := w.client(password, autodiscover.Config{TrustedHosts: []string{"example.com", autoHost, mailHost}, Settings: settings})
		r, err := c.Discover(t.Context(), room)
		require.NoError(t, err)
		require.Equal(t, room, r.PrimaryAddress)
		require.Equal(t, []string{"example.com svc!", "example.com json", autoHost + " svc!"}, w.asked())
	})
}

func TestClientFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.serve(autoHost, w.exchange)
		w.serve("second.example.com", w.exchange)
		w.exchange.Mailbox("room13@example.com")
		w.exchange.Mailbox("svc@example.com")
		c := w.client(password, autodiscover.Config{TrustedHosts: []string{mailHost, autoHost, "second.example.com"}, Account: "svc@example.com"})
		clientFor := c.ClientFor(&ews.ClientOptions{HTTPClient: w.login(password)})

		first, err := clientFor(t.Context(), room, false)
		require.NoError(t, err)
		require.Equal(t, endpoint, first.Endpoint())
		other, err := clientFor(t.Context(), "room13@example.com", false)
		require.NoError(t, err)
		require.Same(t, first, other, "one endpoint, one client")
		own, err := clientFor(t.Context(), "", false)
		require.NoError(t, err)
		require.Same(t, first, own)

		// The mailbox has moved. Within a minute nobody asks again.
		w.exchange.Autodiscover(ewstest.AutodiscoverAnswer{EWSURL: "https://second.example.com/EWS/Exchange.asmx"})
		w.seen()
		still, err := clientFor(t.Context(), room, true)
		require.NoError(t, err)
		require.Same(t, first, still)
		require.Empty(t, w.seen())
		time.Sleep(time.Minute)
		still, err = clientFor(t.Context(), room, false)
		require.NoError(t, err)
		require.Same(t, first, still)
		moved, err := clientFor(t.Context(), room, true)
		require.NoError(t, err)
		require.Equal(t, "https://second.example.com/EWS/Exchange.asmx", moved.Endpoint())
		require.Len(t, w.seen(), 1)

		// And it works.
		_, err = moved.As(ews.ConnectingSID{SMTPAddress: room}).Subscribe(t.Context(), &ews.PushSubscriptionRequest{
			FolderIDs: []ews.FolderID{{DistinguishedID: ews.CalendarFolder}}, EventTypes: []ews.EventType{ews.CreatedEvent},
			StatusFrequency: time.Minute, URL: "http://nobody.test/",
		})
		require.NoError(t, err)

		_, err = clientFor(t.Context(), "nonsense", true)
		require.ErrorIs(t, err, autodiscover.ErrAddress)
		_, err = clientFor(t.Context(), "nobody@example.com", false)
		require.ErrorIs(t, err, autodiscover.InvalidUser)
		_, err = c.ClientFor(&ews.ClientOptions{MaxResponseBytes: -1})(t.Context(), room, false)
		require.ErrorContains(t, err, "MaxResponseBytes")
	})
}

func TestPreferInternal(t *testing.T) {
	t.Parallel()
	const internal = "https://mbx01.corp.example.com/EWS/Exchange.asmx"
	answer := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, ".svc") {
			http.NotFound(rw, r)
			return
		}
		_, _ = rw.Write([]byte(`<Envelope><Body><GetUserSettingsResponseMessage><Response><UserResponses><UserResponse><UserSettings>` +
			`<UserSetting><Name>ExternalEwsUrl</Name><Value>` + endpoint + `</Value></UserSetting>` +
			`<UserSetting><Name>InternalEwsUrl</Name><Value>` + internal + `</Value></UserSetting>` +
			`</UserSettings></UserResponse></UserResponses></Response></GetUserSettingsResponseMessage></Body></Envelope>`))
	})
	for _, test := range []struct {
		prefer bool
		hosts  []string
		want   string
	}{
		{false, []string{autoHost, mailHost, "mbx01.corp.example.com"}, endpoint},
		{true, []string{autoHost, mailHost, "mbx01.corp.example.com"}, internal},
		{true, []string{autoHost, mailHost}, endpoint},
		{false, []string{autoHost, ".corp.example.com"}, internal},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.serve(autoHost, answer)
			r, err := w.client(password, autodiscover.Config{TrustedHosts: test.hosts, PreferInternal: test.prefer}).Discover(t.Context(), room)
			require.NoError(t, err)
			require.Equal(t, test.want, r.EWSURL)
			require.Equal(t, endpoint, r.ExternalEWSURL)
			require.Equal(t, internal, r.InternalEWSURL)
		})
	}
}
