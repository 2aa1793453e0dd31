package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
	"github.com/ewspush/ewspush/subscribe/storetest"
)

// The whole test of a store. This one does not outlive the value that New
// returned, and says so.
func ExampleRun() {
	test := func(t *testing.T) {
		storetest.Run(t, func(*testing.T) func() subscribe.Store {
			return func() subscribe.Store { return memstore.New() }
		}, &storetest.Options{Volatile: true})
	}
	_ = test // the testing package calls it, under the name TestStore
}

// A database that loses its connection: the call may have taken effect or not.
func ExampleFaulty() {
	ctx := context.Background()
	store := storetest.NewFaulty(memstore.New(), 1)
	entry := subscribe.Entry{Key: "room-12", Seq: 1, Shard: subscribe.ShardOf("room-12")}

	store.Set(storetest.Append|storetest.Put, 0, 1) // all of them fail, afterwards
	err := store.Append(ctx, entry)
	fmt.Println(err, errors.Is(err, storetest.ErrFault))

	store.Set(storetest.AllMethods, 0, 0)
	err = store.Append(ctx, entry)
	fmt.Println(errors.Is(err, subscribe.ErrConflict), "since it had taken effect")
	// Output:
	// storetest: injected fault: Append: after the call took effect true
	// true since it had taken effect
}
