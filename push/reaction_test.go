package push_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
)

// source is where an error comes from.
type source struct {
	name string
	on   string
	set  func(w *ward) // makes the next Subscribe fail
	// more: it fails from now on; nil where that is not possible.
	more func(w *ward)
}

func fromExchange(name, on string, f ewstest.Fault) source {
	forever := f
	forever.Times = 1_000_000
	return source{
		name: name, on: on,
		set:  func(w *ward) { w.exchange.Fault(f) },
		more: func(w *ward) { w.exchange.Fault(forever) },
	}
}

func fromNetwork(on string, err error) source {
	return source{name: on, on: on, set: func(w *ward) {
		w.trip = func(*http.Request) (*http.Response, error) { return nil, err }
	}}
}

// sources returns how each row of the table comes about: response codes in a
// response message and in a fault, statuses, network errors.
func sources(t *testing.T) []source {
	t.Helper()
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	network := map[string]source{}
	for _, s := range []source{
		fromNetwork("cancelled by the caller", context.Canceled),
		fromNetwork("credentials withheld", ews.ErrPlaintext),
		fromNetwork("response too large", ews.ErrResponseTooLarge),
		fromNetwork("host name not found", dial(&net.DNSError{Err: "no such host", Name: "mail", IsNotFound: true})),
		fromNetwork("certificate not trusted", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}),
		fromNetwork("TLS handshake failed", tls.RecordHeaderError{Msg: "not TLS"}),
		fromNetwork("connection refused", dial(os.NewSyscallError("connect", syscall.ECONNREFUSED))),
		fromNetwork("connection not made", dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH))),
		fromNetwork("timeout", os.ErrDeadlineExceeded),
		fromNetwork("connection lost", io.ErrUnexpectedEOF),
		{name: "a web page", on: "answer that is no SOAP", set: func(w *ward) {
			w.trip = func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(strings.NewReader("<html>log in</html>"))}, nil
			}
		}},
		{name: "of ClientFor", on: "other error", set: func(w *ward) {
			w.source = func() error { return errors.New("no server for this domain") }
		}},
	} {
		network[s.on] = s
	}
	statuses := map[string]int{"HTTP 3xx": 302, "HTTP 4xx": 418, "HTTP 5xx": 500, "HTTP other": 299}

	var all []source
	for _, row := range ews.Reactions() {
		status, number := statuses[row.On], 0
		_, err := fmt.Sscanf(row.On, "HTTP %d", &number)
		switch {
		case strings.HasPrefix(row.On, "Error"):
			fault := ewstest.Fault{Kind: ewstest.FaultResponseCode, Code: ews.ResponseCode(row.On)}
			all = append(all, fromExchange(row.On+" in a message", row.On, fault))
			fault.SOAP = true
			all = append(all, fromExchange(row.On+" in a fault", row.On, fault))
		case status != 0:
			all = append(all, fromExchange(row.On, row.On, ewstest.Fault{Kind: ewstest.FaultHTTPStatus, Status: status}))
		case err == nil && number > 9:
			all = append(all, fromExchange(row.On, row.On, ewstest.Fault{Kind: ewstest.FaultHTTPStatus, Status: number}))
		default:
			s, ok := network[row.On]
			require.True(t, ok, "row %q is not driven", row.On)
			all = append(all, s)
		}
	}
	return all
}

func rowOf(t *testing.T, on string) ews.Reaction {
	t.Helper()
	for _, row := range ews.Reactions() {
		if row.On == on {
			return row
		}
	}
	t.Fatalf("no row %q", on)
	return ews.Reaction{}
}

// TestEveryReaction drives each row of the table through the manager: what
// happens after one Subscribe that fails, until everything is well again.
func TestEveryReaction(t *testing.T) {
	for _, s := range sources(t) {
		row := rowOf(t, s.on)
		t.Run(s.name, func(t *testing.T) {
			inWard(t, nil, func(t *testing.T, w *ward) {
				s.set(w)
				w.lose()
				first := w.tried()
				require.NotEmpty(t, first)
				failed := first[0]
				require.Error(t, failed.Err)
				require.Equal(t, row.Action, failed.Reaction.Action)
				require.True(t, failed.Resumed)

				const sweep = time.Minute
				checkNext := func(after, atMost time.Duration, resumed bool) {
					t.Helper()
					require.Len(t, first, 1)
					st := w.status()
					require.WithinRange(t, st.NextAttempt, failed.at.Add(after), failed.at.Add(atMost))
					time.Sleep(time.Until(st.NextAttempt) - time.Second)
					require.Empty(t, w.tried(), "not before its time")
					time.Sleep(time.Second + sweep)
					next := w.tried()
					require.Len(t, next, 1)
					require.NoError(t, next[0].Err)
					require.Equal(t, resumed, next[0].Resumed)
				}
				retrying := func() {
					t.Helper()
					st := w.status()
					require.Equal(t, subscribe.StateRetrying, st.State)
					require.True(t, strings.HasPrefix(st.ErrorCode, strings.TrimRight(s.on, "x")) || s.on == "HTTP other", st.ErrorCode)
					require.Equal(t, row.Action, st.Action)
					require.NotEmpty(t, st.Reaction)
					require.Equal(t, failed.Err.Error(), st.Error)
				}
				switch row.Action {
				case ews.ActionNone:
					require.Empty(t, w.status().ErrorCode)
					checkNext(4*time.Second, 6*time.Second, true)
				case ews.ActionRetry, ews.ActionAskForLess, ews.ActionRestartSync, ews.ActionRefreshLogin:
					retrying()
					checkNext(max(4*time.Second, row.Wait), max(6*time.Second, row.Wait), true)
				case ews.ActionAwaitExpiry:
					retrying()
					checkNext(10*time.Minute, 10*time.Minute, true)
				case ews.ActionResubscribe:
					if !row.Anew {
						retrying()
						checkNext(4*time.Second, 6*time.Second, true)
						break
					}
					require.Len(t, first, 2, "at once")
					require.NoError(t, first[1].Err)
					require.False(t, first[1].Resumed, "without the watermark that is the trouble")
					require.Equal(t, failed.at, first[1].at)
				case ews.ActionRediscover:
					if row.Wait > 0 {
						retrying()
						require.Zero(t, w.rediscovered())
						checkNext(row.Wait, row.Wait, !row.Anew)
					} else {
						require.Len(t, first, 2, "at once")
						require.NoError(t, first[1].Err)
						require.True(t, first[1].Resumed)
						require.Equal(t, failed.at, first[1].at)
					}
					require.Equal(t, 1, w.rediscovered())
				case ews.ActionFixConfiguration, ews.ActionGiveUpMailbox, ews.ActionStopLogin, ews.ActionTreatAsDeleted:
					st := w.status()
					require.Equal(t, subscribe.StateFailed, st.State)
					require.Equal(t, row.Action, st.Action)
					wait := row.Wait
					if row.Action == ews.ActionTreatAsDeleted {
						wait = 24 * time.Hour
					}
					if wait > 0 {
						checkNext(wait, wait, wait < 30*time.Minute)
						break
					}
					require.Zero(t, st.NextAttempt)
					time.Sleep(3 * 24 * time.Hour)
					require.Empty(t, w.tried())
					require.NoError(t, w.svc.Retry(t.Context(), "ward"))
					require.Len(t, w.tried(), 1)
				}
				if row.Action != ews.ActionRediscover {
					require.Zero(t, w.rediscovered())
				}
				st := w.status()
				require.Equal(t, subscribe.StateActive, st.State)
				require.Empty(t, st.ErrorCode)
				require.Empty(t, st.Reaction)
				require.Equal(t, "Exchange 2019 or SE", st.Server.Product())
				require.Empty(t, w.exchange.Faults())
			})
		})
	}
}

// TestEveryReactionInANotification does the same for codes in place of a
// notification: a new subscription is made in any case.
func TestEveryReactionInANotification(t *testing.T) {
	for _, row := range ews.Reactions() {
		if !strings.HasPrefix(row.On, "Error") {
			continue
		}
		t.Run(row.On, func(t *testing.T) {
			inWard(t, nil, func(t *testing.T, w *ward) {
				w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultErrorMessage, Code: ews.ResponseCode(row.On), End: true})
				lost := time.Now()
				w.exchange.Mailbox(ward1).CreateItem()
				var wait time.Duration
				switch row.Action {
				case ews.ActionRetry, ews.ActionAskForLess, ews.ActionRediscover:
					wait = row.Wait
				default:
				}
				next := w.tried()
				if wait > 0 {
					require.Empty(t, next)
					require.WithinDuration(t, lost.Add(wait), w.status().NextAttempt, 0)
					time.Sleep(wait + time.Minute)
					next = w.tried()
				}
				require.Len(t, next, 1)
				require.NoError(t, next[0].Err)
				require.Equal(t, !row.Anew, next[0].Resumed)
				want := 0
				if row.Action == ews.ActionRediscover {
					want = 1
				}
				require.Equal(t, want, w.rediscovered())
				require.Equal(t, subscribe.StateActive, w.status().State)
				require.Positive(t, w.gaps[subscribe.CauseServerError])
			})
		})
	}
}

// TestReactionsThatRepeat: what happens where the same error comes again and
// again, for days.
func TestReactionsThatRepeat(t *testing.T) {
	const days, hours = 3, 3 * 24
	for _, c := range []struct {
		on         string
		atMost     int // Subscribes in that time
		atLeast    int
		state      subscribe.State
		action     ews.Action
		rediscover int // at most
	}{
		// Looked up once, and then once a day, together with the look itself.
		{"ErrorNonExistentMailbox", 2 + days, days + 1, subscribe.StateFailed, ews.ActionGiveUpMailbox, 1 + days},
		{"ErrorFolderNotFound", 4 + days, days + 3, subscribe.StateFailed, ews.ActionGiveUpMailbox, 0},
		{"ErrorAccessDenied", days, days - 1, subscribe.StateFailed, ews.ActionGiveUpMailbox, 0},
		{"ErrorImpersonationFailed", 1, 1, subscribe.StateFailed, ews.ActionFixConfiguration, 0},
		{"ErrorWrongServerVersion", hours*5 + 20, hours * 3, subscribe.StateRetrying, ews.ActionRediscover, hours * 12},
		{"ErrorInternalServerError", hours*5 + 20, hours * 3, subscribe.StateRetrying, ews.ActionRetry, 0},
		{"ErrorExceededSubscriptionCount", hours*6 + 1, hours * 3, subscribe.StateRetrying, ews.ActionAwaitExpiry, 0},
		{"HTTP 403", hours*4 + 1, hours * 3, subscribe.StateFailed, ews.ActionFixConfiguration, 0},
		{"HTTP 404", hours*4 + 2, hours * 3, subscribe.StateFailed, ews.ActionFixConfiguration, hours * 4},
	} {
		for _, s := range sources(t) {
			if s.on != c.on {
				continue
			}
			t.Run(s.name, func(t *testing.T) {
				inWard(t, nil, func(t *testing.T, w *ward) {
					s.more(w)
					w.lose()
					time.Sleep(hours*time.Hour - time.Hour)
					n := 0
					for _, a := range w.tried() {
						if _, ok := errors.AsType[*ews.BackOffError](a.Err); !ok {
							n++
						}
					}
					require.LessOrEqual(t, n, c.atMost)
					require.GreaterOrEqual(t, n, c.atLeast)
					st := w.status()
					require.Equal(t, c.state, st.State)
					require.Equal(t, c.action, st.Action)
					require.LessOrEqual(t, w.rediscovered(), c.rediscover)
					if c.rediscover > 0 {
						require.Positive(t, w.rediscovered())
					}
					w.exchange.ClearFaults()
					require.NoError(t, w.svc.Retry(t.Context(), "ward"))
					synctest.Wait()
					require.Equal(t, subscribe.StateActive, w.status().State)
				})
			})
		}
	}
}

// TestRediscoverIsNotRepeatedQuickly: an endpoint that stays wrong is looked up
// every five minutes at the most, and one that cannot be looked up counts as a
// failed Subscribe, after which it is tried again.
func TestRediscoverIsNotRepeatedQuickly(t *testing.T) {
	inWard(t, nil, func(t *testing.T, w *ward) {
		w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultResponseCode, Code: ews.ErrorWrongServerVersion, Times: 3})
		w.lose()
		attempts := w.tried()
		require.Len(t, attempts, 2, "with the endpoint that was, and with the one looked up")
		require.Equal(t, 1, w.rediscovered())
		require.Equal(t, subscribe.StateRetrying, w.status().State)
		time.Sleep(time.Minute)
		require.Len(t, w.tried(), 1)
		require.Equal(t, 1, w.rediscovered())
		time.Sleep(time.Minute)
		require.Equal(t, subscribe.StateActive, w.status().State)
		w.tried()

		time.Sleep(time.Hour)
		w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultResponseCode, Code: ews.ErrorWrongServerVersion})
		w.lose()
		require.Len(t, w.tried(), 2)
		require.Equal(t, 2, w.rediscovered(), "a new trouble")
	})
}

func TestFailedRediscover(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	inWard(t, func(c *push.Config) {
		source := c.ClientFor
		c.ClientFor = func(ctx context.Context, mailbox string, again bool) (*ews.Client, error) {
			client, err := source(ctx, mailbox, again)
			if again && broken.Load() {
				return nil, errors.New("Autodiscover does not answer")
			}
			return client, err
		}
	}, func(t *testing.T, w *ward) {
		w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultResponseCode, Code: ews.ErrorWrongServerVersion, Times: 1000})
		w.lose()
		attempts := w.tried()
		require.Len(t, attempts, 2)
		require.ErrorContains(t, attempts[1].Err, `subscribe: Rediscover: push: client for "ward1@example.com": Autodiscover does not answer`)
		st := w.status()
		require.Equal(t, subscribe.StateRetrying, st.State)
		time.Sleep(time.Until(st.NextAttempt) + time.Minute)
		require.Equal(t, 1, w.rediscovered(), "not again so soon; the old endpoint is tried instead")
		require.ErrorIs(t, w.tried()[0].Err, ews.ErrorWrongServerVersion)
		time.Sleep(20 * time.Minute)
		require.Greater(t, w.rediscovered(), 1)
		broken.Store(false)
		w.exchange.ClearFaults()
		time.Sleep(time.Hour)
		require.Equal(t, subscribe.StateActive, w.status().State)
	})
}

// TestReactionsWithoutRediscover: with one endpoint for all there is nothing to
// look up; it is tried again with growing pauses.
func TestReactionsWithoutRediscover(t *testing.T) {
	inWard(t, func(c *push.Config) {
		client, err := c.ClientFor(t.Context(), "", false)
		require.NoError(t, err)
		c.Client, c.ClientFor = client, nil
	}, func(t *testing.T, w *ward) {
		w.exchange.Fault(ewstest.Fault{Kind: ewstest.FaultResponseCode, Code: ews.ErrorWrongServerVersion})
		w.lose()
		require.Len(t, w.tried(), 1)
		st := w.status()
		require.Equal(t, subscribe.StateRetrying, st.State)
		require.Equal(t, ews.ActionRediscover, st.Action)
		time.Sleep(time.Minute)
		require.Equal(t, subscribe.StateActive, w.status().State)
	})
}

// TestServerOfAFailure: which server it is, is known also from an error.
func TestServerOfAFailure(t *testing.T) {
	inWard(t, nil, func(t *testing.T, w *ward) {
		require.NoError(t, w.svc.Subscribe(t.Context(), subscribe.Spec{Key: "ward", Mailbox: "nobody@example.com"}))
		synctest.Wait()
		st := w.status()
		require.Equal(t, "ErrorNonExistentMailbox", st.ErrorCode)
		require.Equal(t, "Exchange 2019 or SE", st.Server.Product())
		require.Empty(t, st.ServerVersion, "nothing was ever heard of this subscription")
	})
}
