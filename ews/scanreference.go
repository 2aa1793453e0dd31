package ews

import (
	"strings"
	"unicode/utf8"
)

// reference reads the reference that s begins with, at place i of the document,
// and returns the character that it stands for and its own length.
func (r *xmlReader) reference(s string, i int) (rune, int, error) {
	if strings.HasPrefix(s, "&#") {
		return r.characterReference(s, i)
	}
	name, _, found := strings.Cut(s[:min(len(s), len("&quot;"))], ";")
	if !found {
		name = ""
	}
	switch name {
	case "&lt":
		return '<', len("&lt;"), nil
	case "&gt":
		return '>', len("&gt;"), nil
	case "&amp":
		return '&', len("&amp;"), nil
	case "&quot":
		return '"', len("&quot;"), nil
	case "&apos":
		return '\'', len("&apos;"), nil
	}
	return 0, 0, r.syntaxAt(i, "unknown reference %q", clip(s))
}

// characterReference reads &#1234; or &#x12AB;.
func (r *xmlReader) characterReference(s string, i int) (rune, int, error) {
	n, base := len("&#"), rune(10)
	if strings.HasPrefix(s[n:], "x") {
		n, base = n+1, 16
	}
	begin, char := n, rune(0)
	for ; n < len(s); n++ {
		digit := digitValue(s[n])
		if digit >= base {
			break
		}
		char = min(char*base+digit, utf8.MaxRune+1)
	}
	if n == begin || n == len(s) || s[n] != ';' {
		return 0, 0, r.syntaxAt(i, "unknown reference %q", clip(s))
	}
	n++
	if !isXMLChar(char) {
		if !r.tolerant {
			return 0, 0, r.syntaxAt(i, "reference %s to a character that is not allowed", clip(s[:n]))
		}
		char = utf8.RuneError
	}
	return char, n, nil
}

// digitValue returns what a digit of any base up to 16 is worth, or more than
// that for anything else.
func digitValue(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c - 'a' + 10)
	case 'A' <= c && c <= 'F':
		return rune(c - 'A' + 10)
	}
	return 255
}
