package ews

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// reference reads documents by means of encoding/xml, element by element: the
// reader that xmlReader has replaced. Where encoding/xml is not strict, rules
// make up for it; see brokenRule.
type reference struct {
	src  *byteSource
	dec  *xml.Decoder
	ns   referenceNamespaces
	open []referenceElement

	maxDepth      int
	rootSeen      bool
	halfCharacter bool

	elem  referenceElement
	chars []byte
	start int64
	token int64 // where the token began, also after an error
	bom   int64
}

type referenceElement struct {
	space, local string
	prefix       string
	attrs        []xml.Attr
	offset       int64
	depth        int
	outer        referenceNamespaces // of the parent
}

func (e *referenceElement) attr(local string) string {
	for i := range e.attrs {
		if e.attrs[i].Name.Space == "" && e.attrs[i].Name.Local == local {
			return strings.Trim(e.attrs[i].Value, whitespace)
		}
	}
	return ""
}

// referenceNamespaces is a list of declarations, latest first.
type referenceNamespaces []struct{ prefix, uri string }

func (n referenceNamespaces) resolve(prefix string) (string, bool) {
	for _, b := range n {
		if b.prefix == prefix {
			return b.uri, true
		}
	}
	if prefix == "xml" {
		return namespaceXML, true
	}
	return "", prefix == ""
}

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
func (s *byteSource) Read(p []byte) (int, error) { return 0, errors.New("not used") }

func newReference(body []byte, limits Limits) (*reference, error) {
	if len(body) > limits.MaxBytes {
		return nil, &DecodeError{Err: fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limits.MaxBytes)}
	}
	text, bom, err := toUTF8(string(body))
	if err != nil {
		return nil, err
	}
	doc := []byte(text)
	r := &reference{src: &byteSource{doc: doc}, maxDepth: limits.MaxDepth, bom: int64(bom)}
	if cut, found := bytes.CutSuffix(doc, []byte("\uFFFD")); found {
		r.src.doc, r.halfCharacter = cut, true
	}
	r.dec = xml.NewDecoder(r.src)
	r.dec.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return r, nil
}

func (r *reference) errorHere(err error) error { return r.errorAt(r.start, err) }

func (r *reference) errorAt(offset int64, err error) error {
	return &DecodeError{Offset: offset + r.bom, Err: err}
}

func (r *reference) next() (tokenKind, error) {
	for {
		r.start = r.dec.InputOffset()
		r.token = r.start
		tok, err := r.dec.RawToken()
		if err != nil {
			return r.stop(err)
		}
		raw := string(r.src.doc[r.start:r.dec.InputOffset()])
		if rule := brokenRule(tok, raw, r.start == 0, len(r.open) > 0); rule != "" {
			return 0, r.errorHere(fmt.Errorf("%w: %s", ErrSyntax, rule))
		}
		switch t := tok.(type) {
		case xml.StartElement:
			normalize(t.Attr, raw)
			return startToken, r.push(t)
		case xml.EndElement:
			return endToken, r.pop(t)
		case xml.CharData:
			if len(r.open) > 0 {
				r.chars = t
				return textToken, nil
			}
			if len(bytes.Trim(t, whitespace)) > 0 {
				return 0, r.errorHere(fmt.Errorf("%w: text outside the root element", ErrSyntax))
			}
		case xml.Directive:
			return 0, r.errorHere(ErrDirective)
		}
	}
}

func (r *reference) stop(err error) (tokenKind, error) {
	rootClosed := r.rootSeen && len(r.open) == 0
	r.start = r.dec.InputOffset()
	if rootClosed && errors.Is(err, io.EOF) {
		if r.halfCharacter {
			return 0, r.errorHere(fmt.Errorf("%w: text outside the root element", ErrSyntax))
		}
		return eofToken, nil
	}
	if r.src.ended && !rootClosed && !r.isForeign() {
		return 0, r.errorHere(fmt.Errorf("body ends too early: %w", io.ErrUnexpectedEOF))
	}
	return 0, r.errorHere(fmt.Errorf("%w: %w", ErrSyntax, err))
}

// isForeign reports whether the document cannot be the beginning of any XML
// document.
func (r *reference) isForeign() bool {
	doc := bytes.TrimLeft(r.src.doc, whitespace)
	return len(doc) > 2 && doc[0] != '<'
}

func (r *reference) push(t xml.StartElement) error {
	switch {
	case len(r.open) == 0 && r.rootSeen:
		return r.errorHere(fmt.Errorf("%w: second root element", ErrSyntax))
	case len(r.open) >= r.maxDepth:
		return r.errorHere(fmt.Errorf("%w: more than %d levels", ErrTooDeep, r.maxDepth))
	}
	r.rootSeen = true
	e := referenceElement{prefix: t.Name.Space, local: t.Name.Local, offset: r.start, depth: len(r.open) + 1, outer: r.ns}
	raw, resolved := map[xml.Name]bool{}, map[xml.Name]bool{}
	for _, a := range t.Attr {
		if raw[a.Name] {
			return r.errorHere(fmt.Errorf("%w: attribute twice", ErrSyntax))
		}
		raw[a.Name] = true
		prefix, isDeclaration := a.Name.Local, a.Name.Space == "xmlns"
		if a.Name.Space == "" && a.Name.Local == "xmlns" {
			prefix, isDeclaration = "", true
		}
		if !isDeclaration {
			e.attrs = append(e.attrs, a)
			continue
		}
		uri := a.Value
		if prefix == "xmlns" || uri == namespaceXMLNS || (prefix == "xml") != (uri == namespaceXML) || prefix != "" && uri == "" {
			return r.errorHere(fmt.Errorf("%w: declaration of %q", ErrSyntax, prefix))
		}
		r.ns = append(referenceNamespaces{{prefix, uri}}, r.ns...)
	}
	for i := range e.attrs {
		name := &e.attrs[i].Name
		if name.Space != "" {
			uri, ok := r.ns.resolve(name.Space)
			if !ok {
				return r.errorHere(fmt.Errorf("%w: prefix %q", ErrSyntax, name.Space))
			}
			name.Space = uri
		}
		if resolved[*name] {
			return r.errorHere(fmt.Errorf("%w: attribute twice", ErrSyntax))
		}
		resolved[*name] = true
	}
	space, ok := r.ns.resolve(e.prefix)
	if !ok {
		return r.errorHere(fmt.Errorf("%w: prefix %q", ErrSyntax, e.prefix))
	}
	e.space = space
	r.open = append(r.open, e)
	r.elem = e
	return nil
}

func (r *reference) pop(t xml.EndElement) error {
	if len(r.open) == 0 {
		return r.errorHere(fmt.Errorf("%w: end tag outside the root element", ErrSyntax))
	}
	last := r.open[len(r.open)-1]
	if last.prefix != t.Name.Space || last.local != t.Name.Local {
		return r.errorHere(fmt.Errorf("%w: wrong end tag", ErrSyntax))
	}
	r.ns = last.outer
	r.open = r.open[:len(r.open)-1]
	return nil
}

// children, text and allText walk as those of xmlReader do.
func (r *reference) children(f func(e *referenceElement) error) error {
	depth := len(r.open)
	for {
		kind, err := r.next()
		if err != nil {
			return err
		}
		if kind == endToken {
			return nil
		}
		if kind != startToken {
			continue
		}
		e := r.elem
		if err := f(&e); err != nil {
			return err
		}
		for len(r.open) > depth {
			if _, err := r.next(); err != nil {
				return err
			}
		}
	}
}

func (r *reference) text() (string, error) {
	var b strings.Builder
	for {
		kind, err := r.next()
		if err != nil {
			return "", err
		}
		switch kind {
		case endToken:
			return strings.Trim(b.String(), whitespace), nil
		case startToken:
			return "", r.errorHere(fmt.Errorf("%w: element in a text", ErrMessage))
		default:
			b.Write(r.chars)
		}
	}
}

func (r *reference) allText() (string, error) {
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
	return strings.Trim(b.String(), whitespace), nil
}
