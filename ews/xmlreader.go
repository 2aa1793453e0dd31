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

	maxDepth      int
	rootSeen      bool
	halfCharacter bool // at the end of the body, left out of the document

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
	if cut, found := bytes.CutSuffix(doc, []byte("\uFFFD")); found {
		// Half a character ends the body. Read what comes before it as it is,
		// so that it shows as cut short and not as damaged.
		r.src.doc, r.halfCharacter = cut, true
	}
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
	r.start = r.dec.InputOffset()
	if rootClosed && errors.Is(err, io.EOF) {
		if r.halfCharacter {
			return 0, r.errorHere(fmt.Errorf("%w: text outside the root element", ErrSyntax))
		}
		return eofToken, nil
	}
	if r.src.ended && !rootClosed && !r.src.isForeign() {
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
