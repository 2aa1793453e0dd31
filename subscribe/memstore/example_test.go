package memstore_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// Rows are written by compare-and-swap: whoever read an older revision has to
// read again.
func ExampleStore_Put() {
	ctx := context.Background()
	store := memstore.New()

	row := subscribe.Row{Key: "room-12", Shard: subscribe.ShardOf("room-12"), Data: []byte("wanted")}
	revision, err := store.Put(ctx, row)
	fmt.Println(revision, err)

	_, err = store.Put(ctx, row) // says that there is no row yet
	fmt.Println(errors.Is(err, subscribe.ErrConflict))

	row.Revision, row.Data = revision, []byte("active")
	revision, err = store.Put(ctx, row)
	fmt.Println(revision, err)
	// Output:
	// 1 <nil>
	// true
	// 2 <nil>
}

// A journal is appended to, read from its offset on, and pruned behind it.
func ExampleStore_Append() {
	ctx := context.Background()
	store := memstore.New()
	received := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for seq := range int64(3) {
		err := store.Append(ctx, subscribe.Entry{
			Key: "room-12", Seq: seq + 1, Shard: subscribe.ShardOf("room-12"),
			At: received, Data: fmt.Appendf(nil, "notification %d", seq+1),
		})
		if err != nil {
			fmt.Println(err)
		}
	}

	err := store.Advance(ctx, []subscribe.Offset{{Key: "room-12", Seq: 2}})
	fmt.Println("advanced:", err)
	backlog, err := store.Backlog(ctx, subscribe.AllShards, "", 100)
	fmt.Println("backlog:", backlog[0].Offset, "of", backlog[0].Tail, err)
	entries, err := store.Read(ctx, "room-12", 2, 100)
	fmt.Printf("next: %s %v\n", entries[0].Data, err)
	n, err := store.Prune(ctx, received.Add(time.Hour), 100)
	fmt.Println("pruned:", n, err)
	// Output:
	// advanced: <nil>
	// backlog: 2 of 3 <nil>
	// next: notification 3 <nil>
	// pruned: 2 <nil>
}
