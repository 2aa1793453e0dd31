package ews

import "fmt"

// readEnvelope walks a SOAP 1.1 envelope. It calls header for each child of
// soap:Header and body for the only child of soap:Body, and leaves nothing of
// the document unread.
func readEnvelope(r *xmlReader, header, body func(e *xmlElement) error) error {
	with := func(f func(e *xmlElement) error) func() error {
		return func() error {
			e := r.element()
			return f(&e)
		}
	}
	return walkEnvelope(r, with(header), with(body))
}

// walkEnvelope is readEnvelope for callers that find what they need of the
// element in the reader, and spare the copy.
func walkEnvelope(r *xmlReader, header, body func() error) error {
	if err := r.root(); err != nil {
		return err
	}
	root := r.elem
	if root.space != NamespaceEnvelope || root.local != "Envelope" {
		return r.errorHere(fmt.Errorf("%w: root element %s in namespace %q", ErrEnvelope, clip(root.local), clip(root.space)))
	}
	bodies, contents := 0, 0
	for {
		more, err := r.child(root.depth)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if r.elem.space != NamespaceEnvelope {
			continue
		}
		switch r.elem.local {
		case "Header":
			err = walkHeader(r, header)
		case "Body":
			if bodies++; bodies > 1 {
				return r.errorHere(fmt.Errorf("%w: second Body", ErrEnvelope))
			}
			contents, err = walkBody(r, body)
		}
		if err != nil {
			return err
		}
	}
	if bodies == 0 {
		return r.errorIn(&root, fmt.Errorf("%w: no Body", ErrEnvelope))
	}
	if contents == 0 {
		return r.errorIn(&root, fmt.Errorf("%w: empty Body", ErrMessage))
	}
	return r.finish()
}

func walkHeader(r *xmlReader, header func() error) error {
	depth := r.depth()
	for {
		more, err := r.child(depth)
		if err != nil || !more {
			return err
		}
		if err := header(); err != nil {
			return err
		}
	}
}

func walkBody(r *xmlReader, body func() error) (contents int, err error) {
	depth := r.depth()
	for {
		more, err := r.child(depth)
		if err != nil || !more {
			return contents, err
		}
		if contents++; contents > 1 {
			return contents, r.errorHere(fmt.Errorf("%w: second element %s in the Body", ErrMessage, clip(r.elem.local)))
		}
		if err := body(); err != nil {
			return contents, err
		}
	}
}
