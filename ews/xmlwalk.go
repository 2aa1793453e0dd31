package ews

import (
	"fmt"
	"strings"
)

// root reads up to the start tag of the root element.
func (r *xmlReader) root() error {
	_, err := r.next()
	return err
}

// finish makes sure that nothing follows the root element.
func (r *xmlReader) finish() error {
	_, err := r.next()
	return err
}

// child reads up to the next child of the element at a depth, and reports
// false at the end tag of that element. What is unread of the child before is
// skipped, and so is text between children.
func (r *xmlReader) child(depth int) (bool, error) {
	for {
		kind, err := r.next()
		switch {
		case err != nil:
			return false, err
		case kind == startToken && r.open.n == depth+1:
			return true, nil
		case kind == endToken && r.open.n < depth:
			return false, nil
		}
	}
}

// children calls f for each child of the element that was opened last, up to
// its end tag. f reads as much of the child as it needs: the rest is skipped.
// Text between the children is ignored.
func (r *xmlReader) children(f func(e *xmlElement) error) error {
	depth := r.depth()
	for {
		more, err := r.child(depth)
		if err != nil || !more {
			return err
		}
		e := r.element()
		if err := f(&e); err != nil {
			return err
		}
	}
}

// text reads an element that holds text only, and returns it trimmed.
func (r *xmlReader) text(e *xmlElement) (string, error) {
	var t textBuilder
	for {
		kind, err := r.next()
		if err != nil {
			return "", err
		}
		switch kind {
		case endToken:
			return trim(t.String()), nil
		case startToken:
			return "", r.errorHere(fmt.Errorf("%w: element %s inside %s, which holds text only", ErrMessage, clip(r.elem.local), clip(e.local)))
		default:
			t.add(r.chars)
		}
	}
}

// allText reads an element and returns the text in it and in all its
// descendants, trimmed.
func (r *xmlReader) allText() (string, error) {
	depth := r.depth() - 1
	var t textBuilder
	for r.depth() > depth {
		kind, err := r.next()
		if err != nil {
			return "", err
		}
		if kind == textToken {
			t.add(r.chars)
		}
	}
	return trim(t.String()), nil
}

// textBuilder puts together what comments, sections and elements have taken
// apart. A text in one piece, as nearly all are, is not copied.
type textBuilder struct {
	first string
	all   strings.Builder
}

func (t *textBuilder) add(s string) {
	switch {
	case t.all.Len() > 0:
		t.all.WriteString(s)
	case t.first == "":
		t.first = s
	default:
		t.all.WriteString(t.first)
		t.all.WriteString(s)
	}
}

func (t *textBuilder) String() string {
	if t.all.Len() > 0 {
		return t.all.String()
	}
	return t.first
}
