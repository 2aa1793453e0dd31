package ews

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
)

// Kinds of errors without an answer, as they are named in the table.
const (
	onCancelled    = "cancelled by the caller"
	onNotSent      = "credentials withheld"
	onTooLarge     = "response too large"
	onNotSOAP      = "answer that is no SOAP"
	onNoSuchHost   = "host name not found"
	onCertificate  = "certificate not trusted"
	onTLS          = "TLS handshake failed"
	onConnRefused  = "connection refused"
	onUnreachable  = "connection not made"
	onTimeout      = "timeout"
	onDisconnected = "connection lost"
	onOther        = "other error"
)

// networkReactions is the part of the table that is about calls without an
// answer that can be understood.
func networkReactions() []Reaction {
	return []Reaction{
		{On: onCancelled, Action: ActionNone, Scope: ScopeMailbox, Meaning: "nobody waits for the answer any longer"},
		{
			On: onNotSent, Action: ActionFixConfiguration, Scope: ScopeClient, Refused: true,
			Meaning: "the transport does not send the login there, or not in the clear",
		},
		{On: onTooLarge, Action: ActionAskForLess, Scope: ScopeMailbox, Meaning: "more than ClientOptions.MaxResponseBytes"},
		{
			On: onNotSOAP, Action: ActionRetry, Scope: ScopeMailbox,
			Meaning: "a cut-off answer, or a web page in its place: does the URL lead to EWS, past any login form?",
		},
		{
			On: onNoSuchHost, Action: ActionFixConfiguration, Wait: move, Scope: ScopeClient, Refused: true,
			Meaning: "no address for the endpoint's name",
		},
		{
			On: onCertificate, Action: ActionFixConfiguration, Wait: quarter, Scope: ScopeClient, Refused: true,
			Meaning: "the endpoint's certificate has run out, is for another name, or of an authority not trusted here",
		},
		{
			On: onTLS, Action: ActionFixConfiguration, Wait: quarter, Scope: ScopeClient, Refused: true,
			Meaning: "no TLS there, no version in common, or a client certificate is wanted",
		},
		{On: onConnRefused, Action: ActionRetry, Scope: ScopeClient, Refused: true, Meaning: "nothing listens at the endpoint"},
		{On: onUnreachable, Action: ActionRetry, Scope: ScopeClient, Refused: true, Meaning: "the endpoint cannot be reached"},
		{On: onTimeout, Action: ActionRetry, Scope: ScopeMailbox, Meaning: "no answer in time"},
		{On: onDisconnected, Action: ActionRetry, Scope: ScopeMailbox, Meaning: "the connection ended before the answer"},
		{On: onOther, Action: ActionRetry, Scope: ScopeMailbox, Meaning: "no error of a call"},
	}
}

func reactionToNetwork(err error) Reaction {
	r, _ := lookUp(networkReactions(), networkKind(err))
	return r
}

// networkKind returns the row of networkReactions that an error belongs to.
func networkKind(err error) string {
	if errors.Is(err, context.Canceled) {
		return onCancelled
	}
	if errors.Is(err, ErrPlaintext) || errors.Is(err, ErrForeignHost) {
		return onNotSent
	}
	if errors.Is(err, ErrResponseTooLarge) {
		return onTooLarge
	}
	if _, ok := errors.AsType[*DecodeError](err); ok || errors.Is(err, ErrMessage) {
		return onNotSOAP
	}
	// A time-out in any of the following says nothing about its kind.
	if isTimeout(err) {
		return onTimeout
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		if e.IsNotFound {
			return onNoSuchHost
		}
		return onUnreachable
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return onCertificate
	}
	if isHandshake(err) {
		return onTLS
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return onConnRefused
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return onUnreachable
	}
	if _, ok := errors.AsType[*CallError](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, net.ErrClosed) {
		return onDisconnected
	}
	return onOther
}

func isTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// isHandshake reports whether TLS could not be agreed upon.
func isHandshake(err error) bool {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return true
	}
	// crypto/tls does not export what else it returns: alerts of either side in
	// an OpError that is neither of reading nor of writing, and texts.
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "remote error" || e.Op == "local error") {
		return true
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.HasPrefix(err.Error(), "tls: ") {
			return true
		}
	}
	return false
}
