// Package ews speaks the part of Exchange Web Services that push notifications
// need: it calls Subscribe, the operations that tell of bookings, and any other,
// and it reads and writes the notifications that Exchange posts and their
// answers.
//
// The types are those of Microsoft's schema, one to one; each names its schema
// element, where m stands for the messages namespace and t for the types
// namespace. SOAP 1.1 is the only version.
//
// # What is promised
//
//   - Inbound is tolerant. Prefixes do not matter, nor on which of the two EWS
//     namespaces a server settled; unknown elements are skipped and unknown
//     events passed on; what is optional may be missing; any declared encoding
//     is read. See ParseSendNotification. An item that is gone or that has a
//     value that cannot be read costs the other items of its answer nothing.
//   - Inbound is bounded. Size, depth and the number of events have limits,
//     each with its own error; XML directives are refused, so there are no
//     entities to expand.
//   - Outbound is exact: it validates against the schema.
//   - Errors are the words of the protocol: errors.Is(err,
//     ews.ErrorInvalidWatermark). The types behind them, *ResponseError, *Fault,
//     *HTTPError, *CallError and *DecodeError, hold the details, and
//     DiagnosticsOf finds what to quote to the server's administrators.
//   - A Client tries once and follows no redirect. It starts no goroutine and
//     logs nothing. It may be used by many goroutines, as may everything here
//     that has no doc comment to the contrary.
//   - Nothing prints passwords. Errors about requests do not repeat callback
//     URLs, which are secrets.
//
// # Logging in
//
// An http.RoundTripper logs in, the Transport of ClientOptions.HTTPClient:
// NTLMTransport, NegotiateTransport for Kerberos, BearerTransport for OAuth 2.0,
// BasicTransport. Each is for one identity and for many goroutines. What they
// have in common:
//
//   - Credentials do not cross the network in the clear, and are not sent to the
//     host of a redirect: ErrPlaintext, ErrForeignHost.
//   - A refused login costs one attempt, and is a *HTTPError with status 401.
//   - Client certificates, private authorities, TLS versions and proxies are
//     settings of the http.Transport below, the field Base.
package ews
