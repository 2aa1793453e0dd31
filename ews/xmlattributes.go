package ews

import "fmt"

// xmlAttr is an attribute as it stands in a tag.
type xmlAttr struct {
	name  xmlName
	space string // what the prefix stands for
	value string
}

// resolveAttributes declares the namespaces of a tag and resolves the names of
// its other attributes, which are all that remains.
func (r *xmlReader) resolveAttributes() error {
	if dup := r.duplicate(xmlAttr.rawKey); dup != "" {
		return fmt.Errorf("%w: attribute %q occurs twice", ErrSyntax, clip(dup))
	}
	kept, prefixed := 0, false
	for i := range r.attrs.n {
		a := r.attrs.at(i)
		var err error
		switch {
		case a.name.full == "xmlns":
			err = r.ns.declare("", a.value)
		case a.name.prefix() == "xmlns":
			err = r.ns.declare(a.name.local(), a.value)
		default:
			prefixed = prefixed || a.name.colon > 0
			*r.attrs.at(kept) = *a
			kept++
		}
		if err != nil {
			return err
		}
	}
	r.attrs.cut(kept)
	if !prefixed {
		return nil
	}
	for i := range kept {
		a := r.attrs.at(i)
		if a.name.colon == 0 {
			continue
		}
		var err error
		if a.space, err = r.ns.resolve(a.name.prefix()); err != nil {
			return err
		}
	}
	// Two prefixes may stand for one namespace.
	if dup := r.duplicate(xmlAttr.resolvedKey); dup != "" {
		return fmt.Errorf("%w: attribute %q occurs twice", ErrSyntax, clip(dup))
	}
	return nil
}

// attrKey is what no two attributes of a tag may have in common.
type attrKey struct{ space, local string }

func (a xmlAttr) rawKey() attrKey { return attrKey{local: a.name.full} }

func (a xmlAttr) resolvedKey() attrKey { return attrKey{space: a.space, local: a.name.local()} }

// duplicate returns a name that occurs twice, or "". A tag with very many
// attributes must not cost the square of their number.
func (r *xmlReader) duplicate(key func(xmlAttr) attrKey) string {
	if r.attrs.n > inPlace {
		seen := make(map[attrKey]struct{}, r.attrs.n)
		for i := range r.attrs.n {
			seen[key(*r.attrs.at(i))] = struct{}{}
			if len(seen) == i {
				return r.attrs.at(i).name.full
			}
		}
		return ""
	}
	for i := range r.attrs.n {
		for j := range i {
			if key(*r.attrs.at(i)) == key(*r.attrs.at(j)) {
				return r.attrs.at(i).name.full
			}
		}
	}
	return ""
}
