package autodiscover

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// trust decides which hosts may see credentials.
type trust struct {
	hosts    map[string]bool // as normalHost has them
	suffixes []string        // ".example.com"
	allow    func(host string) bool
}

func newTrust(hosts []string, configured []candidate, allow func(string) bool) (trust, error) {
	t := trust{hosts: map[string]bool{}, allow: allow}
	for _, entry := range hosts {
		name := normalHost(strings.TrimSpace(entry))
		suffix, isSuffix := strings.CutPrefix(name, ".")
		switch {
		case strings.ContainsAny(name, "/@*? "):
			return t, fmt.Errorf("TrustedHosts: %q is not a host", clip(entry))
		case isSuffix && !isHostName(suffix) || isSuffix && !strings.Contains(suffix, "."):
			return t, fmt.Errorf("TrustedHosts: %q is not a domain of two labels or more", clip(entry))
		case isSuffix:
			t.suffixes = append(t.suffixes, name)
		case name == "":
			return t, errors.New("TrustedHosts: empty entry")
		default:
			t.hosts[name] = true
		}
	}
	for _, c := range configured {
		t.hosts[c.host] = true
	}
	if len(t.hosts) == 0 && len(t.suffixes) == 0 && allow == nil {
		return t, errors.New(`TrustedHosts: name the hosts that may see credentials, such as "mail.example.com"`)
	}
	return t, nil
}

// of reports whether a host, as normalHost has it, is trusted.
func (t *trust) of(host string) bool {
	if t.hosts[host] {
		return true
	}
	for _, suffix := range t.suffixes {
		if strings.HasSuffix(host, suffix) { // no port but 443, since names end here
			return true
		}
	}
	return t.allow != nil && t.allow(host)
}

// endpoint returns the EWS URL if it may be used.
func (t *trust) endpoint(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("%w: the endpoint is not a URL", ErrAnswer)
	}
	host, err := httpsHost(u)
	if err != nil {
		return "", fmt.Errorf("EWS endpoint: %w", err)
	}
	if !t.of(host) {
		return "", fmt.Errorf("EWS endpoint on %s: %w", clip(host), ErrUntrustedHost)
	}
	u.Fragment = ""
	return u.String(), nil
}
