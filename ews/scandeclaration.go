package ews

import "strings"

// isDeclaration reports whether what stands between "<?" and "?>" is the XML
// declaration of a document in XML 1.0.
func isDeclaration(s string) bool {
	if s == `xml version="1.0" encoding="utf-8"` {
		return true
	}
	s = strings.TrimPrefix(s, "xml")
	version, s := pseudoAttribute(s, "version")
	if version != "1.0" {
		return false
	}
	encoding, s := pseudoAttribute(s, "encoding")
	standalone, s := pseudoAttribute(s, "standalone")
	return (encoding == "" || isEncodingName(encoding)) &&
		(standalone == "" || standalone == "yes" || standalone == "no") &&
		trim(s) == ""
}

// pseudoAttribute reads ` name = "value"` and returns the value and the rest;
// if that is not what comes next, nothing and all of s.
func pseudoAttribute(s, name string) (value, rest string) {
	i := skipSpace(s, 0)
	after, found := strings.CutPrefix(s[i:], name)
	if i == 0 || !found {
		return "", s
	}
	after, found = strings.CutPrefix(strings.TrimLeft(after, whitespace), "=")
	after = strings.TrimLeft(after, whitespace)
	if !found || after == "" || after[0] != '"' && after[0] != '\'' {
		return "", s
	}
	value, rest, found = strings.Cut(after[1:], after[:1])
	if !found || value == "" {
		return "", s
	}
	return value, rest
}

// isEncodingName is the production EncName.
func isEncodingName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c|0x20-'a' >= 26 && (i == 0 || !isDigit(c) && c != '.' && c != '_' && c != '-') {
			return false
		}
	}
	return true
}
