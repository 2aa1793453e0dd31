package ews

// inPlace is how many elements a stack keeps within itself.
const inPlace = 8

// stack keeps its first elements in place, so that reading an ordinary message
// allocates nothing for it. Its memory never points at itself: a reader that
// consists of stacks can live on the goroutine's stack.
type stack[T any] struct {
	first [inPlace]T
	more  []T
	n     int
}

// at returns element i, which moves when the stack grows.
func (s *stack[T]) at(i int) *T {
	if i < inPlace {
		return &s.first[i]
	}
	return &s.more[i-inPlace]
}

func (s *stack[T]) push(v T) {
	if s.n < inPlace {
		s.first[s.n] = v
	} else {
		s.more = append(s.more[:s.n-inPlace], v)
	}
	s.n++
}

// cut takes off what lies above the first n elements.
func (s *stack[T]) cut(n int) { s.n = n }
