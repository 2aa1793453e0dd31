package ews

import (
	"bytes"
	"strings"
)

// errorHere makes a DecodeError about the token that was read last.
func (r *xmlReader) errorHere(err error) error {
	return r.errorAt(r.start, r.path(len(r.open), ""), err)
}

// errorIn makes a DecodeError about an element, which may have been closed, in
// parents that have not.
func (r *xmlReader) errorIn(e *xmlElement, err error) error {
	return r.errorAt(e.offset, r.path(e.depth-1, e.local), err)
}

func (r *xmlReader) errorAt(offset int64, path string, err error) error {
	before := r.src.doc[:min(int(offset), len(r.src.doc))]
	return &DecodeError{
		Offset: offset + int64(r.bom),
		Line:   bytes.Count(before, []byte("\n")) + 1,
		Column: len(before) - bytes.LastIndexByte(before, '\n'),
		Path:   path,
		Err:    err,
	}
}

func (r *xmlReader) path(depth int, last string) string {
	names := make([]string, 0, depth+1)
	for _, o := range r.open[:min(depth, len(r.open))] {
		names = append(names, clip(o.local))
	}
	if last != "" {
		names = append(names, clip(last))
	}
	return strings.Join(names, "/")
}
