package ews

import (
	"fmt"
	"strings"
)

// root reads up to the start tag of the root element.
func (r *xmlReader) root() (xmlElement, error) {
	if _, err := r.next(); err != nil {
		return xmlElement{}, err
	}
	return r.elem, nil
}

// finish makes sure that nothing follows the root element.
func (r *xmlReader) finish() error {
	_, err := r.next()
	return err
}

// children calls f for each child of the element that was opened last, up to
// its end tag. f reads as much of the child as it needs: the rest is skipped.
// Text between the children is ignored.
func (r *xmlReader) children(f func(e *xmlElement) error) error {
	depth := len(r.open)
	for {
		kind, err := r.next()
		if err != nil {
			return err
		}
		switch kind {
		case endToken:
			return nil
		case startToken:
			e := r.elem
			if err := f(&e); err != nil {
				return err
			}
			if err := r.skipTo(depth); err != nil {
				return err
			}
		default:
		}
	}
}

// skipTo reads on until no more than depth elements are open.
func (r *xmlReader) skipTo(depth int) error {
	for len(r.open) > depth {
		if _, err := r.next(); err != nil {
			return err
		}
	}
	return nil
}

// text reads an element that holds text only, and returns it trimmed.
func (r *xmlReader) text(e *xmlElement) (string, error) {
	var b strings.Builder
	for {
		kind, err := r.next()
		if err != nil {
			return "", err
		}
		switch kind {
		case endToken:
			return trim(b.String()), nil
		case startToken:
			return "", r.errorHere(fmt.Errorf("%w: element %s inside %s, which holds text only", ErrMessage, clip(r.elem.local), clip(e.local)))
		default:
			b.Write(r.chars)
		}
	}
}

// allText reads an element and returns the text in it and in all its
// descendants, trimmed.
func (r *xmlReader) allText() (string, error) {
	depth := len(r.open) - 1
	var b strings.Builder
	for len(r.open) > depth {
		kind, err := r.next()
		if err != nil {
			return "", err
		}
		if kind == textToken {
			b.Write(r.chars)
		}
	}
	return trim(b.String()), nil
}
