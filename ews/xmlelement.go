package ews

import (
	"encoding/xml"
	"fmt"
)

// xmlElement is a start tag with its names resolved.
type xmlElement struct {
	space, local string
	// attrs are without namespace declarations. The reader's own elem leaves
	// them out; see xmlReader.element.
	attrs  []xml.Attr
	offset int
	depth  int // 1 for the root
}

// attr returns the value of an attribute without a namespace, or "".
func (e *xmlElement) attr(local string) string {
	for i := range e.attrs {
		if e.attrs[i].Name.Space == "" && e.attrs[i].Name.Local == local {
			return trim(e.attrs[i].Value)
		}
	}
	return ""
}

// element returns the element that was opened last, to be kept.
func (r *xmlReader) element() xmlElement {
	e := r.elem
	if r.attrs.n > 0 {
		e.attrs = make([]xml.Attr, r.attrs.n)
	}
	for i := range e.attrs {
		a := r.attrs.at(i)
		e.attrs[i] = xml.Attr{Name: xml.Name{Space: a.space, Local: a.name.local()}, Value: a.value}
	}
	return e
}

// attr is element().attr(local), for as long as the element is the last one.
func (r *xmlReader) attr(local string) string {
	for i := range r.attrs.n {
		if a := r.attrs.at(i); a.name.colon == 0 && a.name.full == local {
			return trim(a.value)
		}
	}
	return ""
}

// push opens an element whose tag has been read.
func (r *xmlReader) push(name xmlName) error {
	if r.open.n >= r.maxDepth {
		return r.errorHere(fmt.Errorf("%w: more than %d levels", ErrTooDeep, r.maxDepth))
	}
	r.rootSeen = true
	r.open.push(openElement{name: name, mark: r.ns.mark()})
	if r.attrs.n > 0 {
		if err := r.resolveAttributes(); err != nil {
			return r.errorHere(err)
		}
	}
	space, err := r.ns.resolve(name.prefix())
	if err != nil {
		return r.errorHere(err)
	}
	r.open.at(r.open.n - 1).space = space
	r.elem = xmlElement{space: space, local: name.local(), offset: r.start, depth: r.open.n}
	return nil
}

// close takes off the element that was opened last.
func (r *xmlReader) close() {
	r.ns.release(r.open.at(r.open.n - 1).mark)
	r.open.cut(r.open.n - 1)
}
