package ews

import (
	"strings"
	"time"
)

// usualScanner matches, byte by byte, what Exchange writes. It knows one prefix
// and no namespaces: its caller knows what the prefix stands for. After the
// first thing that is otherwise it has failed, and matches nothing any more.
//
// It never reads a text further than to the next tag, nor a value further than
// to the next quotation mark, and never goes back.
type usualScanner struct {
	doc    string
	pos    int
	prefix string // with its colon
	tag    string // that was opened last: prefix, name, and the byte behind it
	failed bool

	stamp  string      // the text that the last TimeStamp had
	stamps time.Time   // what it says
	noted  *usualTexts // where texts are noted; nil for nowhere
}

// literal moves behind a literal text.
func (s *usualScanner) literal(text string) bool {
	if s.failed || !strings.HasPrefix(s.doc[s.pos:], text) {
		return false
	}
	s.pos += len(text)
	return true
}

// open moves behind a start tag of which the name is given, and the byte that
// ends it.
func (s *usualScanner) open(name string) bool {
	begin := s.pos + len("<")
	middle := begin + len(s.prefix)
	end := middle + len(name)
	if s.failed || end > len(s.doc) || s.doc[s.pos] != '<' || s.doc[middle:end] != name || s.doc[begin:middle] != s.prefix {
		return false
	}
	s.tag, s.pos = s.doc[begin:end], end
	return true
}

// end moves behind the end tag of that name with its prefix.
func (s *usualScanner) end(name string) bool {
	rest := s.doc[s.pos:]
	n := len("</") + len(name)
	if s.failed || len(rest) <= n || rest[:2] != "</" || rest[2:n] != name || rest[n] != '>' {
		return false
	}
	s.pos += n + 1
	return true
}

// text reads a text up to the end of the element that was opened last.
func (s *usualScanner) text() string {
	n := strings.IndexByte(s.doc[s.pos:], '<')
	if n <= 0 || !isPlain(s.doc[s.pos:s.pos+n], ']') {
		s.failed = true
		return ""
	}
	text := s.doc[s.pos : s.pos+n]
	s.noted.note(s.pos, n)
	s.pos += n
	s.failed = !s.end(s.tag[:len(s.tag)-1])
	return text
}

func (s *usualScanner) timeStamp() time.Time { return s.time(s.text()) }

// time reads the text of a TimeStamp. Events that come together often have the
// same.
func (s *usualScanner) time(text string) time.Time {
	if text == s.stamp && text != "" {
		return s.stamps
	}
	t, ok := parseUTC(text)
	if ok {
		s.stamp, s.stamps = text, t
	}
	s.failed = s.failed || !ok
	return t
}

func (s *usualScanner) boolean() bool {
	value, ok := parseBoolean(s.text())
	s.failed = s.failed || !ok
	return value
}

// value reads up to the quotation mark that ends a value, which stays.
func (s *usualScanner) value() string {
	rest := s.doc[s.pos:]
	n := strings.IndexByte(rest, '"')
	if n < 0 || !isPlain(rest[:n], '<') {
		s.failed = true
		return ""
	}
	s.noted.note(s.pos, n)
	s.pos += n
	return rest[:n]
}

// id reads the attributes of an id, and the end of its tag.
func (s *usualScanner) id() (id, changeKey string) {
	if s.literal(`Id="`) {
		id = s.value()
	}
	if s.literal(`" ChangeKey="`) {
		changeKey = s.value()
	}
	s.failed = id == "" || !s.literal(`" />`) && !s.literal(`"/>`)
	return id, changeKey
}

// eventName moves behind the start tag of an event without attributes, and
// returns its name with the prefix.
func (s *usualScanner) eventName() string {
	rest := s.doc[s.pos:]
	n := strings.IndexByte(rest, '>')
	if n < 0 || rest[0] != '<' || !strings.HasPrefix(rest[1:], s.prefix) {
		s.failed = true
		return ""
	}
	s.pos += n + 1
	return rest[1:n]
}
