package ews

import "fmt"

const (
	namespaceXML   = "http://www.w3.org/XML/1998/namespace"
	namespaceXMLNS = "http://www.w3.org/2000/xmlns/"
)

// namespaces knows what prefixes stand for at one place of a document. A few
// declarations are looked through, latest first; with more than that, lookups
// cost the same however many there are.
type namespaces struct {
	bound stack[binding]
	// latest is the place in bound of the latest declaration of each prefix,
	// counted from 1. It is made when bound outgrows its place, and kept.
	latest map[string]int
}

type binding struct {
	prefix, uri string // "" is the default namespace
	hidden      int    // latest of the prefix before this one, or 0
}

// reset forgets everything.
func (n *namespaces) reset() {
	n.bound.cut(0)
	n.latest = nil
}

// mark returns a point to which release goes back.
func (n *namespaces) mark() int { return n.bound.n }

func (n *namespaces) release(mark int) {
	if n.latest != nil {
		for i := n.bound.n - 1; i >= mark; i-- {
			if b := n.bound.at(i); b.hidden > 0 {
				n.latest[b.prefix] = b.hidden
			} else {
				delete(n.latest, b.prefix)
			}
		}
	}
	n.bound.cut(mark)
}

func (n *namespaces) declare(prefix, uri string) error {
	uri = known(uri)
	switch {
	case prefix == "xmlns", uri == namespaceXMLNS, (prefix == "xml") != (uri == namespaceXML):
		return fmt.Errorf("%w: reserved namespace or prefix %q declared", ErrSyntax, clip(prefix))
	case prefix != "" && uri == "":
		return fmt.Errorf("%w: prefix %q declared without a namespace", ErrSyntax, clip(prefix))
	}
	n.bound.push(binding{prefix: prefix, uri: uri})
	switch {
	case n.latest != nil:
		n.index(n.bound.n - 1)
	case n.bound.n > inPlace:
		n.latest = make(map[string]int)
		for i := range n.bound.n {
			n.index(i)
		}
	}
	return nil
}

func (n *namespaces) index(i int) {
	b := n.bound.at(i)
	b.hidden = n.latest[b.prefix]
	n.latest[b.prefix] = i + 1
}

// known returns the package's own copy of a namespace: comparing it with
// itself costs nothing.
func known(uri string) string {
	switch uri {
	case NamespaceEnvelope:
		return NamespaceEnvelope
	case NamespaceMessages:
		return NamespaceMessages
	case NamespaceTypes:
		return NamespaceTypes
	}
	return uri
}

// resolve returns the URI that the prefix stands for. Without a prefix that is
// the default namespace, which applies to elements only.
func (n *namespaces) resolve(prefix string) (string, error) {
	if n.latest != nil {
		if i := n.latest[prefix]; i > 0 {
			return n.bound.at(i - 1).uri, nil
		}
	} else {
		for i := n.bound.n - 1; i >= 0; i-- {
			if b := &n.bound.first[i]; b.prefix == prefix {
				return b.uri, nil
			}
		}
	}
	switch prefix {
	case "":
		return "", nil
	case "xml":
		return namespaceXML, nil
	}
	return "", fmt.Errorf("%w: prefix %q is not declared", ErrSyntax, clip(prefix))
}

// isEWS reports whether a namespace is one of the two that EWS elements are in.
// Servers mix them up, so nothing here tells one from the other.
func isEWS(space string) bool {
	return space == NamespaceMessages || space == NamespaceTypes
}
