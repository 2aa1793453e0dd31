package ews

import "strings"

// scanExclamation reads what begins with "<!", and reports whether it was text:
// comments are skipped, directives refused.
func (r *xmlReader) scanExclamation() (bool, error) {
	const comment, cdata = "<!--", "<![CDATA["
	rest := r.doc[r.pos:]
	switch {
	case strings.HasPrefix(rest, comment):
		return false, r.comment(r.pos + len(comment))
	case strings.HasPrefix(rest, cdata):
		return true, r.cdata(r.pos + len(cdata))
	case strings.HasPrefix(comment, rest), strings.HasPrefix(cdata, rest):
		return false, r.cutShort()
	case rest[2] == '-', rest[2] == '[':
		return false, r.syntax("neither a comment nor a CDATA section")
	case strings.IndexByte(rest, '>') < 0:
		return false, r.cutShort()
	}
	return false, r.errorHere(ErrDirective)
}

// comment skips a comment whose text begins at i.
func (r *xmlReader) comment(i int) error {
	n := strings.Index(r.doc[i:], "--")
	end := i + n + len("--")
	if n < 0 || end == len(r.doc) {
		return r.cutShort()
	}
	if r.doc[end] != '>' {
		return r.syntaxAt(end-len("--"), "-- inside a comment")
	}
	r.pos = end + 1
	return r.characters(i, end)
}

// cdata reads a CDATA section whose text begins at i.
func (r *xmlReader) cdata(i int) error {
	const end = "]]>"
	if r.open.n == 0 {
		return r.syntax("text outside the root element")
	}
	n := strings.Index(r.doc[i:], end)
	if n < 0 {
		return r.cutShort()
	}
	r.pos = i + n + len(end)
	var err error
	r.chars, err = r.unescape(i, i+n, inCDATA)
	return err
}

// scanInstruction skips a processing instruction, or reads the XML declaration.
func (r *xmlReader) scanInstruction() error {
	const closing = "?>"
	begin := r.pos + len("<?")
	n := strings.Index(r.doc[begin:], closing)
	if n < 0 {
		return r.cutShort()
	}
	end := begin + n
	target := r.doc[begin:end]
	if i := strings.IndexAny(target, whitespace); i >= 0 {
		target = target[:i]
	}
	switch {
	case target == "xml" && r.pos == 0:
		if !isDeclaration(r.doc[begin:end]) {
			return r.syntax("not an XML declaration")
		}
	case strings.EqualFold(target, "xml"):
		return r.syntax("XML declaration inside the document")
	case !isNCName(target):
		return r.syntax("%q is no target of a processing instruction", clip(target))
	}
	r.pos = end + len(closing)
	return r.characters(begin, end)
}
