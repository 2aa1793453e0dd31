package ews

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// xmlReader reads a document element by element. It knows well-formedness,
// namespaces, and the limits on size and depth; it knows nothing of SOAP.
type xmlReader struct {
	src  *byteSource
	dec  *xml.Decoder
	bom  int // bytes before the document that do not belong to it
	ns   namespaces
	open []openElement

	maxDepth int
	rootSeen bool

	elem  xmlElement // after startToken
	chars []byte     // after textToken, valid until the next call of next
	start int64      // where the token began
}

// xmlElement is a start tag with its names resolved.
type xmlElement struct {
	space, local string
	attrs        []xml.Attr // without namespace declarations
	offset       int64
	depth        int // 1 for the root
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

type openElement struct {
	prefix, space, local string
	mark                 int // of the namespaces
}

type tokenKind int

const (
	startToken tokenKind = iota
	endToken
	textToken
	eofToken
)

func newXMLReader(body []byte, limits Limits) (*xmlReader, error) {
	if len(body) > limits.MaxBytes {
		return nil, &DecodeError{Err: fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limits.MaxBytes)}
	}
	doc, bom, err := toUTF8(body)
	if err != nil {
		return nil, err
	}
	r := &xmlReader{src: &byteSource{doc: doc}, bom: bom, maxDepth: limits.MaxDepth}
	r.dec = xml.NewDecoder(r.src)
	// The document has been converted already, whatever it declares.
	r.dec.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return r, nil
}

// next reads one token. An end is an error as long as an element is open.
func (r *xmlReader) next() (tokenKind, error) {
	for {
		r.start = r.dec.InputOffset()
		tok, err := r.dec.RawToken()
		if err != nil {
			return r.stop(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			return startToken, r.push(t)
		case xml.EndElement:
			return endToken, r.pop(t)
		case xml.CharData:
			if len(r.open) > 0 {
				r.chars = t
				return textToken, nil
			}
			if !isSpace(t) {
				return 0, r.errorHere(fmt.Errorf("%w: text outside the root element", ErrSyntax))
			}
		case xml.ProcInst:
			if strings.EqualFold(t.Target, "xml") && r.start != 0 {
				return 0, r.errorHere(fmt.Errorf("%w: XML declaration inside the document", ErrSyntax))
			}
		case xml.Directive:
			return 0, r.errorHere(ErrDirective)
		case xml.Comment:
		}
	}
}

// stop sorts the errors of the tokenizer. If it asked for more bytes than there
// are before the root element was closed, the document has been cut short,
// whatever the tokenizer makes of the rest.
func (r *xmlReader) stop(err error) (tokenKind, error) {
	rootClosed := r.rootSeen && len(r.open) == 0
	if rootClosed && errors.Is(err, io.EOF) {
		return eofToken, nil
	}
	r.start = r.dec.InputOffset()
	if r.src.ended && !rootClosed {
		return 0, r.errorHere(fmt.Errorf("body ends too early: %w", io.ErrUnexpectedEOF))
	}
	msg := err.Error()
	if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
		msg = syntax.Msg
	}
	return 0, r.errorHere(fmt.Errorf("%w: %s", ErrSyntax, clip(msg)))
}

func (r *xmlReader) push(t xml.StartElement) error {
	switch {
	case len(r.open) == 0 && r.rootSeen:
		return r.errorHere(fmt.Errorf("%w: second root element <%s>", ErrSyntax, clip(rawName(t.Name))))
	case len(r.open) >= r.maxDepth:
		return r.errorHere(fmt.Errorf("%w: more than %d levels", ErrTooDeep, r.maxDepth))
	case badName(t.Name.Local):
		return r.errorHere(fmt.Errorf("%w: element name %q", ErrSyntax, clip(t.Name.Local)))
	}
	r.rootSeen = true
	r.open = append(r.open, openElement{prefix: t.Name.Space, local: t.Name.Local, mark: r.ns.mark()})
	attrs, err := r.attributes(t.Attr)
	if err != nil {
		return r.errorHere(err)
	}
	space, err := r.ns.resolve(t.Name.Space)
	if err != nil {
		return r.errorHere(err)
	}
	r.open[len(r.open)-1].space = space
	r.elem = xmlElement{space: space, local: t.Name.Local, attrs: attrs, offset: r.start, depth: len(r.open)}
	return nil
}

func (r *xmlReader) pop(t xml.EndElement) error {
	if len(r.open) == 0 {
		return r.errorHere(fmt.Errorf("%w: end tag </%s> outside the root element", ErrSyntax, clip(rawName(t.Name))))
	}
	last := r.open[len(r.open)-1]
	if last.prefix != t.Name.Space || last.local != t.Name.Local {
		want := rawName(xml.Name{Space: last.prefix, Local: last.local})
		return r.errorHere(fmt.Errorf("%w: end tag </%s> where </%s> belongs", ErrSyntax, clip(rawName(t.Name)), clip(want)))
	}
	r.ns.release(last.mark)
	r.open = r.open[:len(r.open)-1]
	return nil
}

// attributes declares the namespaces of a start tag and returns its other
// attributes with their names resolved.
func (r *xmlReader) attributes(raw []xml.Attr) ([]xml.Attr, error) {
	if dup, found := duplicate(raw); found {
		return nil, fmt.Errorf("%w: attribute %q occurs twice", ErrSyntax, clip(rawName(dup)))
	}
	attrs := raw[:0]
	for _, a := range raw {
		var err error
		switch {
		case a.Name.Space == "xmlns":
			err = r.ns.declare(a.Name.Local, a.Value)
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			err = r.ns.declare("", a.Value)
		case badName(a.Name.Local):
			err = fmt.Errorf("%w: attribute name %q", ErrSyntax, clip(a.Name.Local))
		default:
			attrs = append(attrs, a)
		}
		if err != nil {
			return nil, err
		}
	}
	resolved := false
	for i := range attrs {
		if attrs[i].Name.Space == "" {
			continue
		}
		space, err := r.ns.resolve(attrs[i].Name.Space)
		if err != nil {
			return nil, err
		}
		attrs[i].Name.Space, resolved = space, true
	}
	if resolved { // two prefixes may stand for one namespace
		if dup, found := duplicate(attrs); found {
			return nil, fmt.Errorf("%w: attribute %q occurs twice", ErrSyntax, clip(dup.Local))
		}
	}
	return attrs, nil
}

// duplicate finds a name that occurs twice. A start tag with very many
// attributes must not cost the square of their number.
func duplicate(attrs []xml.Attr) (xml.Name, bool) {
	if len(attrs) <= 8 {
		for i := range attrs {
			for j := range i {
				if attrs[i].Name == attrs[j].Name {
					return attrs[i].Name, true
				}
			}
		}
		return xml.Name{}, false
	}
	seen := make(map[xml.Name]struct{}, len(attrs))
	for i := range attrs {
		if _, found := seen[attrs[i].Name]; found {
			return attrs[i].Name, true
		}
		seen[attrs[i].Name] = struct{}{}
	}
	return xml.Name{}, false
}

// errorHere makes a DecodeError about the token that was read last.
func (r *xmlReader) errorHere(err error) error {
	return r.errorAt(r.start, r.path(len(r.open), ""), err)
}

// errorIn makes a DecodeError about an element, which may have been closed, in
// parents that have not.
func (r *xmlReader) errorIn(e *xmlElement, err error) error {
	return r.errorAt(e.offset, r.path(e.depth-1, e.local), err)
}

func (r *xmlReader) errorAt(offset int64, path string, err error) error {
	before := r.src.doc[:min(int(offset), len(r.src.doc))]
	return &DecodeError{
		Offset: offset + int64(r.bom),
		Line:   bytes.Count(before, []byte("\n")) + 1,
		Column: len(before) - bytes.LastIndexByte(before, '\n'),
		Path:   path,
		Err:    err,
	}
}

func (r *xmlReader) path(depth int, last string) string {
	names := make([]string, 0, depth+1)
	for _, o := range r.open[:min(depth, len(r.open))] {
		names = append(names, clip(o.local))
	}
	if last != "" {
		names = append(names, clip(last))
	}
	return strings.Join(names, "/")
}

func rawName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// whitespace is what XML calls so.
const whitespace = " \t\r\n"

func trim(s string) string { return strings.Trim(s, whitespace) }

func isSpace(b []byte) bool { return len(bytes.Trim(b, whitespace)) == 0 }

// byteSource hands out a document byte by byte and remembers whether more was
// asked for than there is.
type byteSource struct {
	doc   []byte
	pos   int
	ended bool
}

func (s *byteSource) ReadByte() (byte, error) {
	if s.pos >= len(s.doc) {
		s.ended = true
		return 0, io.EOF
	}
	b := s.doc[s.pos]
	s.pos++
	return b, nil
}

// Read completes io.Reader, which xml.NewDecoder wants; it uses ReadByte.
func (s *byteSource) Read(p []byte) (int, error) {
	if s.pos >= len(s.doc) {
		s.ended = true
		return 0, io.EOF
	}
	n := copy(p, s.doc[s.pos:])
	s.pos += n
	return n, nil
}
