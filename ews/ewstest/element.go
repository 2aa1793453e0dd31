package ewstest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxDepth bounds the nesting of a request.
const maxDepth = 64

// element is an element of a request, with the place where it was found.
type element struct {
	space, name  string
	attributes   []xml.Attr // without namespace declarations; Name.Space is a namespace
	children     []*element
	text         string // all character data directly inside, as it is
	line, column int    // of the first character of the name
}

// xmlError says where a request stops being XML.
type xmlError struct {
	line, column int
	err          error
}

func (e *xmlError) Error() string {
	return fmt.Sprintf("%v Line %d, position %d.", e.err, e.line, e.column)
}

func (e *xmlError) Unwrap() error { return e.err }

// parse reads a document. Other than encoding/xml it refuses prefixes that are
// not declared, attributes that are there twice, and text around the root.
func parse(body []byte) (*element, *xmlError) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		if strings.EqualFold(label, "us-ascii") {
			return r, nil
		}
		return nil, fmt.Errorf("there is no encoding %q here", label)
	}
	p := &parser{decoder: d}
	if err := p.read(); err != nil {
		line, column := d.InputPos()
		// After an unread line feed encoding/xml counts the column from the next line.
		return nil, &xmlError{line: line, column: max(column, 1), err: err}
	}
	return p.root, nil
}

type parser struct {
	decoder *xml.Decoder
	root    *element
	open    []*element
	raw     []string            // names of the open elements as they are written
	scopes  []map[string]string // prefixes that the open elements declare; nil for none
}

func (p *parser) read() error {
	for {
		line, column := p.decoder.InputPos()
		token, err := p.decoder.RawToken()
		switch {
		case errors.Is(err, io.EOF) && (p.root == nil || len(p.open) > 0):
			return errors.New("there is an unclosed literal string or element")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = p.start(t, line, column+1)
		case xml.EndElement:
			err = p.end(t)
		case xml.CharData:
			if len(p.open) > 0 {
				p.open[len(p.open)-1].text += string(t)
			} else if len(bytes.TrimSpace(t)) > 0 {
				err = errors.New("data at the root level is invalid")
			}
		case xml.Directive:
			err = errors.New("DTD is prohibited")
		default: // comments, processing instructions
		}
		if err != nil {
			return err
		}
	}
}

func (p *parser) start(t xml.StartElement, line, column int) error {
	if len(p.open) == 0 && p.root != nil {
		return errors.New("there are multiple root elements")
	}
	if len(p.open) == maxDepth {
		return errors.New("the elements are nested too deeply")
	}
	var scope map[string]string
	for _, a := range t.Attr {
		prefix, ok := declared(a.Name)
		if !ok {
			continue
		}
		if scope == nil {
			scope = map[string]string{}
		}
		if _, twice := scope[prefix]; twice {
			return fmt.Errorf("'%s' is a duplicate attribute name", rawName(a.Name))
		}
		if prefix != "" && a.Value == "" {
			return fmt.Errorf("prefix '%s' cannot be bound to nothing", prefix)
		}
		scope[prefix] = a.Value
	}
	p.scopes = append(p.scopes, scope)
	p.raw = append(p.raw, rawName(t.Name))

	e := &element{name: t.Name.Local, line: line, column: column}
	var err error
	if e.space, err = p.resolve(t.Name.Space); err != nil {
		return err
	}
	seen := map[xml.Name]bool{}
	for _, a := range t.Attr {
		if _, ok := declared(a.Name); ok {
			continue
		}
		if a.Name.Space != "" { // the default namespace is not for attributes
			if a.Name.Space, err = p.resolve(a.Name.Space); err != nil {
				return err
			}
		}
		if seen[a.Name] {
			return fmt.Errorf("'%s' is a duplicate attribute name", a.Name.Local)
		}
		seen[a.Name] = true
		e.attributes = append(e.attributes, a)
	}
	if len(p.open) > 0 {
		parent := p.open[len(p.open)-1]
		parent.children = append(parent.children, e)
	} else {
		p.root = e
	}
	p.open = append(p.open, e)
	return nil
}

func (p *parser) end(t xml.EndElement) error {
	last := len(p.open) - 1
	if last < 0 {
		return fmt.Errorf("unexpected end tag '%s'", rawName(t.Name))
	}
	if name := rawName(t.Name); name != p.raw[last] {
		return fmt.Errorf("the '%s' start tag on line %d does not match the end tag of '%s'", p.raw[last], p.open[last].line, name)
	}
	p.open, p.raw, p.scopes = p.open[:last], p.raw[:last], p.scopes[:last]
	return nil
}

func (p *parser) resolve(prefix string) (string, error) {
	for _, scope := range slices.Backward(p.scopes) {
		if space, ok := scope[prefix]; ok {
			return space, nil
		}
	}
	switch prefix {
	case "":
		return "", nil
	case "xml":
		return "http://www.w3.org/XML/1998/namespace", nil
	default:
		return "", fmt.Errorf("'%s' is an undeclared prefix", prefix)
	}
}

// declared returns the prefix that an attribute declares, if it does.
func declared(n xml.Name) (prefix string, ok bool) {
	if n.Space == "" && n.Local == "xmlns" {
		return "", true
	}
	return n.Local, n.Space == "xmlns"
}

func rawName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// child returns the first child of that name, or nil.
func (e *element) child(space, name string) *element {
	for _, c := range e.children {
		if c.space == space && c.name == name {
			return c
		}
	}
	return nil
}

// value returns the text of a child without the white space around it, or "".
func (e *element) value(space, name string) string {
	if c := e.child(space, name); c != nil {
		return strings.TrimSpace(c.text)
	}
	return ""
}

// attribute returns the value of an attribute without a namespace, or "".
func (e *element) attribute(name string) string {
	for _, a := range e.attributes {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
