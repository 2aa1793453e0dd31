package ews

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// server is a RoundTripper that answers without a network, so that a bubble's
// time passes while calls wait.
type server struct {
	mu      sync.Mutex
	answer  func(mailbox string) (status int, body string, header http.Header)
	delay   time.Duration
	calls   []string // mailboxes, in the order of arrival
	flying  int
	highest int
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	mailbox := req.Header.Get("X-AnchorMailbox")
	s.mu.Lock()
	s.calls = append(s.calls, mailbox)
	s.flying++
	s.highest = max(s.highest, s.flying)
	answer, delay := s.answer, s.delay
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.flying--
		s.mu.Unlock()
	}()
	select {
	case <-time.After(delay):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	status, body, header := http.StatusOK, response(subscribed), http.Header{}
	if answer != nil {
		status, body, header = answer(mailbox)
	}
	return &http.Response{
		StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader([]byte(body))), Request: req,
	}, nil
}

// answers sets what the server does from now on.
func (s *server) answers(f func(mailbox string) (int, string, http.Header)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// got returns the mailboxes that were called for since the last time.
func (s *server) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls, s.highest = nil, 0
	return calls
}

func status(code int) func(string) (int, string, http.Header) {
	return func(string) (int, string, http.Header) { return code, "", http.Header{} }
}

func faulty(code ResponseCode, detail string) func(string) (int, string, http.Header) {
	return func(string) (int, string, http.Header) {
		return http.StatusInternalServerError, fault(string(code), detail), http.Header{}
	}
}

// inBubble runs a test with a client of a server.
func inBubble(t *testing.T, opts ClientOptions, test func(t *testing.T, s *server, c *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &server{delay: 10 * time.Millisecond}
		opts.HTTPClient = &http.Client{Transport: s}
		c, err := NewClient("https://mail.example.com/EWS/Exchange.asmx", &opts)
		require.NoError(t, err)
		test(t, s, c)
	})
}

func room(c *Client, i int) *Client {
	return c.As(ConnectingSID{SMTPAddress: fmt.Sprintf("Room%d@example.com", i)})
}

func subscribe(t *testing.T, c *Client) error {
	t.Helper()
	_, err := c.Subscribe(t.Context(), push())
	return err
}

func requireBackOff(t *testing.T, err error, scope Scope, rest time.Duration) {
	t.Helper()
	b, ok := errors.AsType[*BackOffError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, scope, b.Scope)
	require.Equal(t, rest, time.Until(b.Until))
}

func TestBackOffOfOneMailbox(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		s.answers(faulty(ErrorServerBusy, messageXML("BackOffMilliseconds", "297749")))
		require.ErrorIs(t, subscribe(t, room(c, 1)), ErrorServerBusy)
		err := subscribe(t, room(c, 1))
		requireBackOff(t, err, ScopeMailbox, 297749*time.Millisecond)
		require.ErrorIs(t, err, ErrorServerBusy, "the cause is still known")
		require.ErrorContains(t, err, "not sent, backing off for the mailbox until")
		require.Equal(t, []string{"Room1@example.com"}, s.got())

		s.answers(nil)
		require.NoError(t, subscribe(t, room(c, 2)), "others are not concerned")
		require.NoError(t, subscribe(t, c), "nor is the login's own mailbox")
		st := c.Throttle()
		require.Equal(t, []MailboxBackOff{{
			Mailbox: "room1@example.com", Until: time.Now().Add(297749*time.Millisecond - 20*time.Millisecond),
			Cause: "ews: Subscribe: SOAP fault ErrorServerBusy: It cannot be done.",
		}}, st.Mailboxes)
		require.True(t, st.LoginAccepted)
		require.Zero(t, st.BackOffUntil)
		time.Sleep(297749*time.Millisecond - 20*time.Millisecond)
		require.NoError(t, subscribe(t, room(c, 1)))
		require.Empty(t, c.Throttle().Mailboxes)
		require.Empty(t, c.throttle.mailboxes, "what is over is forgotten")
	})
}

func TestBackOffInAResponseMessage(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		s.answers(func(string) (int, string, http.Header) {
			return http.StatusOK, response(`<m:SubscribeResponse><m:ResponseMessages><m:SubscribeResponseMessage ResponseClass="Error">` +
				`<m:ResponseCode>ErrorInternalServerError</m:ResponseCode><m:MessageXml>` +
				`<t:Value Name="InnerErrorResponseCode">ErrorServerBusy</t:Value><t:Value Name="BackOffMilliseconds">60000</t:Value>` +
				`</m:MessageXml></m:SubscribeResponseMessage></m:ResponseMessages></m:SubscribeResponse>`), http.Header{}
		})
		err := subscribe(t, room(c, 1))
		require.ErrorIs(t, err, ErrorInternalServerError)
		v, ok := ServerVersionOf(err)
		require.True(t, ok)
		require.Equal(t, "Exchange 2019 or SE", v.Product())
		requireBackOff(t, subscribe(t, room(c, 1)), ScopeMailbox, time.Minute)
	})
}

// A fault that is unspecific outside and busy inside is a busy server.
func TestBackOffByInnerCode(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		s.answers(faulty(ErrorInternalServerError, messageXML("InnerErrorResponseCode", "ErrorServerBusy")))
		require.ErrorIs(t, subscribe(t, room(c, 1)), ErrorInternalServerError)
		requireBackOff(t, subscribe(t, room(c, 1)), ScopeMailbox, 30*time.Second)
	})
}

// Whom a server means that wants to be left alone.
func TestBackOffScope(t *testing.T) {
	busy := faulty(ErrorServerBusy, messageXML("BackOffMilliseconds", "60000"))
	away := func(string) (int, string, http.Header) {
		return http.StatusServiceUnavailable, "", http.Header{"Retry-After": {"60"}}
	}
	for _, c := range []struct {
		name   string
		client func(*Client) *Client
		answer func(string) (int, string, http.Header)
		want   Scope
	}{
		{"busy, impersonated by address", func(c *Client) *Client { return room(c, 1) }, busy, ScopeMailbox},
		{"busy, impersonated by SID", func(c *Client) *Client { return c.As(ConnectingSID{SID: "S-1"}) }, busy, ScopeMailbox},
		{"busy, delegate", func(c *Client) *Client { return c.WithAnchor("room1@example.com") }, busy, ScopeClient},
		{"busy, own mailbox", func(c *Client) *Client { return c }, busy, ScopeClient},
		{"503, impersonated", func(c *Client) *Client { return room(c, 1) }, away, ScopeMailbox},
		{"503, delegate", func(c *Client) *Client { return c.WithAnchor("room1@example.com") }, away, ScopeMailbox},
		{"503, own mailbox", func(c *Client) *Client { return c }, away, ScopeClient},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, ClientOptions{}, func(t *testing.T, s *server, client *Client) {
				require.NoError(t, subscribe(t, client))
				s.answers(c.answer)
				require.Error(t, subscribe(t, c.client(client)))
				requireBackOff(t, subscribe(t, c.client(client)), c.want, time.Minute)
				s.answers(nil)
				s.got()
				err := subscribe(t, room(client, 99))
				if c.want == ScopeMailbox {
					require.NoError(t, err)
					return
				}
				requireBackOff(t, err, ScopeClient, time.Minute)
				require.Equal(t, time.Minute, time.Until(client.Throttle().BackOffUntil))
				client.Resume()
				requireBackOff(t, subscribe(t, client), ScopeClient, time.Minute)
				require.Empty(t, s.got(), "what the server asked for is kept to")
			})
		})
	}
}

// Who waits for something that will not be sent is turned away at once.
func TestBackOffTurnsAwayWhoWaits(t *testing.T) {
	inBubble(t, ClientOptions{MaxConcurrent: 1}, func(t *testing.T, s *server, c *Client) {
		require.NoError(t, subscribe(t, c))
		s.answers(faulty(ErrorServerBusy, messageXML("BackOffMilliseconds", "60000")))
		errs := make([]error, 5)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = subscribe(t, room(c, 1)) })
		}
		wg.Wait()
		require.Len(t, s.got(), 2, "one before")
		backedOff := 0
		for _, err := range errs {
			if _, ok := errors.AsType[*BackOffError](err); ok {
				backedOff++
			}
		}
		require.Equal(t, 4, backedOff)
	})
}

// A wrong password costs one attempt, however many calls are made with it.
func TestWrongPasswordCostsOneAttempt(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		s.answers(status(http.StatusUnauthorized))
		var wg sync.WaitGroup
		var mu sync.Mutex
		refused := 0
		for i := range 1000 {
			wg.Go(func() {
				err := subscribe(t, room(c, i))
				mu.Lock()
				defer mu.Unlock()
				if _, ok := errors.AsType[*BackOffError](err); !ok {
					refused++
				}
			})
		}
		wg.Wait()
		require.Len(t, s.got(), 1)
		require.Equal(t, 1, refused)
		st := c.Throttle()
		require.Equal(t, 15*time.Minute, time.Until(st.BackOffUntil))
		require.Contains(t, st.BackOffCause, "HTTP 401")
		require.False(t, st.LoginAccepted)

		// For a day, everybody tries once a minute.
		for range 24 * 60 {
			time.Sleep(time.Minute)
			for i := range 10 {
				require.Error(t, subscribe(t, room(c, i)))
			}
		}
		require.Len(t, s.got(), 3+11, "after 15, 30 and 60 minutes, and then every two hours")

		// Somebody mends the password.
		s.answers(nil)
		requireBackOff(t, subscribe(t, c), ScopeClient, time.Until(c.Throttle().BackOffUntil))
		c.Resume()
		for i := range 1000 {
			wg.Go(func() { require.NoError(t, subscribe(t, room(c, i))) })
		}
		wg.Wait()
		require.True(t, c.Throttle().LoginAccepted)
	})
}

// The password is changed while the application works.
func TestPasswordChangedMidway(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		require.NoError(t, subscribe(t, room(c, 0)))
		s.answers(status(http.StatusUnauthorized))
		s.got()
		for i := range 100 {
			require.Error(t, subscribe(t, room(c, i)))
		}
		require.Len(t, s.got(), 2, "one could be a session that has ended")
		requireBackOff(t, subscribe(t, c), ScopeClient, 15*time.Minute)
	})
}

// One 401 after successes is a session that has ended, not a reason to stop.
func TestSpurious401(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		require.NoError(t, subscribe(t, room(c, 0)))
		for i := range 20 {
			s.answers(status(http.StatusUnauthorized))
			require.Error(t, subscribe(t, room(c, i)))
			require.Equal(t, 1, c.Throttle().Limit)
			s.answers(nil)
			require.NoError(t, subscribe(t, room(c, i)))
			require.Equal(t, 24, c.Throttle().Limit)
		}
	})
}

// A mailbox that is answered 401 whoever asks stops itself, not the others,
// even if it comes first.
func TestMailboxThatIsAlwaysAnswered401(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		s.answers(func(mailbox string) (int, string, http.Header) {
			if mailbox == "Room1@example.com" {
				return http.StatusUnauthorized, "", http.Header{}
			}
			return http.StatusOK, response(subscribed), http.Header{}
		})
		require.Error(t, subscribe(t, room(c, 1)))
		requireBackOff(t, subscribe(t, room(c, 2)), ScopeClient, 15*time.Minute)
		time.Sleep(15 * time.Minute)
		requireBackOff(t, subscribe(t, room(c, 1)), ScopeMailbox, time.Minute)
		require.NoError(t, subscribe(t, room(c, 2)))
		time.Sleep(time.Minute)
		s.got()
		for range 10 {
			require.Error(t, subscribe(t, room(c, 1)))
		}
		require.Len(t, s.got(), 2)
		requireBackOff(t, subscribe(t, room(c, 1)), ScopeMailbox, 15*time.Minute)
		require.NoError(t, subscribe(t, room(c, 2)))
		require.True(t, c.Throttle().LoginAccepted)
	})
}

// What was begun before a refusal tells nothing about what is true after it.
func TestAnswersThatComeLate(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		require.NoError(t, subscribe(t, c))
		s.answers(status(http.StatusUnauthorized))
		var wg sync.WaitGroup
		for i := range 10 { // under way at the same time
			wg.Go(func() { require.Error(t, subscribe(t, room(c, i))) })
		}
		wg.Wait()
		require.Zero(t, c.Throttle().BackOffUntil, "all of them together are one refusal")
		require.Equal(t, 1, c.Throttle().Limit)
		require.Error(t, subscribe(t, room(c, 20)))
		require.NotZero(t, c.Throttle().BackOffUntil)
	})
}

func TestDisabledAccountStopsEverything(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		require.NoError(t, subscribe(t, room(c, 0)))
		s.got()
		s.answers(faulty(ErrorPasswordExpired, ""))
		require.ErrorIs(t, subscribe(t, room(c, 1)), ErrorPasswordExpired)
		err := subscribe(t, room(c, 2))
		requireBackOff(t, err, ScopeClient, time.Hour)
		require.Equal(t, ActionStopLogin, ReactionTo(err).Action)
		require.Len(t, s.got(), 1)
		c.Resume()
		s.answers(nil)
		require.NoError(t, subscribe(t, room(c, 2)))
	})
}

// While it is not known whether the login is accepted, one call is in flight;
// answers that do not come from EWS do not settle it.
func TestUnknownLoginIsTriedOneByOne(t *testing.T) {
	for name, answer := range map[string]func(string) (int, string, http.Header){
		"proxy error": status(http.StatusBadGateway),
		"web page": func(string) (int, string, http.Header) {
			return http.StatusOK, "<html>log in here</html>", http.Header{"Content-Type": {"text/html"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
				s.answers(answer)
				var wg sync.WaitGroup
				for i := range 10 {
					wg.Go(func() { require.Error(t, subscribe(t, room(c, i))) })
				}
				wg.Wait()
				require.Equal(t, 1, s.highest)
				require.Len(t, s.got(), 10)
			})
		})
	}
}

func TestConcurrencyLimit(t *testing.T) {
	inBubble(t, ClientOptions{MaxConcurrent: 7}, func(t *testing.T, s *server, c *Client) {
		require.NoError(t, subscribe(t, c))
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 70 {
			wg.Go(func() { require.NoError(t, subscribe(t, room(c, i%3))) })
		}
		synctest.Wait()
		st := c.Throttle()
		require.Equal(t, 7, st.Limit)
		require.Equal(t, 7, st.InFlight)
		require.Equal(t, 63, st.Waiting)
		wg.Wait()
		require.Equal(t, 7, s.highest)
		require.Equal(t, 100*time.Millisecond, time.Since(start), "and not fewer")
		require.Equal(t, ThrottleStatus{Endpoint: c.Endpoint(), MaxConcurrent: 7, Limit: 7, LoginAccepted: true}, c.Throttle())
	})
}

// The server allows five; the limit finds that out, and keeps finding out
// whether it may be more.
func TestConcurrencyLimitAdapts(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		require.NoError(t, subscribe(t, c))
		allowed := 5
		s.answers(func(string) (int, string, http.Header) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.flying > allowed {
				return http.StatusInternalServerError, fault("ErrorExceededConnectionCount", ""), http.Header{}
			}
			return http.StatusOK, response(subscribed), http.Header{}
		})
		burst := func() (failed int) {
			var mu sync.Mutex
			var wg sync.WaitGroup
			for i := range 48 {
				wg.Go(func() {
					if err := subscribe(t, room(c, i)); err != nil {
						require.ErrorIs(t, err, ErrorExceededConnectionCount)
						mu.Lock()
						failed++
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			return failed
		}
		require.Positive(t, burst())
		require.LessOrEqual(t, c.Throttle().Limit, 12)
		require.GreaterOrEqual(t, c.Throttle().Limit, 3, "one burst is not punished call by call")
		for c.Throttle().Limit > allowed {
			burst()
		}
		require.Zero(t, burst())
		require.Positive(t, c.Throttle().Limit)
		limit := c.Throttle().Limit
		time.Sleep(15 * time.Second)
		require.Equal(t, limit+1, c.Throttle().Limit)
		allowed = 1000
		time.Sleep(24 * 15 * time.Second)
		require.Equal(t, 24, c.Throttle().Limit)
	})
}

// The limit never falls below one, or nothing would be sent any longer.
func TestConcurrencyLimitIsAtLeastOne(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		s.answers(faulty(ErrorExceededConnectionCount, ""))
		for range 20 {
			require.ErrorIs(t, subscribe(t, c), ErrorExceededConnectionCount)
			require.Equal(t, 1, c.Throttle().Limit)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	inBubble(t, ClientOptions{MaxConcurrent: 1}, func(t *testing.T, s *server, c *Client) {
		s.delay = time.Minute
		var wg sync.WaitGroup
		wg.Go(func() { require.NoError(t, subscribe(t, c)) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Subscribe(ctx, push())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, ok := errors.AsType[*CallError](err)
		require.True(t, ok)
		require.Zero(t, c.Throttle().Waiting)
		wg.Wait()
		require.NoError(t, subscribe(t, c), "the turn was not lost")
		require.Len(t, s.got(), 2)
	})
}

// A panic in a transport, which somebody above may recover from, does not cost
// a turn.
func TestPanicGivesTheTurnBack(t *testing.T) {
	inBubble(t, ClientOptions{MaxConcurrent: 1}, func(t *testing.T, s *server, c *Client) {
		s.answers(func(string) (int, string, http.Header) { panic("a bug") })
		require.Panics(t, func() { _ = subscribe(t, c) })
		s.answers(nil)
		require.NoError(t, subscribe(t, c))
	})
}

// TestNoMailboxStarves lets mailboxes of very different zeal call at random.
// From the moment that a call begins to wait until its turn, no other mailbox
// may have more turns than its own has, and one.
func TestNoMailboxStarves(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	const mailboxes, calls = 12, 2000
	q := newQueue()
	var served [mailboxes]int
	servedThen := map[*waiter][mailboxes]int{}
	index := func(mailbox string) int { return int(mailbox[0] - 'a') }
	var last [mailboxes]int // the number of the call served last
	number := map[*waiter]int{}
	made, done := 0, 0
	for done < calls {
		if made < calls && (q.len() == 0 || rnd.IntN(2) == 0) {
			// The first mailboxes call most of the time.
			mailbox := string(rune('a' + min(rnd.IntN(mailboxes), rnd.IntN(mailboxes), rnd.IntN(mailboxes))))
			w := &waiter{call: call{mailbox: mailbox}}
			made++
			number[w] = made
			servedThen[w] = served
			q.add(w)
			continue
		}
		if q.len() > 0 && rnd.IntN(10) == 0 { // somebody loses patience
			all := q.all()
			w := all[rnd.IntN(len(all))]
			require.True(t, q.remove(w))
			require.False(t, q.remove(w))
			done++
			continue
		}
		if q.len() == 0 {
			continue
		}
		w := q.next()
		own := index(w.call.mailbox)
		require.Greater(t, number[w], last[own], "first come, first served")
		last[own] = number[w]
		then := servedThen[w]
		for other := range mailboxes {
			require.LessOrEqual(t, served[other]-then[other], served[own]-then[own]+1,
				"mailbox %d while %d waited", other, own)
		}
		served[own]++
		done++
	}
	require.Zero(t, q.len())
	require.Empty(t, q.byName)
	require.Zero(t, q.lines.Len())
}

// TestLazyMailboxGetsThrough shows the same through a client: one mailbox makes
// five hundred calls at once, and another one call a little later.
func TestLazyMailboxGetsThrough(t *testing.T) {
	inBubble(t, ClientOptions{MaxConcurrent: 2}, func(t *testing.T, s *server, c *Client) {
		require.NoError(t, subscribe(t, c))
		var wg sync.WaitGroup
		for range 500 {
			wg.Go(func() { require.NoError(t, subscribe(t, room(c, 1))) })
		}
		synctest.Wait()
		start := time.Now()
		require.NoError(t, subscribe(t, room(c, 2)))
		require.Equal(t, 20*time.Millisecond, time.Since(start), "one call in front of it, and its own")
		wg.Wait()
	})
}

// Back-offs that are over are forgotten, so that memory stays bounded.
func TestBackOffsAreSweptOut(t *testing.T) {
	inBubble(t, ClientOptions{}, func(t *testing.T, s *server, c *Client) {
		s.answers(faulty(ErrorServerBusy, messageXML("BackOffMilliseconds", "1000")))
		for i := range 500 {
			require.Error(t, subscribe(t, room(c, i)))
		}
		time.Sleep(time.Minute)
		s.answers(nil)
		require.NoError(t, subscribe(t, room(c, 0)))
		require.Empty(t, c.throttle.mailboxes)
	})
}

func TestClientOptionsOfTheThrottle(t *testing.T) {
	_, err := NewClient("https://mail.example.com", &ClientOptions{MaxConcurrent: -1})
	require.ErrorContains(t, err, "MaxConcurrent")
	_, err = NewClient("https://mail.example.com", &ClientOptions{LoginPause: -1})
	require.ErrorContains(t, err, "LoginPause")
}
