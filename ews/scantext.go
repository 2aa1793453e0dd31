package ews

import (
	"strings"
	"unicode/utf8"
)

// scanText reads up to the next tag, and reports whether it was text inside the
// root element. Outside of it there is only white space.
func (r *xmlReader) scanText() (bool, error) {
	n := strings.IndexByte(r.doc[r.pos:], '<')
	if r.open.n == 0 {
		return false, r.outside(n)
	}
	if n < 0 {
		return false, r.cutShort()
	}
	end := r.pos + n
	r.chars = r.doc[r.pos:end]
	if !isPlain(r.chars, ']') {
		var err error
		if r.chars, err = r.unescape(r.pos, end, inContent); err != nil {
			return false, err
		}
	}
	r.pos = end
	return true, nil
}

// outside skips n bytes outside the root element, or with -1 the rest.
func (r *xmlReader) outside(n int) error {
	end := r.pos + n
	if n < 0 {
		end = len(r.doc)
	}
	switch at := skipSpace(r.doc[:end], r.pos); {
	case at == end:
		r.pos = end
		return nil
	case len(r.doc) <= 2 && (r.doc[0] == 0 || r.doc[0] >= utf8.RuneSelf):
		return r.cutShort() // may be the beginning of a byte order mark, or half of UTF-16
	default:
		return r.syntax("text outside the root element")
	}
}

// The kinds of text. They differ in what a byte may mean.
type textKind int

const (
	inContent textKind = iota
	inAttribute
	inCDATA
)

// unescape checks a text of the document from i to end, and replaces what XML
// says: references, line breaks, and white space in attributes.
func (r *xmlReader) unescape(i, end int, kind textKind) (string, error) {
	var (
		raw   = r.doc[:end]
		begin = i // what comes before it is in clean
		clean []byte
	)
	replace := func(n int, by rune) {
		if clean == nil {
			clean = make([]byte, 0, end-begin) // nothing gets longer
		}
		clean = utf8.AppendRune(append(clean, raw[begin:i]...), by)
		i += n
		begin = i
	}
	for i < end {
		switch c := raw[i]; {
		case c == '&' && kind != inCDATA:
			char, n, err := r.reference(raw[i:], i)
			if err != nil {
				return "", err
			}
			replace(n, char)
		case c == '<' && kind == inAttribute:
			return "", r.syntaxAt(i, "< in the value of an attribute")
		case c == ']' && kind == inContent && strings.HasPrefix(raw[i:], "]]>"):
			return "", r.syntaxAt(i, "]]> in a text")
		case c == '\r':
			n := 1
			if i+1 < end && raw[i+1] == '\n' {
				n = 2
			}
			if kind == inAttribute {
				replace(n, ' ')
			} else {
				replace(n, '\n')
			}
		case (c == '\n' || c == '\t') && kind == inAttribute:
			replace(1, ' ')
		case c >= ' ' && c < utf8.RuneSelf || c == '\n' || c == '\t':
			i++
		default:
			n, err := r.character(raw, i)
			if err != nil {
				return "", err
			}
			i += n
		}
	}
	if clean == nil {
		return raw[begin:], nil
	}
	return string(append(clean, raw[begin:]...)), nil
}

// character returns the length of the character at i, which XML must allow.
func (r *xmlReader) character(s string, i int) (int, error) {
	char, n := utf8.DecodeRuneInString(s[i:])
	switch {
	case char == utf8.RuneError && n == 1:
		return 0, r.syntaxAt(i, "invalid UTF-8")
	case !isXMLChar(char):
		return 0, r.syntaxAt(i, "character %U", char)
	}
	return n, nil
}

// characters checks all characters of the document from i to end.
func (r *xmlReader) characters(i, end int) error {
	for i < end {
		if c := r.doc[i]; c >= ' ' && c < utf8.RuneSelf {
			i++
			continue
		}
		n, err := r.character(r.doc[:end], i)
		if err != nil {
			return err
		}
		i += n
	}
	return nil
}
