package memstore

import "container/heap"

// merge walks several cursors in one common order. It is a heap of those that
// are not at their end.
type merge[T any] struct {
	cursors []cursor[T]
	compare func(a, b T) int
	wanted  func(T) bool
}

// newMerge returns a merge that ends where elements are not wanted any more.
func newMerge[T any](compare func(a, b T) int, wanted func(T) bool) *merge[T] {
	return &merge[T]{compare: compare, wanted: wanted}
}

// add takes in a further cursor; all are added before take is called.
func (m *merge[T]) add(c cursor[T]) {
	if !c.done() && m.wanted(c.value()) {
		m.cursors = append(m.cursors, c)
	}
}

// take returns the first elements, at most limit.
func (m *merge[T]) take(limit int) []T {
	heap.Init(m)
	var taken []T
	for len(taken) < limit && len(m.cursors) > 0 {
		c := &m.cursors[0]
		taken = append(taken, c.value())
		if c.next(); c.done() || !m.wanted(c.value()) {
			heap.Pop(m)
		} else {
			heap.Fix(m, 0)
		}
	}
	return taken
}

// Len, Less, Swap, Push and Pop implement heap.Interface.

func (m *merge[T]) Len() int { return len(m.cursors) }

func (m *merge[T]) Less(i, j int) bool {
	return m.compare(m.cursors[i].value(), m.cursors[j].value()) < 0
}

func (m *merge[T]) Swap(i, j int) { m.cursors[i], m.cursors[j] = m.cursors[j], m.cursors[i] }

func (m *merge[T]) Push(x any) { m.cursors = append(m.cursors, x.(cursor[T])) }

func (m *merge[T]) Pop() any {
	last := len(m.cursors) - 1
	c := m.cursors[last]
	m.cursors = m.cursors[:last]
	return c
}
