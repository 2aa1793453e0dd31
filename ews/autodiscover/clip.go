package autodiscover

import (
	"strings"
	"unicode"
)

// clip makes what came from outside fit for an error and a log: one short line
// without control characters.
func clip(s string) string {
	const limit = 160
	s = strings.Join(strings.Fields(s), " ")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
