package memstore

import (
	"slices"
	"sort"
)

// chunkSize bounds what one insertion has to move. With a million elements
// there are some thousands of chunks, so that the list of them is short, too.
const chunkSize = 256

// sorted is a list in ascending order, kept in chunks. The zero value is
// empty. What the order is is the business of the caller, whose functions
// before tell which elements come before a place: they are true for a
// beginning of the list and false for the rest.
type sorted[T any] struct {
	chunks [][]T // none of them empty
}

// place is the position of an element, or of the end.
type place struct{ chunk, index int }

func (s *sorted[T]) seek(before func(T) bool) place {
	c := sort.Search(len(s.chunks), func(i int) bool {
		chunk := s.chunks[i]
		return !before(chunk[len(chunk)-1])
	})
	if c == len(s.chunks) {
		return place{chunk: c}
	}
	chunk := s.chunks[c]
	return place{c, sort.Search(len(chunk), func(i int) bool { return !before(chunk[i]) })}
}

func (s *sorted[T]) at(p place) (T, bool) {
	if p.chunk == len(s.chunks) {
		var none T
		return none, false
	}
	return s.chunks[p.chunk][p.index], true
}

func (s *sorted[T]) replace(p place, x T) { s.chunks[p.chunk][p.index] = x }

// insert puts x in front of the element at p, or at the end.
func (s *sorted[T]) insert(p place, x T) {
	if p.chunk == len(s.chunks) {
		if p.chunk == 0 {
			s.chunks = append(s.chunks, []T{x})
			return
		}
		p = place{p.chunk - 1, len(s.chunks[p.chunk-1])}
	}
	chunk := slices.Insert(s.chunks[p.chunk], p.index, x)
	s.chunks[p.chunk] = chunk
	if len(chunk) <= chunkSize {
		return
	}
	// A list that only grows at its end is cut there, which leaves full chunks
	// behind; any other one in the middle.
	half := len(chunk) / 2
	if p.chunk == len(s.chunks)-1 && p.index == len(chunk)-1 {
		half = p.index
	}
	s.chunks = slices.Insert(s.chunks, p.chunk+1, slices.Clone(chunk[half:]))
	clear(chunk[half:])
	s.chunks[p.chunk] = chunk[:half]
}

// remove takes the element at p out.
func (s *sorted[T]) remove(p place) {
	chunk := slices.Delete(s.chunks[p.chunk], p.index, p.index+1)
	s.chunks[p.chunk] = chunk
	switch {
	case len(chunk) == 0:
		s.chunks = slices.Delete(s.chunks, p.chunk, p.chunk+1)
	case len(chunk) < chunkSize/4 && !s.join(p.chunk):
		s.join(p.chunk - 1)
	}
}

// join makes one chunk of chunk i and the next if both are small.
func (s *sorted[T]) join(i int) bool {
	if i < 0 || i+1 >= len(s.chunks) || len(s.chunks[i])+len(s.chunks[i+1]) > chunkSize/2 {
		return false
	}
	s.chunks[i] = append(s.chunks[i], s.chunks[i+1]...)
	s.chunks = slices.Delete(s.chunks, i+1, i+2)
	return true
}

// from returns a cursor at p, good until the list is changed.
func (s *sorted[T]) from(p place) cursor[T] {
	if p.chunk == len(s.chunks) {
		return cursor[T]{}
	}
	return cursor[T]{head: s.chunks[p.chunk][p.index:], rest: s.chunks[p.chunk+1:]}
}

// cursor walks a list to its end.
type cursor[T any] struct {
	head []T
	rest [][]T
}

func (c *cursor[T]) done() bool { return len(c.head) == 0 }
func (c *cursor[T]) value() T   { return c.head[0] }

func (c *cursor[T]) next() {
	c.head = c.head[1:]
	if len(c.head) == 0 && len(c.rest) > 0 {
		c.head, c.rest = c.rest[0], c.rest[1:]
	}
}
