package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
)

func TestRecent(t *testing.T) {
	var r recent
	r.forget()
	ids := func(refs []ref) (ids []int64) {
		for _, f := range refs {
			ids = append(ids, f.id)
		}
		return ids
	}
	r.add(10, 10, []ref{{id: 11, key: "a", seq: 3}, {id: 12, key: "b", seq: 1}, {id: 13, key: "a", seq: 4}})
	require.True(t, r.knows(position{folded: 10, last: 13}))
	require.False(t, r.knows(position{folded: 10, last: 14}), "there is more")
	require.False(t, r.knows(position{folded: 11, last: 13}), "it has been folded meanwhile")

	r.add(10, 11, []ref{{id: 12, key: "b", seq: 1}, {id: 13, key: "a", seq: 4}, {id: 14, key: "b", seq: 2}})
	require.Equal(t, []int64{11, 12, 13, 14}, ids(r.beyond(0, 100)), "what is known is not added again")
	r.add(10, 20, []ref{{id: 21, key: "c", seq: 1}})
	require.Equal(t, int64(14), r.known(), "something is missing between")

	require.Equal(t, []int64{13}, ids(r.after("a", 3, 10)))
	require.Equal(t, []int64{11}, ids(r.after("a", 0, 1)))
	require.Empty(t, r.after("a", 1<<62, 10))
	require.Empty(t, r.after("c", 0, 10))
	backlog, folded := r.backlog(subscribe.AllShards, "")
	require.ElementsMatch(t, []subscribe.Backlog{
		{Key: "a", Shard: subscribe.ShardOf("a"), Offset: 2, Tail: 4},
		{Key: "b", Shard: subscribe.ShardOf("b"), Offset: 0, Tail: 2},
	}, backlog)
	require.Equal(t, int64(10), folded)
	backlog, _ = r.backlog(subscribe.AllShards, "a")
	require.Len(t, backlog, 1)
	backlog, _ = r.backlog(1<<subscribe.ShardOf("a"), "")
	require.Len(t, backlog, 1)

	r.add(13, 13, nil)
	require.Equal(t, []int64{14}, ids(r.beyond(0, 100)))
	_, ok, known := r.tail("a")
	require.False(t, ok)
	require.Equal(t, int64(14), known)
	f, ok, _ := r.tail("b")
	require.True(t, ok)
	require.Equal(t, int64(14), f.id)

	r.add(30, 30, nil)
	require.Zero(t, r.size())
	require.Equal(t, int64(30), r.known(), "what is folded needs not be known")
}
