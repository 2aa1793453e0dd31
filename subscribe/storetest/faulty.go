package storetest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/bits"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// ErrFault is the error of calls that a Faulty made fail; *FaultError has details.
var ErrFault = errors.New("storetest: injected fault")

// FaultError is the error of one call that a Faulty made fail. It wraps ErrFault.
type FaultError struct {
	Method Methods // exactly one
	// After says that the call had been made when it was declared a failure:
	// a write has taken effect unless the store itself refused it. If After is
	// false the store was not called.
	After bool
}

// Error implements error.
func (f *FaultError) Error() string {
	when := "before"
	if f.After {
		when = "after"
	}
	return fmt.Sprintf("%v: %v: %s the call took effect", ErrFault, f.Method, when)
}

// Unwrap returns ErrFault.
func (f *FaultError) Unwrap() error { return ErrFault }

// Faulty is a Store that passes all calls on to another one and makes some of
// them fail, before or after they took effect: what a network, a full disk or
// a failover of a database does. What uses the Store has to live with both.
// Its methods may be called from many goroutines.
//
// Which calls fail follows from the seed, the method, the key and how many
// calls of that method with that key there have been. It does not depend on
// what other keys do meanwhile, so a seed stands for the same faults even where
// goroutines come in another order. (List, Due, Backlog, Advance and Prune have
// no key; Parked and Unpark have the one in their ParkedID.)
type Faulty struct {
	store subscribe.Store
	seed  uint64

	mu     sync.Mutex
	rates  [numMethods]rates
	calls  map[call]uint64
	faults map[Methods]int
}

type rates struct{ before, after float64 }

type call struct {
	method Methods
	key    string
}

var _ subscribe.Store = (*Faulty)(nil)

// NewFaulty returns a Faulty in front of store that makes nothing fail yet.
// Tests print the seed.
func NewFaulty(store subscribe.Store, seed uint64) *Faulty {
	return &Faulty{
		store:  store,
		seed:   seed,
		calls:  make(map[call]uint64),
		faults: make(map[Methods]int),
	}
}

// Set makes calls of these methods fail from now on: a share of before of them
// before they take effect, and a share of after of them afterwards. Shares go
// from 0 to 1, their sum too; of a sum above 1 before has precedence. Set(m, 1, 0)
// is an outage, Set(AllMethods, 0, 0) ends all faults.
func (f *Faulty) Set(methods Methods, before, after float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.rates {
		if methods&(1<<i) != 0 {
			f.rates[i] = rates{before, after}
		}
	}
}

// Seed returns the seed.
func (f *Faulty) Seed() uint64 { return f.seed }

// Faults returns how many calls of these methods were made to fail so far. A
// test that wants to have seen faults checks that it is not zero.
func (f *Faulty) Faults(methods Methods) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	sum := 0
	for method, n := range f.faults {
		if methods&method != 0 {
			sum += n
		}
	}
	return sum
}

// decide draws the lot for one call and returns a fault or nil.
func (f *Faulty) decide(method Methods, key string) *FaultError {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := call{method, key}
	n := f.calls[c]
	f.calls[c] = n + 1

	i := bits.TrailingZeros32(uint32(method))
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	//nolint:gosec // G404: repeatable on purpose
	lot := rand.New(rand.NewPCG(f.seed, h.Sum64()^(n*numMethods+uint64(i))*0x9e3779b97f4a7c15)).Float64()

	var fault *FaultError
	switch r := f.rates[i]; {
	case lot < r.before:
		fault = &FaultError{Method: method}
	case lot < r.before+r.after:
		fault = &FaultError{Method: method, After: true}
	default:
		return nil
	}
	f.faults[method]++
	return fault
}

// do makes one call, or has it fail.
func (f *Faulty) do(method Methods, key string, made func() error) error {
	fault := f.decide(method, key)
	if fault != nil && !fault.After {
		return fault
	}
	err := made()
	if fault != nil {
		return fault
	}
	return err
}

// ask makes one call that returns something, or has it fail.
func ask[T any](f *Faulty, method Methods, key string, made func() (T, error)) (T, error) {
	var answer T
	err := f.do(method, key, func() (err error) {
		answer, err = made()
		return err
	})
	if errors.Is(err, ErrFault) {
		var none T
		return none, err
	}
	return answer, err
}

// Get implements subscribe.Store.
func (f *Faulty) Get(ctx context.Context, key string) (subscribe.Row, error) {
	return ask(f, Get, key, func() (subscribe.Row, error) { return f.store.Get(ctx, key) })
}

// List implements subscribe.Store.
func (f *Faulty) List(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
	return ask(f, List, "", func() ([]subscribe.Row, error) { return f.store.List(ctx, after, limit) })
}

// Due implements subscribe.Store.
func (f *Faulty) Due(
	ctx context.Context, shards subscribe.Shards, now time.Time, limit int,
) ([]subscribe.Row, error) {
	return ask(f, Due, "", func() ([]subscribe.Row, error) {
		return f.store.Due(ctx, shards, now, limit)
	})
}

// Put implements subscribe.Store.
func (f *Faulty) Put(ctx context.Context, row subscribe.Row) (int64, error) {
	return ask(f, Put, row.Key, func() (int64, error) { return f.store.Put(ctx, row) })
}

// Delete implements subscribe.Store.
func (f *Faulty) Delete(ctx context.Context, key string, revision int64) error {
	return f.do(Delete, key, func() error { return f.store.Delete(ctx, key, revision) })
}

// Append implements subscribe.Store.
func (f *Faulty) Append(ctx context.Context, entry subscribe.Entry) error {
	return f.do(Append, entry.Key, func() error { return f.store.Append(ctx, entry) })
}

// Tail implements subscribe.Store.
func (f *Faulty) Tail(ctx context.Context, key string) (subscribe.Entry, error) {
	return ask(f, Tail, key, func() (subscribe.Entry, error) { return f.store.Tail(ctx, key) })
}

// Read implements subscribe.Store.
func (f *Faulty) Read(
	ctx context.Context, key string, after int64, limit int,
) ([]subscribe.Entry, error) {
	return ask(f, Read, key, func() ([]subscribe.Entry, error) {
		return f.store.Read(ctx, key, after, limit)
	})
}

// Backlog implements subscribe.Store.
func (f *Faulty) Backlog(
	ctx context.Context, shards subscribe.Shards, after string, limit int,
) ([]subscribe.Backlog, error) {
	return ask(f, Backlog, "", func() ([]subscribe.Backlog, error) {
		return f.store.Backlog(ctx, shards, after, limit)
	})
}

// Offset implements subscribe.Store.
func (f *Faulty) Offset(ctx context.Context, key string) (int64, error) {
	return ask(f, Offset, key, func() (int64, error) { return f.store.Offset(ctx, key) })
}

// Advance implements subscribe.Store.
func (f *Faulty) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	return f.do(Advance, "", func() error { return f.store.Advance(ctx, offsets) })
}

// Prune implements subscribe.Store.
func (f *Faulty) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	return ask(f, Prune, "", func() (int, error) { return f.store.Prune(ctx, before, limit) })
}

// Park implements subscribe.Store.
func (f *Faulty) Park(ctx context.Context, parked subscribe.Parked) error {
	return f.do(Park, parked.Key, func() error { return f.store.Park(ctx, parked) })
}

// Parked implements subscribe.Store.
func (f *Faulty) Parked(
	ctx context.Context, after subscribe.ParkedID, limit int,
) ([]subscribe.Parked, error) {
	return ask(f, Parked, after.Key, func() ([]subscribe.Parked, error) {
		return f.store.Parked(ctx, after, limit)
	})
}

// Unpark implements subscribe.Store.
func (f *Faulty) Unpark(ctx context.Context, id subscribe.ParkedID) error {
	return f.do(Unpark, id.Key, func() error { return f.store.Unpark(ctx, id) })
}
