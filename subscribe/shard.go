package subscribe

import (
	"hash/fnv"
	"math/bits"
)

// NumShards is the number of shards that keys hash to. Shards are what several
// managers divide among themselves.
const NumShards = 64

// ShardOf returns the shard of a key, from 0 to NumShards-1. It never changes
// from one version to the next: stores keep it.
func ShardOf(key string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return int(h.Sum32() % NumShards)
}

// Shards is a set of shards, one bit each.
type Shards uint64

// AllShards is the set of all shards.
const AllShards = ^Shards(0)

// Has reports whether the shard is in the set.
func (s Shards) Has(shard int) bool {
	return shard >= 0 && shard < NumShards && s&(1<<shard) != 0
}

// Len returns the number of shards in the set.
func (s Shards) Len() int { return bits.OnesCount64(uint64(s)) }
