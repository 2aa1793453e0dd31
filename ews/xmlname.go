package ews

// xmlName is a name as it stands in the document, with its prefix.
type xmlName struct {
	full  string
	colon int // where the local part begins: behind the colon, or 0
}

func (n *xmlName) prefix() string { return n.full[:max(n.colon-1, 0)] }

func (n *xmlName) local() string { return n.full[n.colon:] }
