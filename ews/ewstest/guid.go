package ewstest

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
)

// guid is a GUID in the byte order in which .NET writes it: the first three
// groups of its text are little-endian.
type guid [16]byte

func (g guid) String() string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x",
		binary.LittleEndian.Uint32(g[0:4]), binary.LittleEndian.Uint16(g[4:6]), binary.LittleEndian.Uint16(g[6:8]), g[8:10], g[10:16])
}

// sequence is a stream of numbers that depends on nothing but its seed
// (splitmix64): ids must be the same in every run, and need not be secret.
type sequence struct{ state uint64 }

// newSequence returns the stream of that seed and name. Every mailbox has its
// own, so that its ids do not depend on what other mailboxes do meanwhile.
func newSequence(seed uint64, name string) *sequence {
	h := fnv.New64a()
	_, _ = io.WriteString(h, name) // never fails
	return &sequence{state: seed ^ h.Sum64()}
}

func (s *sequence) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// guid returns a random GUID of version 4.
func (s *sequence) guid() guid {
	var g guid
	binary.LittleEndian.PutUint64(g[:8], s.next())
	binary.LittleEndian.PutUint64(g[8:], s.next())
	g[7] = g[7]&0x0f | 0x40
	g[8] = g[8]&0x3f | 0x80
	return g
}

// gap returns how far a counter moves: by one mostly, by thousands now and
// then, because a database counts what happens in all its mailboxes.
func (s *sequence) gap() int64 {
	n := s.next()
	if n%8 != 0 {
		return 1 + int64(n>>8%7)
	}
	return 1 + int64(n>>8%3000)
}
