package sqlstore

import "strconv"

// arrayLiteral is a PostgreSQL array as text: the one form that every driver
// can pass.
type arrayLiteral struct{ buf []byte }

// newArrayLiteral returns an empty one with room for that many bytes, not
// counting the braces.
func newArrayLiteral(room int) arrayLiteral { return arrayLiteral{make([]byte, 0, room+2)} }

func (a *arrayLiteral) next() {
	if len(a.buf) == 0 {
		a.buf = append(a.buf, '{')
	} else {
		a.buf = append(a.buf, ',')
	}
}

func (a *arrayLiteral) number(n int64) {
	a.next()
	a.buf = strconv.AppendInt(a.buf, n, 10)
}

// text adds an element in quotes, in which only these two characters mean
// anything.
func (a *arrayLiteral) text(s string) {
	a.next()
	a.buf = append(a.buf, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			a.buf = append(a.buf, '\\')
		}
		a.buf = append(a.buf, s[i])
	}
	a.buf = append(a.buf, '"')
}

// String returns the literal.
func (a *arrayLiteral) String() string {
	if len(a.buf) == 0 {
		return "{}"
	}
	return string(append(a.buf, '}'))
}
