package ews

import "strings"

// scanStart reads a start tag or an empty-element tag.
func (r *xmlReader) scanStart() error {
	if r.rootSeen && r.open.n == 0 {
		return r.syntax("second root element")
	}
	name, i, err := r.scanName(r.pos + 1)
	if err != nil {
		return err
	}
	r.attrs.cut(0)
	for {
		at := skipSpace(r.doc, i)
		if at == len(r.doc) {
			return r.cutShort()
		}
		switch c := r.doc[at]; {
		case c == '>':
			r.pos = at + 1
			return r.push(name)
		case c == '/':
			if at+1 == len(r.doc) {
				return r.cutShort()
			}
			if r.doc[at+1] != '>' {
				return r.syntaxAt(at, "slash inside a tag")
			}
			r.pos = at + 2
			r.pending = true
			return r.push(name)
		case at == i:
			return r.syntaxAt(at, "no space in front of an attribute")
		}
		if i, err = r.scanAttribute(at); err != nil {
			return err
		}
	}
}

// scanAttribute reads name="value" and returns the place behind it.
func (r *xmlReader) scanAttribute(i int) (int, error) {
	name, i, err := r.scanName(i)
	if err != nil {
		return i, err
	}
	if r.doc[i] != '=' {
		if i = skipSpace(r.doc, i); i == len(r.doc) {
			return i, r.cutShort()
		}
		if r.doc[i] != '=' {
			return i, r.syntaxAt(i, "attribute %s without a value", clip(name.full))
		}
	}
	if i = skipSpace(r.doc, i+1); i == len(r.doc) {
		return i, r.cutShort()
	}
	quote := r.doc[i]
	if quote != '"' && quote != '\'' {
		return i, r.syntaxAt(i, "value of attribute %s without quotation marks", clip(name.full))
	}
	i++
	n := strings.IndexByte(r.doc[i:], quote)
	if n < 0 {
		return i, r.cutShort()
	}
	value := r.doc[i : i+n]
	if !isPlain(value, '<') {
		if value, err = r.unescape(i, i+n, inAttribute); err != nil {
			return i, err
		}
	}
	r.attrs.push(xmlAttr{name: name, value: value})
	return i + n + 1, nil
}

// scanEnd reads an end tag.
func (r *xmlReader) scanEnd() error {
	i := r.pos + len("</")
	if r.open.n == 0 {
		return r.syntax("end tag outside the root element")
	}
	want := r.open.at(r.open.n - 1).name.full
	if n := i + len(want); n < len(r.doc) && r.doc[i:n] == want && r.doc[n] == '>' {
		r.pos = n + 1
		r.close()
		return nil
	}
	name, i, err := r.scanName(i)
	if err != nil {
		return err
	}
	if i = skipSpace(r.doc, i); i == len(r.doc) {
		return r.cutShort()
	}
	switch {
	case r.doc[i] != '>':
		return r.syntaxAt(i, "end tag </%s with something in it", clip(name.full))
	case name.full != want:
		return r.syntax("end tag </%s> where </%s> belongs", clip(name.full), clip(want))
	}
	r.pos = i + 1
	r.close()
	return nil
}
