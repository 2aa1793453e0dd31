package autodiscover

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// candidate is a place where the three services may be: the URL that they share
// without the ending, https://<host>/autodiscover/autodiscover.
type candidate struct {
	host string // as in a URL, in lower case, without port 443
	path string
}

const servicePath = "/autodiscover/autodiscover"

func standard(host string) candidate { return candidate{host: host, path: servicePath} }

// parseCandidate takes the URL of any of the services, or only of a host.
func parseCandidate(raw string) (candidate, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil { // not the error itself, which repeats the URL at length
		return candidate{}, fmt.Errorf("%w: not a URL", ErrRedirect)
	}
	host, err := httpsHost(u)
	if err != nil {
		return candidate{}, err
	}
	if u.Path == "" || u.Path == "/" {
		return standard(host), nil
	}
	path := lower(u.Path)
	for _, ending := range []string{".svc", ".xml", ".json"} {
		i := strings.LastIndex(path, "/autodiscover"+ending)
		if i < 0 {
			continue
		}
		end := i + len("/autodiscover")
		if rest := path[end+len(ending):]; rest != "" && !strings.HasPrefix(rest, "/") {
			continue
		}
		return candidate{host: host, path: u.Path[:end]}, nil
	}
	return candidate{}, fmt.Errorf("%w: %s is not an Autodiscover URL", ErrRedirect, clip(u.Host+u.Path))
}

// lower makes the letters of ASCII small and keeps all other bytes, so that
// places in the text stay where they are.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// httpsHost returns the host of an absolute https URL, in lower case and without
// port 443.
func httpsHost(u *url.URL) (string, error) {
	switch {
	case u.Scheme != "https":
		return "", fmt.Errorf("%w: %s", ErrNotHTTPS, clip(u.Scheme+"://"+u.Host))
	case u.User != nil:
		return "", fmt.Errorf("%w: URL with a user name", ErrRedirect)
	}
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if !isHostName(name) && net.ParseIP(name) == nil {
		return "", fmt.Errorf("%w: %q is not a host", ErrRedirect, clip(name))
	}
	return normalHost(u.Host), nil
}

// normalHost brings a host with or without a port into the form that hosts are
// compared in.
func normalHost(host string) string {
	host = strings.ToLower(host)
	name, port, err := net.SplitHostPort(host)
	if err != nil { // no port
		return strings.TrimSuffix(host, ".")
	}
	name = strings.TrimSuffix(name, ".")
	if port == "443" || port == "" {
		if strings.Contains(name, ":") {
			return "[" + name + "]"
		}
		return name
	}
	return net.JoinHostPort(name, port)
}

// url returns the URL of a service.
func (c candidate) url(m Method, a address) string {
	u := url.URL{Scheme: "https", Host: c.host, Path: c.path}
	switch m {
	case JSON:
		u.Path += ".json/v1.0/" + a.String()
		u.RawPath = (&url.URL{Path: c.path}).EscapedPath() + ".json/v1.0/" + url.PathEscape(a.String())
		u.RawQuery = "Protocol=EWS"
	case POX:
		u.Path += ".xml"
	default:
		u.Path += ".svc"
	}
	return u.String()
}
