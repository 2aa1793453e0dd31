package ews

import (
	"bytes"
	"io"
	"strings"
)

// whitespace is what XML calls so.
const whitespace = " \t\r\n"

func trim(s string) string { return strings.Trim(s, whitespace) }

func isSpace(b []byte) bool { return len(bytes.Trim(b, whitespace)) == 0 }

// byteSource hands out a document byte by byte and remembers whether more was
// asked for than there is.
type byteSource struct {
	doc   []byte
	pos   int
	ended bool
}

func (s *byteSource) ReadByte() (byte, error) {
	if s.pos >= len(s.doc) {
		s.ended = true
		return 0, io.EOF
	}
	b := s.doc[s.pos]
	s.pos++
	return b, nil
}

// Read completes io.Reader, which xml.NewDecoder wants; it uses ReadByte.
func (s *byteSource) Read(p []byte) (int, error) {
	if s.pos >= len(s.doc) {
		s.ended = true
		return 0, io.EOF
	}
	n := copy(p, s.doc[s.pos:])
	s.pos += n
	return n, nil
}

// isForeign reports whether the document cannot be the beginning of any XML
// document: compressed data, or an error message in plain words. Up to two
// bytes may be the beginning of a byte order mark.
func (s *byteSource) isForeign() bool {
	doc := bytes.TrimLeft(s.doc, whitespace)
	return len(doc) > 2 && doc[0] != '<'
}
