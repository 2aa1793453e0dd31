package ews

import (
	"strings"
	"unicode/utf8"
)

// scanName reads a name with or without a prefix that begins at i, and returns
// the place behind it. It takes all bytes that can belong to any name, and then
// looks at what they are.
func (r *xmlReader) scanName(i int) (xmlName, int, error) {
	var (
		doc   = r.doc
		begin = i
		colon = 0    // where the local part begins
		plain = true // ASCII, with one colon at the most
	)
	for ; i < len(doc); i++ {
		c := doc[i]
		if c|0x20-'a' < 26 {
			continue
		}
		if c == ':' {
			plain = plain && colon == 0
			colon = i + 1 - begin
			continue
		}
		if !isNameByte(c) {
			break
		}
		plain = plain && c < utf8.RuneSelf
	}
	if i == len(doc) {
		return xmlName{}, i, r.cutShort()
	}
	name := xmlName{full: doc[begin:i], colon: colon}
	if plain && beginsName(name.full) && (colon == 0 || beginsName(name.full[colon:])) {
		return name, i, nil
	}
	if !isQName(name.full) {
		if name.full == "" {
			return xmlName{}, i, r.syntaxAt(i, "no name where one belongs")
		}
		return xmlName{}, i, r.syntaxAt(begin, "%q is no name", clip(name.full))
	}
	return name, i, nil
}

// isNameByte reports whether a byte can be part of a name; those of other
// characters than ASCII all can.
func isNameByte(c byte) bool {
	return c|0x20-'a' < 26 || isDigit(c) || c == '_' || c == '-' || c == '.' || c == ':' || c >= utf8.RuneSelf
}

// beginsName reports whether a name can begin like that, as far as ASCII goes.
func beginsName(s string) bool { return s != "" && (s[0]|0x20-'a' < 26 || s[0] == '_') }

// isQName is the production QName of Namespaces in XML 1.0.
func isQName(s string) bool {
	prefix, local, found := strings.Cut(s, ":")
	return isNCName(prefix) && (!found || isNCName(local))
}

// isNCName is the production NCName: a name without a colon.
func isNCName(s string) bool {
	for i, c := range s {
		if !isNameStart(c) && (i == 0 || !isNameChar(c)) {
			return false
		}
	}
	return s != "" && utf8.ValidString(s)
}

// isNameStart is the production NameStartChar of XML 1.0, less the colon.
func isNameStart(c rune) bool {
	switch {
	case c < utf8.RuneSelf:
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
	case c < 0x2000:
		return c >= 0xC0 && c != 0xD7 && c != 0xF7 && (c < 0x300 || c > 0x36F) && c != 0x37E
	default:
		return c == 0x200C || c == 0x200D ||
			c >= 0x2070 && c <= 0x218F || c >= 0x2C00 && c <= 0x2FEF || c >= 0x3001 && c <= 0xD7FF ||
			c >= 0xF900 && c <= 0xFDCF || c >= 0xFDF0 && c <= 0xFFFD || c >= 0x10000 && c <= 0xEFFFF
	}
}

// isNameChar is what the production NameChar has beside NameStartChar.
func isNameChar(c rune) bool {
	return '0' <= c && c <= '9' || c == '-' || c == '.' || c == 0xB7 ||
		c >= 0x300 && c <= 0x36F || c == 0x203F || c == 0x2040
}
