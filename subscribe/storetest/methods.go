package storetest

import (
	"math/bits"
	"strings"
)

// Methods is a set of methods of subscribe.Store.
type Methods uint32

// One constant per method of subscribe.Store, to be joined with |.
const (
	Get Methods = 1 << iota
	List
	Due
	Put
	Delete
	Append
	Tail
	Read
	Backlog
	Offset
	Advance
	Prune
	Park
	Parked
	Unpark

	numMethods = iota
)

// Some sets of methods.
const (
	// Reads are the methods that change nothing.
	Reads = Get | List | Due | Tail | Read | Backlog | Offset | Parked
	// Writes are the methods that change something.
	Writes = Put | Delete | Append | Advance | Prune | Park | Unpark
	// AllMethods are all of them.
	AllMethods = Reads | Writes
)

// String returns the names of the methods, joined with a vertical bar.
func (m Methods) String() string {
	names := [numMethods]string{
		"Get", "List", "Due", "Put", "Delete", "Append", "Tail", "Read",
		"Backlog", "Offset", "Advance", "Prune", "Park", "Parked", "Unpark",
	}
	var in []string
	for rest := m & AllMethods; rest != 0; rest &= rest - 1 {
		in = append(in, names[bits.TrailingZeros32(uint32(rest))])
	}
	return strings.Join(in, "|")
}
