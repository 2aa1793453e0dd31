package memstore_test

import (
	"testing"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
	"github.com/ewspush/ewspush/subscribe/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) func() subscribe.Store {
		return func() subscribe.Store { return memstore.New() }
	}, &storetest.Options{Volatile: true, Operations: 6_000})
}

func BenchmarkStore(b *testing.B) {
	storetest.Benchmark(b, func(*testing.B) subscribe.Store { return memstore.New() })
}
