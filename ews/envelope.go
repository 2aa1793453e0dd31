package ews

import "fmt"

// readEnvelope walks a SOAP 1.1 envelope. It calls header for each child of
// soap:Header and body for the only child of soap:Body, and leaves nothing of
// the document unread.
func readEnvelope(r *xmlReader, header, body func(e *xmlElement) error) error {
	root, err := r.root()
	if err != nil {
		return err
	}
	if root.space != NamespaceEnvelope || root.local != "Envelope" {
		return r.errorHere(fmt.Errorf("%w: root element %s in namespace %q", ErrEnvelope, clip(root.local), clip(root.space)))
	}
	bodies, contents := 0, 0
	err = r.children(func(e *xmlElement) error {
		switch {
		case e.space != NamespaceEnvelope:
			return nil
		case e.local == "Header":
			return r.children(header)
		case e.local == "Body":
			if bodies++; bodies > 1 {
				return r.errorHere(fmt.Errorf("%w: second Body", ErrEnvelope))
			}
			return r.children(func(e *xmlElement) error {
				if contents++; contents > 1 {
					return r.errorHere(fmt.Errorf("%w: second element %s in the Body", ErrMessage, clip(e.local)))
				}
				return body(e)
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if bodies == 0 {
		return r.errorIn(&root, fmt.Errorf("%w: no Body", ErrEnvelope))
	}
	if contents == 0 {
		return r.errorIn(&root, fmt.Errorf("%w: empty Body", ErrMessage))
	}
	return r.finish()
}
