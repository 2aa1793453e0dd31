package ews

import (
	"fmt"
	"io"
	"strings"
)

// xmlReader reads a document element by element. It knows well-formedness,
// namespaces, and the limits on size and depth; it knows nothing of SOAP.
//
// It is strict: what XML 1.0 (fifth edition) and Namespaces in XML 1.0 call
// not well-formed is an error. Directives are refused, so there are no entities
// but the five predefined ones, and nothing is ever expanded to more than its
// own length. All strings are parts of the document, unless a reference or a
// line break in them had to be replaced. The time it takes grows with the size
// of the document and with nothing else.
type xmlReader struct {
	doc   string // in UTF-8, without a byte order mark
	pos   int    // up to where it has been read
	start int    // where the token began that was read last, or what is wrong

	bom           int // bytes before the document that do not belong to it
	maxDepth      int
	halfCharacter bool // at the end of the body, left out of the document
	tolerant      bool // of references to characters that XML forbids

	rootSeen bool
	pending  bool // the end of an empty-element tag is the next token
	open     stack[openElement]
	ns       namespaces
	attrs    stack[xmlAttr] // of the element that was opened last

	elem  xmlElement // after startToken
	chars string     // after textToken
}

type openElement struct {
	name  xmlName
	space string
	mark  int // of the namespaces
}

type tokenKind int

const (
	startToken tokenKind = iota
	endToken
	textToken
	eofToken
)

func newXMLReader(body []byte, limits Limits) (*xmlReader, error) {
	r := &xmlReader{}
	if err := r.reset(string(body), limits); err != nil {
		return nil, err
	}
	return r, nil
}

// newTolerantXMLReader returns a reader that takes a reference to a character
// which XML forbids (&#x1F;) for U+FFFD. Exchange keeps such characters in
// subjects and bodies, and writes them in this way.
func newTolerantXMLReader(body []byte, limits Limits) (*xmlReader, error) {
	r, err := newXMLReader(body, limits)
	if err == nil {
		r.tolerant = true
	}
	return r, err
}

// reset begins a document. The reader is new, or has read another one.
func (r *xmlReader) reset(body string, limits Limits) error {
	if len(body) > limits.MaxBytes {
		return &DecodeError{Err: fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limits.MaxBytes)}
	}
	doc, bom, err := toUTF8(body)
	if err != nil {
		return err
	}
	r.doc, r.pos, r.start, r.bom, r.maxDepth = doc, 0, 0, bom, limits.MaxDepth
	// Half a character ends the body. Read what comes before it as it is, so
	// that it shows as cut short and not as damaged.
	r.doc, r.halfCharacter = strings.CutSuffix(doc, "\uFFFD")
	r.rootSeen, r.pending = false, false
	r.open.cut(0)
	r.attrs.cut(0)
	r.ns.reset()
	return nil
}

// depth is how many elements are open.
func (r *xmlReader) depth() int { return r.open.n }

// next reads one token. The end of the document is an error as long as an
// element is open.
func (r *xmlReader) next() (tokenKind, error) {
	if r.pending {
		r.pending = false
		r.close()
		return endToken, nil
	}
	for r.pos < len(r.doc) {
		r.start = r.pos
		if r.doc[r.pos] != '<' {
			if inside, err := r.scanText(); inside || err != nil {
				return textToken, err
			}
			continue
		}
		if r.pos+1 == len(r.doc) {
			break
		}
		switch r.doc[r.pos+1] {
		case '/':
			return endToken, r.scanEnd()
		case '?':
			if err := r.scanInstruction(); err != nil {
				return 0, err
			}
		case '!':
			if cdata, err := r.scanExclamation(); cdata || err != nil {
				return textToken, err
			}
		default:
			return startToken, r.scanStart()
		}
	}
	return r.finished()
}

// finished is the end of the document.
func (r *xmlReader) finished() (tokenKind, error) {
	if r.pos < len(r.doc) || !r.rootSeen || r.open.n > 0 {
		return 0, r.cutShort()
	}
	r.start = len(r.doc)
	if r.halfCharacter {
		return 0, r.syntax("text outside the root element")
	}
	return eofToken, nil
}

// cutShort is the error of a document that ends where it must not.
func (r *xmlReader) cutShort() error {
	r.start = len(r.doc)
	return r.errorHere(fmt.Errorf("body ends too early: %w", io.ErrUnexpectedEOF))
}

func (r *xmlReader) syntax(format string, args ...any) error {
	return r.errorHere(fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...)))
}

// syntaxAt is syntax about a place within the token.
func (r *xmlReader) syntaxAt(pos int, format string, args ...any) error {
	r.start = pos
	return r.syntax(format, args...)
}
