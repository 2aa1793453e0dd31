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
}

var _ xml.TokenReader = (*tokenReader)(nil)

func (r *xmlReader) tokens() *tokenReader {
	start := startElement(&r.elem)
	return &tokenReader{r: r, first: &start, depth: r.elem.depth}
}

// Token returns io.EOF after the end tag of the element.
func (t *tokenReader) Token() (xml.Token, error) {
	if t.first != nil {
		start := *t.first
		t.first = nil
		return start, nil
	}
	if len(t.r.open) < t.depth {
		return nil, io.EOF
	}
	last := t.r.open[len(t.r.open)-1]
	kind, err := t.r.next()
	if err != nil {
		return nil, err
	}
	switch kind {
	case startToken:
		return startElement(&t.r.elem), nil
	case endToken:
		return xml.EndElement{Name: xml.Name{Space: last.space, Local: last.local}}, nil
	default:
		return xml.CharData(t.r.chars), nil
	}
}

func startElement(e *xmlElement) xml.StartElement {
	return xml.StartElement{Name: xml.Name{Space: e.space, Local: e.local}, Attr: e.attrs}
}
