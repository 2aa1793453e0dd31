package ews

import "strings"

// errorHere makes a DecodeError about the token that was read last.
func (r *xmlReader) errorHere(err error) error {
	return r.errorAt(r.start, r.path(r.open.n, ""), err)
}

// errorIn makes a DecodeError about an element, which may have been closed, in
// parents that have not.
func (r *xmlReader) errorIn(e *xmlElement, err error) error {
	return r.errorAt(e.offset, r.path(e.depth-1, e.local), err)
}

func (r *xmlReader) errorAt(offset int, path string, err error) error {
	before := r.doc[:min(offset, len(r.doc))]
	return &DecodeError{
		Offset: int64(offset + r.bom),
		Line:   strings.Count(before, "\n") + 1,
		Column: len(before) - strings.LastIndexByte(before, '\n'),
		Path:   path,
		Err:    err,
	}
}

func (r *xmlReader) path(depth int, last string) string {
	names := make([]string, 0, depth+1)
	for i := range min(depth, r.open.n) {
		names = append(names, clip(r.open.at(i).name.local()))
	}
	if last != "" {
		names = append(names, clip(last))
	}
	return strings.Join(names, "/")
}
