package ews

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// challenge is one scheme of the header WWW-Authenticate, RFC 9110, section
// 11.6.1.
type challenge struct {
	scheme string
	token  string // what follows the scheme, up to the next comma
}

// challengesOf reads all of them. Servers send a header line for each, but may
// just as well put several into one, separated like the parameters of each.
func challengesOf(h http.Header) []challenge {
	var all []challenge
	for _, line := range h.Values("WWW-Authenticate") {
		for part := range commaSeparated(line) {
			scheme, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
			if scheme != "" && !strings.Contains(scheme, "=") { // else a parameter of the one before
				all = append(all, challenge{scheme, strings.TrimSpace(rest)})
			}
		}
	}
	return all
}

// commaSeparated yields the parts between the commas outside of quotes.
func commaSeparated(line string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		begin, quoted := 0, false
		for i := 0; i < len(line); i++ {
			switch c := line[i]; {
			case c == '\\' && quoted:
				i++
			case c == '"':
				quoted = !quoted
			case c == ',' && !quoted:
				if !yield(line[begin:i]) {
					return
				}
				begin = i + 1
			}
		}
		yield(line[begin:])
	}
}

// offers says whether the scheme is among the challenges.
func offers(h http.Header, scheme string) bool {
	for _, c := range challengesOf(h) {
		if strings.EqualFold(c.scheme, scheme) {
			return true
		}
	}
	return false
}

// challengeToken returns the token with which the server continues a login by
// the scheme, or nil if it does not.
func challengeToken(h http.Header, scheme string) []byte {
	for _, c := range challengesOf(h) {
		if strings.EqualFold(c.scheme, scheme) && c.token != "" {
			if token, err := base64.StdEncoding.DecodeString(c.token); err == nil {
				return token
			}
		}
	}
	return nil
}
