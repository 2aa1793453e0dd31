package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

func entry(key string, seq int64) subscribe.Entry {
	return subscribe.Entry{Key: key, Seq: seq, Shard: subscribe.ShardOf(key)}
}

func TestFaultyPassesOnByDefault(t *testing.T) {
	Run(t, func(*testing.T) func() subscribe.Store {
		return func() subscribe.Store { return NewFaulty(memstore.New(), 1) }
	}, &Options{Volatile: true, Operations: 300})
}

func TestFaultyBeforeAndAfter(t *testing.T) {
	f := NewFaulty(memstore.New(), 1)

	f.Set(Append, 1, 0)
	err := f.Append(t.Context(), entry("a", 1))
	require.ErrorIs(t, err, ErrFault)
	fault, ok := errors.AsType[*FaultError](err)
	require.True(t, ok)
	require.Equal(t, FaultError{Method: Append}, *fault)
	_, err = f.Tail(t.Context(), "a")
	require.ErrorIs(t, err, subscribe.ErrNotFound, "nothing was written")

	f.Set(Append, 0, 1)
	err = f.Append(t.Context(), entry("a", 1))
	require.EqualError(t, err, "storetest: injected fault: Append: after the call took effect")
	tail, err := f.Tail(t.Context(), "a")
	require.NoError(t, err)
	require.EqualValues(t, 1, tail.Seq, "it was written all the same")

	f.Set(AllMethods, 0, 0)
	require.NoError(t, f.Append(t.Context(), entry("a", 2)))
	require.Equal(t, 2, f.Faults(AllMethods))
	require.Zero(t, f.Faults(Put))
}

func TestFaultyReachesEveryMethod(t *testing.T) {
	for _, after := range []bool{false, true} {
		f := NewFaulty(memstore.New(), 1)
		c := &check{reporter: t, store: f}
		calls := methodCalls(c, "a")
		require.Len(t, calls, numMethods)
		if after {
			f.Set(AllMethods, 0, 1)
		} else {
			f.Set(AllMethods, 1, 0)
		}
		for _, m := range calls {
			fault, ok := errors.AsType[*FaultError](m.call(t.Context()))
			require.True(t, ok, "%v", m.method)
			require.Equal(t, FaultError{Method: m.method, After: after}, *fault)
			require.Equal(t, 1, f.Faults(m.method), "%v", m.method)
		}
	}
}

// The faults of a key do not depend on the traffic of other keys.
func TestFaultyRepeats(t *testing.T) {
	faults := func(seed uint64, others bool) (failed []bool) {
		f := NewFaulty(memstore.New(), seed)
		f.Set(Writes, 0.2, 0.2)
		var wg sync.WaitGroup
		if others {
			wg.Go(func() {
				for range 100 {
					_ = f.Append(t.Context(), entry("b", 1)) // fails as it likes
				}
			})
		}
		for range 100 {
			failed = append(failed, errors.Is(f.Append(t.Context(), entry("a", 9)), ErrFault))
		}
		wg.Wait()
		return failed
	}
	one := faults(1, false)
	require.Equal(t, one, faults(1, true))
	require.NotEqual(t, one, faults(2, false))
	n := 0
	for _, failed := range one {
		if failed {
			n++
		}
	}
	require.InDelta(t, 40, n, 20)
}

func TestMethodsString(t *testing.T) {
	require.Equal(t, "Put|Append", (Append | Put).String())
	require.Equal(t, "Unpark", Unpark.String())
	require.Empty(t, Methods(0).String())
	require.Equal(t, AllMethods, Unpark<<1-1, "every method is a read or a write")
}
