package notify

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddr returns the address that a request comes from, as far as it can be
// believed: that of the peer, and if the peer is a trusted proxy, the rightmost
// address in X-Forwarded-For that is not one. What stands further left was
// written by strangers and is not even read.
func clientAddr(remoteAddr string, h http.Header, proxies []netip.Prefix) (netip.Addr, error) {
	client, err := parseHop(remoteAddr)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("notify: address of the peer: %w", err)
	}
	// Several lines mean the same as one line joined by commas.
	for _, line := range slices.Backward(h["X-Forwarded-For"]) {
		rest, more := line, true
		for more {
			if !contains(proxies, client) {
				return client, nil
			}
			var hop string
			rest, hop, more = cutLastHop(rest)
			if client, err = parseHop(hop); err != nil {
				return netip.Addr{}, fmt.Errorf("notify: X-Forwarded-For of a trusted proxy: %w", err)
			}
		}
	}
	// Only trusted proxies, or none: the last one spoke for itself.
	return client, nil
}

// cutLastHop cuts the last element off a comma-separated list; more says
// whether anything is left before it.
func cutLastHop(list string) (rest, hop string, more bool) {
	i := strings.LastIndexByte(list, ',')
	if i < 0 {
		return "", list, false
	}
	return list[:i], list[i+1:], true
}

// parseHop reads "192.0.2.1", "192.0.2.1:443", "2001:db8::1", "[2001:db8::1]"
// and "[2001:db8::1]:443". Zones are dropped, for they mean something on one
// machine only, and IPv4-mapped IPv6 addresses become IPv4. Errors do not quote
// what a stranger may have written.
func parseHop(s string) (netip.Addr, error) {
	s = strings.Trim(s, " \t")
	a, err := netip.ParseAddr(s)
	if err != nil {
		var ap netip.AddrPort
		if ap, err = netip.ParseAddrPort(s); err == nil {
			a = ap.Addr()
		} else if n := len(s); n > 2 && s[0] == '[' && s[n-1] == ']' {
			if a, err = netip.ParseAddr(s[1 : n-1]); err == nil && a.Is4() {
				err = errors.New("notify: brackets around an IPv4 address")
			}
		}
	}
	if err != nil {
		return netip.Addr{}, errors.New("not an IP address")
	}
	return a.WithZone("").Unmap(), nil
}
