package ews

import (
	"strings"
	"unicode"
)

// excerpt makes a text that a server sent fit for an error message or a log:
// one line without markup and control characters, short, and without anything
// that looks like a credential.
func excerpt(s string) string {
	const limit = 200
	words := strings.Fields(withoutMarkup(s))
	var b strings.Builder
	for i, word := range words {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if b.Len()+len(word) > limit {
			b.WriteString("…")
			break
		}
		if i > 0 && isScheme(words[i-1]) || len(word) > 64 && !strings.Contains(word, "/") {
			word = "…"
		}
		b.WriteString(word)
	}
	return b.String()
}

// isScheme reports whether the next word is likely to be a credential.
func isScheme(word string) bool {
	switch strings.ToLower(strings.TrimRight(word, ":=")) {
	case "basic", "bearer", "ntlm", "negotiate", "authorization", "password":
		return true
	}
	return false
}

func withoutMarkup(s string) string {
	if len(s) > 8<<10 {
		s = s[:8<<10]
	}
	inTag := false
	return strings.Map(func(c rune) rune {
		switch {
		case c == '<':
			inTag = true
			return ' '
		case c == '>' && inTag:
			inTag = false
			return ' '
		case inTag || c == unicode.ReplacementChar:
			return -1
		case unicode.IsControl(c) || !unicode.IsGraphic(c):
			return ' '
		}
		return c
	}, s)
}
