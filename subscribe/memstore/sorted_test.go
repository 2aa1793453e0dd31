package memstore

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// contents checks what must hold between any two calls, and returns the list.
func contents(t *testing.T, s *sorted[int]) []int {
	t.Helper()
	var all []int
	for i, chunk := range s.chunks {
		require.NotEmpty(t, chunk, "chunk %d", i)
		require.LessOrEqual(t, len(chunk), chunkSize, "chunk %d", i)
		all = append(all, chunk...)
	}
	require.True(t, slices.IsSorted(all))
	return all
}

// A sorted does what a sorted slice does.
func TestSortedLikeASlice(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, spread := range []int{10, 3_000, 100_000} {
		var (
			s    sorted[int]
			want []int
		)
		for op := range 8_000 {
			x := r.IntN(spread)
			p := s.seek(func(e int) bool { return e < x })
			i, found := slices.BinarySearch(want, x)
			got, ok := s.at(p)
			require.Equal(t, i < len(want), ok)
			if ok {
				require.Equal(t, want[i], got)
			}
			shrinking := op/2_000%2 == 1
			switch {
			case !found && (!shrinking || r.IntN(4) == 0):
				s.insert(p, x)
				want = slices.Insert(want, i, x)
			case ok && (found && r.IntN(2) == 0 || shrinking):
				s.remove(p)
				want = slices.Delete(want, i, i+1)
			case found:
				s.replace(p, x)
			}
			if op%500 == 0 {
				require.Equal(t, want, append([]int{}, contents(t, &s)...))
				var rest []int
				for c := s.from(s.seek(func(e int) bool { return e < x })); !c.done(); c.next() {
					rest = append(rest, c.value())
				}
				i, _ := slices.BinarySearch(want, x)
				require.True(t, slices.Equal(want[i:], rest))
			}
		}
		for len(want) > 0 {
			i := r.IntN(len(want))
			s.remove(s.seek(func(e int) bool { return e < want[i] }))
			want = slices.Delete(want, i, i+1)
		}
		require.Empty(t, s.chunks)
	}
}

// A list filled at its end and emptied at its front, as a queue is, or emptied
// at random, does not stay large.
func TestSortedChunksStayFull(t *testing.T) {
	var s sorted[int]
	for i := range 100_000 {
		s.insert(s.seek(func(e int) bool { return e < i }), i)
	}
	require.LessOrEqual(t, len(s.chunks), 100_000/chunkSize+1)
	for i := range 100_000 {
		if i%100 != 0 {
			s.remove(s.seek(func(e int) bool { return e < i }))
		}
	}
	require.Len(t, contents(t, &s), 1_000)
	require.LessOrEqual(t, len(s.chunks), 2*1_000/(chunkSize/4))
}

func TestMergeInOrder(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		var want []int
		limit, below := r.IntN(500), r.IntN(1_500)
		m := newMerge(func(a, b int) int { return a - b }, func(x int) bool { return x < below })
		for range r.IntN(8) {
			var s sorted[int]
			for range r.IntN(2 * chunkSize) {
				x := r.IntN(1_000)
				want = append(want, x)
				s.insert(s.seek(func(e int) bool { return e < x }), x)
			}
			m.add(s.from(place{}))
		}
		slices.Sort(want)
		n, _ := slices.BinarySearch(want, below)
		require.True(t, slices.Equal(want[:min(n, limit)], m.take(limit)))
	}
}
