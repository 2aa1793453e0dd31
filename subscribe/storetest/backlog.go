package storetest

import (
	"fmt"

	"github.com/ewspush/ewspush/subscribe"
)

func backlogCases() []testCase {
	return []testCase{{
		name: "Backlog/comes and goes",
		rule: "Backlog returns … keys … whose journals have entries beyond their offset.",
		run: func(c *check) {
			shard := subscribe.ShardOf("a")
			of := func(offset, tail int64) subscribe.Backlog {
				return subscribe.Backlog{Key: "a", Shard: shard, Offset: offset, Tail: tail}
			}
			row := c.put(newRow("a", moment(0), "1"))
			c.wantBacklog("of a key that has a row and no journal")
			c.fill("a", 3)
			c.wantBacklog("after three entries", of(0, 3))
			c.advance("a", 2)
			c.wantBacklog("after two of them were handled", of(2, 3))
			c.advance("a", 3)
			c.wantBacklog("after all were handled")
			c.prune(moment(1_000_000), 100)
			c.wantBacklog("after pruning")
			c.append(newEntry("a", 4, moment(0), "4"))
			c.wantBacklog("after a further entry", of(3, 4))
			c.append(newEntry("a", 5, moment(0), "5"))
			c.wantBacklog("after two further entries", of(3, 5))
			c.must(c.store.Delete(c.Context(), "a", row.Revision), "Delete")
			c.wantBacklog("after the key was deleted")
			c.append(newEntry("a", 1, moment(0), "1"))
			c.wantBacklog("after the first entry of a key that was deleted before", of(0, 1))
		},
	}, {
		name: "Backlog/order and pages",
		rule: "Backlog returns up to limit keys of the given shards, in order and after the given key. Keys are " +
			"ordered byte by byte.",
		run: func(c *check) {
			var want []subscribe.Backlog
			for i, key := range oddKeys() {
				n := 1 + i%3
				c.fill(key, n)
				if i%3 == 0 {
					c.advance(key, 1)
					continue
				}
				want = append(want, subscribe.Backlog{Key: key, Shard: subscribe.ShardOf(key), Tail: int64(n)})
			}
			for _, limit := range []int{1, 5, len(want), len(want) + 1} {
				var got []subscribe.Backlog
				for after := ""; ; after = got[len(got)-1].Key {
					page, err := c.store.Backlog(c.Context(), subscribe.AllShards, after, limit)
					c.must(err, "Backlog after %q, limit %d", after, limit)
					got = append(got, page...)
					if len(page) < limit || len(got) > len(want) {
						break
					}
				}
				wantSame(c, got, want, same, showAny, "Backlog in pages of %d", limit)
			}
			got, err := c.store.Backlog(c.Context(), subscribe.AllShards, "", 0)
			c.must(err, "Backlog, limit 0")
			wantSame(c, got, nil, same, showAny, "Backlog, limit 0")
		},
	}, {
		name: "Backlog/shards",
		rule: "Backlog returns up to limit keys of the given shards, in order and after the given key.",
		run: func(c *check) {
			var keys []string
			for _, shard := range []int{0, 1, 31, 32, 62, 63} {
				keys = append(keys, keyIn(shard, 0), keyIn(shard, 1))
			}
			for _, key := range keys {
				c.fill(key, 1)
			}
			all, err := c.store.Backlog(c.Context(), subscribe.AllShards, "", len(keys)+1)
			c.must(err, "Backlog of all shards")
			if len(all) != len(keys) {
				c.fatalf("Backlog of all shards has %d keys, want %d", len(all), len(keys))
			}
			for _, shards := range someShards() {
				for _, after := range []string{"", all[4].Key} {
					var want []subscribe.Backlog
					for _, b := range all {
						if shards.Has(b.Shard) && b.Key > after {
							want = append(want, b)
						}
					}
					for _, limit := range []int{1, 2, len(keys)} {
						what := fmt.Sprintf("Backlog of shards %b after %q, limit %d", shards, after, limit)
						got, err := c.store.Backlog(c.Context(), shards, after, limit)
						c.must(err, "%s", what)
						wantSame(c, got, want[:min(limit, len(want))], same, showAny, "%s", what)
					}
				}
			}
		},
	}}
}
