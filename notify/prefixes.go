package notify

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// ParsePrefixes reads a list of networks in CIDR notation ("10.1.0.0/16",
// "2603:1006::/40") and of single addresses ("10.1.2.3"). Blank space around
// them is ignored. A network with bits beyond its length is an error, since
// either the address or the length is a mistake; the error says which entry.
func ParsePrefixes(list ...string) ([]netip.Prefix, error) {
	prefixes := make([]netip.Prefix, 0, len(list))
	for i, s := range list {
		p, err := parsePrefix(strings.TrimSpace(s))
		if err != nil {
			return nil, fmt.Errorf("notify: network %d of %d, %q: %w", i+1, len(list), s, err)
		}
		prefixes = append(prefixes, p)
	}
	return prefixes, nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	if s == "" {
		return netip.Prefix{}, errors.New("it is empty")
	}
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, errors.New("want an IP address, or a network such as 10.1.0.0/16")
		}
		if a.Zone() != "" {
			return netip.Prefix{}, errors.New("an address with a zone is not supported")
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, errors.New("want a network such as 10.1.0.0/16 or 2603:1006::/40")
	}
	return cleanPrefix(p)
}

// cleanPrefix checks a network, and turns one of IPv4-mapped IPv6 addresses
// into one of IPv4, since that is how addresses are compared.
func cleanPrefix(p netip.Prefix) (netip.Prefix, error) {
	if !p.IsValid() {
		return netip.Prefix{}, errors.New("not a valid network")
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("it has bits beyond its length; did you mean %s?", p.Masked())
	}
	if p.Addr().Is4In6() { // with at least 96 bits, or it would not be equal to Masked
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96), nil
	}
	return p, nil
}

// cleanPrefixes is cleanPrefix for a field of options.
func cleanPrefixes(field string, in []netip.Prefix) ([]netip.Prefix, error) {
	out := make([]netip.Prefix, 0, len(in))
	for i, p := range in {
		c, err := cleanPrefix(p)
		if err != nil {
			return nil, fmt.Errorf("notify: AllowOptions.%s[%d], %s: %w", field, i, p, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func contains(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
