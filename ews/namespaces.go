package ews

import (
	"fmt"
	"strings"
)

const (
	namespaceXML   = "http://www.w3.org/XML/1998/namespace"
	namespaceXMLNS = "http://www.w3.org/2000/xmlns/"
)

// namespaces knows what prefixes stand for at one place of a document. Lookups
// cost the same however many declarations there are.
type namespaces struct {
	bound map[string]string // prefix to URI; "" is the default namespace
	undo  []binding         // what declarations have replaced, latest last
}

type binding struct {
	prefix, uri string
	was         bool // whether the prefix was bound at all
}

// mark returns a point to which release goes back.
func (n *namespaces) mark() int { return len(n.undo) }

func (n *namespaces) release(mark int) {
	for i := len(n.undo) - 1; i >= mark; i-- {
		if b := n.undo[i]; b.was {
			n.bound[b.prefix] = b.uri
		} else {
			delete(n.bound, b.prefix)
		}
	}
	n.undo = n.undo[:mark]
}

func (n *namespaces) declare(prefix, uri string) error {
	switch {
	case prefix == "xmlns", uri == namespaceXMLNS, (prefix == "xml") != (uri == namespaceXML):
		return fmt.Errorf("%w: reserved namespace or prefix %q declared", ErrSyntax, clip(prefix))
	case prefix != "" && uri == "":
		return fmt.Errorf("%w: prefix %q declared without a namespace", ErrSyntax, clip(prefix))
	}
	if n.bound == nil {
		n.bound = make(map[string]string, 4)
	}
	old, was := n.bound[prefix]
	n.undo = append(n.undo, binding{prefix: prefix, uri: old, was: was})
	n.bound[prefix] = uri
	return nil
}

// resolve returns the URI that the prefix stands for. Without a prefix that is
// the default namespace, which applies to elements only.
func (n *namespaces) resolve(prefix string) (string, error) {
	if prefix == "xml" {
		return namespaceXML, nil
	}
	uri, found := n.bound[prefix]
	if !found && prefix != "" {
		return "", fmt.Errorf("%w: prefix %q is not declared", ErrSyntax, clip(prefix))
	}
	return uri, nil
}

// isEWS reports whether a namespace is one of the two that EWS elements are in.
// Servers mix them up, so nothing here tells one from the other.
func isEWS(space string) bool {
	return space == NamespaceMessages || space == NamespaceTypes
}

// badName reports whether a name as the tokenizer left it cannot be a name
// where prefixes have a meaning (":a", "a:").
func badName(local string) bool { return strings.Contains(local, ":") }
