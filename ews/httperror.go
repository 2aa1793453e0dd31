package ews

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// HTTPError is an answer with a status other than 200 that is no SOAP fault:
// it comes from the web server, a proxy or a load balancer, or refuses a login.
type HTTPError struct {
	Operation  string
	StatusCode int
	RetryAfter time.Duration // header Retry-After, 0 if there was none
	// RedirectHost is the host in the header Location of a 3xx. Redirects are
	// not followed.
	RedirectHost string
	// Challenges are the authentication schemes of the header
	// WWW-Authenticate: "Negotiate", "NTLM", "Basic", "Bearer".
	Challenges []string
	// AuthDiagnostics is the header x-ms-diagnostics, by which Exchange says
	// why it refused a token.
	AuthDiagnostics string
	Excerpt         string // the beginning of a text body, without markup
	Diagnostics     Diagnostics
}

func newHTTPError(operation string, resp *http.Response, body []byte, d Diagnostics) *HTTPError {
	e := &HTTPError{
		Operation:       operation,
		StatusCode:      resp.StatusCode,
		RetryAfter:      retryAfter(resp.Header),
		AuthDiagnostics: excerpt(resp.Header.Get("x-ms-diagnostics")),
		Diagnostics:     d,
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		if u, err := url.Parse(resp.Header.Get("Location")); err == nil {
			e.RedirectHost = u.Host
		}
	}
	for _, challenge := range resp.Header.Values("WWW-Authenticate") {
		if scheme, _, _ := strings.Cut(strings.TrimSpace(challenge), " "); scheme != "" {
			e.Challenges = append(e.Challenges, clip(scheme))
		}
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/") {
		e.Excerpt = excerpt(string(body[:min(len(body), 8<<10)]))
	}
	return e
}

// Error gives the status and what else there is to go by.
func (e *HTTPError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ews: %s: HTTP %d", e.Operation, e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	if e.RedirectHost != "" {
		b.WriteString(", redirect to " + clip(e.RedirectHost) + " not followed")
	}
	if len(e.Challenges) > 0 {
		b.WriteString(", server asks for " + clip(strings.Join(e.Challenges, ", ")))
	}
	if text := firstOf(e.AuthDiagnostics, e.Excerpt); text != "" {
		b.WriteString(": " + text)
	}
	return b.String()
}

// retryAfter reads the header Retry-After, which holds seconds or a date.
func retryAfter(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(t))
	}
	return 0
}
