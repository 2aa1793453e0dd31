package ews

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ErrPlaintext: credentials would have crossed the network in the clear.
var ErrPlaintext = errors.New("ews: refusing to send credentials over http; use https, or set AllowPlaintext")

// ErrForeignHost: a redirect would have taken credentials to another host.
var ErrForeignHost = errors.New("ews: refusing to send credentials to the host of a redirect")

// guard says whether credentials may go where the request goes. If they may
// not, it closes the body, as a RoundTripper must.
func guard(req *http.Request, allowPlaintext bool) error {
	err := mayLogIn(req, allowPlaintext)
	if err != nil {
		return errors.Join(err, closeBody(req))
	}
	return nil
}

func mayLogIn(req *http.Request, allowPlaintext bool) error {
	if req.URL.Scheme != "https" && !allowPlaintext && !isLoopback(req.URL.Hostname()) {
		return ErrPlaintext
	}
	for resp := req.Response; resp != nil && resp.Request != nil; resp = resp.Request.Response {
		if !sameOrigin(resp.Request.URL, req.URL) {
			return ErrForeignHost
		}
	}
	return nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// closeBody closes the body of a request that is not sent.
func closeBody(req *http.Request) error {
	if req.Body == nil {
		return nil
	}
	return req.Body.Close()
}
