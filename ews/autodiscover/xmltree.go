package autodiscover

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDepth bounds the nesting of an answer.
const maxDepth = 64

// node is an element of an answer. Namespaces are left out: servers and
// documents disagree about them, and here no two elements differ by them alone.
type node struct {
	name     string
	attrs    []xml.Attr
	text     string // all that is directly inside, trimmed
	children []*node

	chars strings.Builder // the text so far
}

// parseXML reads a document of at most maxAnswer bytes. Directives are refused,
// so there are no entities to expand. All errors are ErrAnswer.
func parseXML(body []byte) (*node, error) {
	doc, err := toUTF8(body)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(bytes.NewReader(doc))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is converted
	var root *node
	var open []*node
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && root != nil {
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s", ErrAnswer, clip(err.Error()))
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, fmt.Errorf("%w: XML directive", ErrAnswer)
		case xml.StartElement:
			if len(open) == maxDepth || root != nil && len(open) == 0 {
				return nil, fmt.Errorf("%w: too deep, or a second root element", ErrAnswer)
			}
			n := &node{name: t.Name.Local, attrs: t.Attr}
			if len(open) == 0 {
				root = n
			} else {
				parent := open[len(open)-1]
				parent.children = append(parent.children, n)
			}
			open = append(open, n)
		case xml.EndElement:
			last := open[len(open)-1]
			last.text = strings.TrimSpace(last.chars.String())
			last.chars.Reset()
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].chars.Write(t)
			}
		default:
		}
	}
}

// child returns the first child of that name. It may be called on nil and
// returns nil if there is none.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// all returns the children of that name.
func (n *node) all(name string) []*node {
	var found []*node
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if c.name == name {
			found = append(found, c)
		}
	}
	return found
}

// value returns the text of the first child of that name, or "".
func (n *node) value(name string) string {
	if c := n.child(name); c != nil {
		return c.text
	}
	return ""
}

// attr returns an attribute, or "".
func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}
