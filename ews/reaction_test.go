package ews

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// reactionTable restates what is documented of each error, and what follows
// from it, in a form of its own: the error, the action, and whatever else is
// not the rule. The rule is: refused, this mailbox, no wait of its own.
const reactionTable = `
ErrorInvalidPushSubscriptionUrl             fixConfiguration
ErrorInvalidSubscriptionRequest             fixConfiguration
ErrorSchemaValidation                       fixConfiguration
ErrorInvalidRequest                         fixConfiguration
ErrorInvalidServerVersion                   fixConfiguration
ErrorIncorrectSchemaVersion                 fixConfiguration
ErrorRequestStreamTooBig                    askForLess
ErrorExceededSubscriptionCount              awaitExpiry
ErrorInvalidWatermark                       resubscribe anew
ErrorEventNotFound                          resubscribe anew
ErrorMissedNotificationEvents               resubscribe anew
ErrorReadEventsFailed                       rediscover
ErrorSubscriptionNotFound                   resubscribe
ErrorInvalidSubscription                    resubscribe
ErrorExpiredSubscription                    resubscribe
ErrorInvalidPullSubscriptionId              none
ErrorSubscriptionAccessDenied               resubscribe
ErrorSubscriptionUnsubscribed               resubscribe
ErrorSubscriptionDelegateAccessNotSupported fixConfiguration
ErrorSubscriptionsDisabledForGroup          fixConfiguration
ErrorProxiedSubscriptionCallFailure         retry maybe then=3,resubscribe
ErrorProxyRequestNotAllowed                 rediscover
ErrorCrossSiteRequest                       rediscover
ErrorNoRespondingCASInDestinationSite       rediscover
ErrorNoApplicableProxyCASServersAvailable   rediscover
ErrorWrongServerVersion                     rediscover
ErrorWrongServerVersionDelegate             rediscover
ErrorMailboxMoveInProgress                  rediscover anew wait=5m
ErrorMailboxFailover                        retry maybe
ErrorMailboxStoreUnavailable                retry maybe
ErrorInsufficientResources                  retry maybe
ErrorInternalServerTransientError           retry maybe
ErrorTimeoutExpired                         retry maybe
ErrorConnectionFailed                       retry maybe
ErrorInternalServerError                    retry maybe
ErrorServerBusy                             retry wait=30s
ErrorExceededConnectionCount                askForLess client
ErrorExceededFindCountLimit                 askForLess
ErrorNonExistentMailbox                     rediscover then=1,giveUpMailbox,24h
ErrorImpersonateUserDenied                  giveUpMailbox wait=24h
ErrorImpersonationDenied                    giveUpMailbox wait=24h
ErrorAccessDenied                           giveUpMailbox wait=24h
ErrorImpersonationFailed                    fixConfiguration
ErrorInvalidExchangeImpersonationHeaderData fixConfiguration
ErrorMoreThanOneAccessModeSpecified         fixConfiguration
ErrorInvalidUserPrincipalName               fixConfiguration
ErrorInvalidUserSid                         fixConfiguration
ErrorNonPrimarySmtpAddress                  fixConfiguration
ErrorAccountDisabled                        stopLogin client wait=1h
ErrorPasswordExpired                        stopLogin client wait=1h
ErrorPasswordChangeRequired                 stopLogin client wait=1h
ErrorFolderNotFound                         retry then=3,giveUpMailbox,24h
ErrorSyncFolderNotFound                     retry then=3,giveUpMailbox,24h
ErrorItemNotFound                           treatAsDeleted
ErrorInvalidIdMalformed                     treatAsDeleted
ErrorInvalidChangeKey                       treatAsDeleted
ErrorInvalidSyncStateData                   restartSync
ErrorBatchProcessingStopped                 retry
ErrorCalendarViewRangeTooBig                askForLess
HTTP 401                                    refreshLogin client then=1,stopLogin,15m
HTTP 403                                    fixConfiguration wait=15m
HTTP 404                                    rediscover then=1,fixConfiguration,15m
HTTP 407                                    fixConfiguration client wait=15m
HTTP 408                                    retry
HTTP 429                                    retry wait=30s
HTTP 456                                    stopLogin client wait=1h
HTTP 457                                    stopLogin client wait=1h
HTTP 503                                    retry maybe wait=30s
HTTP 3xx                                    rediscover then=1,fixConfiguration,15m
HTTP 4xx                                    fixConfiguration wait=15m
HTTP 5xx                                    retry maybe
HTTP other                                  retry maybe
cancelled by the caller                     none maybe
credentials withheld                        fixConfiguration client
response too large                          askForLess maybe
answer that is no SOAP                      retry maybe
host name not found                         fixConfiguration client wait=5m
certificate not trusted                     fixConfiguration client wait=15m
TLS handshake failed                        fixConfiguration client wait=15m
connection refused                          retry client
connection not made                         retry client
timeout                                     retry maybe
connection lost                             retry maybe
other error                                 retry maybe
`

func TestReactionsAreAsDocumented(t *testing.T) {
	duration := func(s string) time.Duration {
		d, err := time.ParseDuration(s)
		require.NoError(t, err)
		return d
	}
	rows := Reactions()
	lines := strings.Split(strings.TrimSpace(reactionTable), "\n")
	require.Len(t, rows, len(lines), "rows")
	for _, line := range lines {
		on, rest := line[:44], strings.Fields(line[44:])
		want := Reaction{On: strings.TrimSpace(on), Action: Action(rest[0]), Scope: ScopeMailbox, Refused: true}
		for _, word := range rest[1:] {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "anew":
				want.Anew = true
			case "maybe":
				want.Refused = false
			case "client":
				want.Scope = ScopeClient
			case "wait":
				want.Wait = duration(value)
			case "then":
				parts := strings.Split(value+",0s", ",")
				_, err := fmt.Sscan(parts[0], &want.Limit)
				require.NoError(t, err)
				want.Then, want.ThenWait = Action(parts[1]), duration(parts[2])
			default:
				t.Fatalf("%q in %q", word, line)
			}
		}
		got, ok := lookUp(rows, want.On)
		require.True(t, ok, "no row %q", want.On)
		require.NotEmpty(t, got.Meaning, want.On)
		got.Meaning = ""
		require.Equal(t, want, got)
	}
}

// The same code leads to the same reaction wherever it stands.
func TestReactionToEveryCode(t *testing.T) {
	for _, row := range codeReactions() {
		code := ResponseCode(row.On)
		for _, err := range []error{
			code,
			&ResponseError{ResponseMessage: ResponseMessage{ResponseCode: code}},
			&Fault{ResponseCode: code},
			fmt.Errorf("somewhere: %w", &Fault{ResponseCode: code}),
		} {
			require.Equal(t, row, ReactionTo(err), "%T", err)
		}
	}
}

func TestReactionToNothing(t *testing.T) {
	require.Equal(t, ActionNone, ReactionTo(nil).Action)
}

func TestReactionByInnerCode(t *testing.T) {
	inner := MessageXML{{Name: "InnerErrorResponseCode", Value: " ErrorServerBusy "}, {Name: "BackOffMilliseconds", Value: "2000"}}
	for _, err := range []error{
		&ResponseError{ResponseMessage: ResponseMessage{ResponseCode: ErrorInternalServerError, MessageXML: inner}},
		&Fault{ResponseCode: ErrorInternalServerError, MessageXML: inner},
	} {
		r := ReactionTo(err)
		require.Equal(t, "ErrorServerBusy", r.On)
		require.Equal(t, 2*time.Second, r.Wait)
	}
	other := &Fault{ResponseCode: ErrorAccessDenied, MessageXML: inner}
	require.Equal(t, "ErrorAccessDenied", ReactionTo(other).On, "only what is unspecific is judged by something else")
	nothing := &Fault{ResponseCode: ErrorInternalServerError, MessageXML: MessageXML{{Name: "InnerErrorResponseCode", Value: "NoError"}}}
	require.Equal(t, "ErrorInternalServerError", ReactionTo(nothing).On)
}

func TestReactionWaitsAsTheServerAsks(t *testing.T) {
	busy := func(ms string) error {
		return &Fault{ResponseCode: ErrorServerBusy, MessageXML: MessageXML{{Name: "BackOffMilliseconds", Value: ms}}}
	}
	require.Equal(t, 297749*time.Millisecond, ReactionTo(busy("297749")).Wait)
	require.Equal(t, time.Second, ReactionTo(busy("1000")).Wait, "also if it is less than the table has")
	require.Equal(t, 30*time.Second, ReactionTo(busy("0")).Wait)
	require.Equal(t, time.Hour, ReactionTo(busy("999999999999")).Wait, "there is a limit")
	require.Equal(t, 7*time.Second, ReactionTo(&HTTPError{StatusCode: 503, RetryAfter: 7 * time.Second}).Wait)
	require.Equal(t, 5*time.Minute, ReactionTo(&Fault{ResponseCode: ErrorMailboxMoveInProgress, RetryAfter: time.Second}).Wait,
		"the table's wait has another reason")
	require.Equal(t, 10*time.Minute, ReactionTo(&Fault{ResponseCode: ErrorMailboxMoveInProgress, RetryAfter: 10 * time.Minute}).Wait)
}

func TestReactionToUnknownCodes(t *testing.T) {
	for code, want := range map[ResponseCode]Action{
		"ErrorNobodyKnows":                  ActionRetry,
		"ErrorSomethingTransient":           ActionRetry,
		"ErrorInvalidOperationTimeout":      ActionRetry,
		"ErrorTooManyObjectsOpened":         ActionRetry,
		"ErrorMailboxTemporarilyAway":       ActionRetry,
		"ErrorDelegateAccessDenied":         ActionGiveUpMailbox,
		"ErrorOperationNotAllowedHere":      ActionGiveUpMailbox,
		"ErrorInvalidLicense":               ActionFixConfiguration,
		"ErrorMissingArgument":              ActionFixConfiguration,
		"ErrorUnsupportedTypeForConversion": ActionFixConfiguration,
	} {
		r := ReactionTo(code)
		require.Equal(t, want, r.Action, code)
		require.Equal(t, string(code), r.On)
		if want == ActionRetry {
			require.Zero(t, r.Wait)
		} else {
			require.Positive(t, r.Wait, "what is only guessed is never final")
		}
	}
}

func TestReactionToFaultsWithoutCode(t *testing.T) {
	require.Equal(t, ActionFixConfiguration, ReactionTo(&Fault{FaultCode: "Client"}).Action)
	require.Equal(t, ActionRetry, ReactionTo(&Fault{FaultCode: "Server"}).Action)
	require.Equal(t, ActionRetry, ReactionTo(&Fault{}).Action)
}

func TestReactionToEveryStatus(t *testing.T) {
	for status := 100; status < 1000; status++ {
		r := ReactionTo(&HTTPError{StatusCode: status})
		require.Equal(t, fmt.Sprint("HTTP ", status), r.On)
		require.NotEmpty(t, r.Action)
		own, found := lookUp(statusReactions(), r.On)
		if found {
			require.Equal(t, own, r)
			continue
		}
		class, found := lookUp(statusReactions(), fmt.Sprintf("HTTP %dxx", status/100))
		if !found {
			class, _ = lookUp(statusReactions(), "HTTP other")
		}
		class.On = r.On
		require.Equal(t, class, r)
	}
}

func TestReactionToNetworkErrors(t *testing.T) {
	sent := func(err error) error {
		return &CallError{Operation: "Subscribe", Err: &url.Error{Op: "Post", URL: "https://mail.example.com", Err: err}}
	}
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for _, c := range []struct {
		err  error
		want string
	}{
		{sent(context.Canceled), onCancelled},
		{sent(context.DeadlineExceeded), onTimeout},
		{sent(os.ErrDeadlineExceeded), onTimeout},
		{sent(dial(&net.DNSError{Err: "no such host", IsNotFound: true})), onNoSuchHost},
		{sent(dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true})), onUnreachable},
		{sent(dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true})), onTimeout},
		{sent(dial(os.NewSyscallError("connect", syscall.ECONNREFUSED))), onConnRefused},
		{sent(dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH))), onUnreachable},
		{sent(&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}), onDisconnected},
		{sent(io.EOF), onDisconnected},
		{&CallError{Err: io.ErrUnexpectedEOF}, onDisconnected},
		{sent(errors.New("http2: client connection lost")), onDisconnected},
		{sent(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), onCertificate},
		{sent(tls.RecordHeaderError{Msg: "not TLS"}), onTLS},
		{sent(&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}), onTLS},
		{sent(errors.New("tls: server selected unsupported protocol version 301")), onTLS},
		{sent(ErrPlaintext), onNotSent},
		{sent(ErrForeignHost), onNotSent},
		{&CallError{Err: fmt.Errorf("%w: more", ErrResponseTooLarge)}, onTooLarge},
		{&CallError{Err: &DecodeError{Err: ErrEnvelope}}, onNotSOAP},
		{&CallError{Err: fmt.Errorf("%w: two messages", ErrMessage)}, onNotSOAP},
		{errors.New("of the application"), onOther},
	} {
		require.Equal(t, c.want, ReactionTo(c.err).On, "%v", c.err)
	}
}

// Real connections, so that the rows fit what net/http really returns.
func TestReactionToRealNetworkErrors(t *testing.T) {
	call := func(endpoint string, client *http.Client) Reaction {
		t.Helper()
		c, err := NewClient(endpoint, &ClientOptions{HTTPClient: client})
		require.NoError(t, err)
		defer c.CloseIdleConnections()
		_, err = c.Subscribe(t.Context(), push())
		require.Error(t, err)
		return ReactionTo(err)
	}
	secure := newTLSServer(t)
	own := func() *http.Client { return &http.Client{Transport: &http.Transport{}} }
	require.Equal(t, onCertificate, call(secure, own()).On)
	plain := strings.Replace(secure, "https:", "http:", 1)
	require.Equal(t, "HTTP 400", call(plain, own()).On, "http spoken to an https port")
	require.Equal(t, onTLS, call(strings.Replace(newPlainServer(t), "http:", "https:", 1), own()).On)
	require.Equal(t, onTLS, call(secure, &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}},
	}}).On, "no cipher in common")

	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Equal(t, onConnRefused, call("http://"+l.Addr().String(), own()).On)

	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, silent.Close()) }()
	impatient := own()
	impatient.Timeout = 50 * time.Millisecond
	require.Equal(t, onTimeout, call("http://"+silent.Addr().String(), impatient).On)
}

func TestReactionAfterRepetitions(t *testing.T) {
	r := ReactionTo(ErrorNonExistentMailbox)
	require.Equal(t, r, r.After(0))
	require.Equal(t, ActionGiveUpMailbox, r.After(1).Action)
	require.Equal(t, 24*time.Hour, r.After(1).Wait)
	require.Equal(t, r.After(1), r.After(1).After(100))
	busy := ReactionTo(ErrorServerBusy)
	require.Equal(t, busy, busy.After(1000))
}

func TestReactionToABackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until := time.Now().Add(15 * time.Minute)
		err := fmt.Errorf("Subscribe: %w", &BackOffError{
			Operation: "Subscribe", Until: until, Scope: ScopeClient, Cause: &HTTPError{StatusCode: http.StatusUnauthorized},
		})
		time.Sleep(5 * time.Minute)
		r := ReactionTo(err)
		require.Equal(t, ActionStopLogin, r.Action)
		require.Equal(t, 10*time.Minute, r.Wait)
		require.Equal(t, ScopeClient, r.Scope)
		require.True(t, r.Refused)
		rest, ok := BackOff(err)
		require.True(t, ok)
		require.Equal(t, 10*time.Minute, rest)
		time.Sleep(time.Hour)
		require.Zero(t, ReactionTo(err).Wait)
	})
}

func newPlainServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(answer(http.StatusOK, response(subscribed)))
	t.Cleanup(s.Close)
	return s.URL
}

func newTLSServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewUnstartedServer(answer(http.StatusOK, response(subscribed)))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of handshakes that are meant to fail
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}
