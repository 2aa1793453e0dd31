package ews

import (
	"fmt"
	"unicode/utf8"
)

// xmlWriter appends a document to buf. Names are written as they are given,
// with their prefixes; texts are escaped. After the first character that XML
// does not allow it keeps an error.
type xmlWriter struct {
	buf []byte
	err error
}

const xmlDeclaration = `<?xml version="1.0" encoding="utf-8"?>`

func (w *xmlWriter) raw(s string) { w.buf = append(w.buf, s...) }

// start writes a start tag; attrs are names and values in turn. An attribute
// without a value is left out.
func (w *xmlWriter) start(name string, attrs ...string) {
	w.tag(name, attrs)
	w.raw(">")
}

// empty writes an element without content, in the manner of .NET.
func (w *xmlWriter) empty(name string, attrs ...string) {
	w.tag(name, attrs)
	w.raw(" />")
}

func (w *xmlWriter) tag(name string, attrs []string) {
	w.raw("<")
	w.raw(name)
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] == "" {
			continue
		}
		w.raw(" ")
		w.raw(attrs[i])
		w.raw(`="`)
		w.escape(attrs[i+1], true)
		w.raw(`"`)
	}
}

func (w *xmlWriter) end(name string) {
	w.raw("</")
	w.raw(name)
	w.raw(">")
}

// leaf writes an element that holds text.
func (w *xmlWriter) leaf(name, text string) {
	w.start(name)
	w.escape(text, false)
	w.end(name)
}

// optional writes a leaf unless the text is empty.
func (w *xmlWriter) optional(name, text string) {
	if text != "" {
		w.leaf(name, text)
	}
}

func (w *xmlWriter) escape(s string, attribute bool) {
	last := 0
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		entity := ""
		switch {
		case c == '&':
			entity = "&amp;"
		case c == '<':
			entity = "&lt;"
		case c == '>':
			entity = "&gt;"
		case c == '\r':
			entity = "&#xD;"
		case attribute && c == '"':
			entity = "&quot;"
		case attribute && c == '\n':
			entity = "&#xA;"
		case attribute && c == '\t':
			entity = "&#x9;"
		case (c == utf8.RuneError && size == 1) || !isXMLChar(c):
			if w.err == nil {
				w.err = fmt.Errorf("ews: character %q at byte %d of a text is not allowed in XML", c, i)
			}
		}
		if entity != "" {
			w.raw(s[last:i])
			w.raw(entity)
			last = i + size
		}
		i += size
	}
	w.raw(s[last:])
}

// isXMLChar is the production Char of XML 1.0.
func isXMLChar(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' ||
		c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000 && c <= 0x10FFFF
}
