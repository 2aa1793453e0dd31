package ews

import (
	"encoding/xml"
	"fmt"
)

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

func rawName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
