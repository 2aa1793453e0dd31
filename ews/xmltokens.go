package ews

import (
	"encoding/xml"
	"io"
)

// tokenReader lends the element that was opened last to encoding/xml: names
// resolved, declarations taken out, so that nothing is left to translate.
type tokenReader struct {
	r     *xmlReader
	first *xml.StartElement // not handed out yet
	depth int               // of the element
	chars []byte            // of the last text; encoding/xml copies what it keeps
}

var _ xml.TokenReader = (*tokenReader)(nil)

func (r *xmlReader) tokens() *tokenReader {
	start := r.startElement()
	return &tokenReader{r: r, first: &start, depth: r.elem.depth}
}

// Token returns io.EOF after the end tag of the element.
func (t *tokenReader) Token() (xml.Token, error) {
	if t.first != nil {
		start := *t.first
		t.first = nil
		return start, nil
	}
	if t.r.depth() < t.depth {
		return nil, io.EOF
	}
	last := t.r.open.at(t.r.depth() - 1)
	end := xml.EndElement{Name: xml.Name{Space: last.space, Local: last.name.local()}}
	kind, err := t.r.next()
	if err != nil {
		return nil, err
	}
	switch kind {
	case startToken:
		return t.r.startElement(), nil
	case endToken:
		return end, nil
	default:
		t.chars = append(t.chars[:0], t.r.chars...)
		return xml.CharData(t.chars), nil
	}
}

func (r *xmlReader) startElement() xml.StartElement {
	e := r.element()
	return xml.StartElement{Name: xml.Name{Space: e.space, Local: e.local}, Attr: e.attrs}
}
