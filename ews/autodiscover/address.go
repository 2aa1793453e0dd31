package autodiscover

import (
	"fmt"
	"strings"
)

// address is an SMTP address in two parts, the domain in lower case.
type address struct{ local, domain string }

func (a address) String() string { return a.local + "@" + a.domain }

// key is what addresses are compared by.
func (a address) key() string { return strings.ToLower(a.String()) }

// parseAddress takes only what can stand in a URL and in a host name as it is.
// A domain of one label is refused: autodiscover.<domain> would be somebody
// else's.
func parseAddress(smtp string) (address, error) {
	smtp = strings.TrimSpace(smtp)
	i := strings.LastIndexByte(smtp, '@')
	if i < 1 || len(smtp) > 320 {
		return address{}, fmt.Errorf("%w: %q", ErrAddress, clip(smtp))
	}
	a := address{local: smtp[:i], domain: strings.ToLower(smtp[i+1:])}
	if !isHostName(a.domain) || !strings.Contains(a.domain, ".") || !isPrintable(a.local) {
		return address{}, fmt.Errorf("%w: %q", ErrAddress, clip(smtp))
	}
	return a, nil
}

func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '@' || r == 0xfffd })
}

// isHostName reports whether a name in lower case consists of labels of letters,
// digits and hyphens. Names beyond ASCII come as they stand in DNS, xn--….
func isHostName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}
