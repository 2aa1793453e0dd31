package subscribe

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The rows by which replicas divide the shards among themselves are kept
// beside those of the subscriptions. Their keys begin with a character that no
// key of a Spec may begin with, and come first in every list. In front of them
// are the rows of package push/calendar, "\x01cal/…", which are many: no list
// here begins with them.
const (
	reserved     = "\x01"
	memberPrefix = reserved + "member/"
	shardPrefix  = reserved + "shard/"
	firstKey     = reserved + "~" // every key of a Spec comes after it
)

// member is the Data of a replica's row. The row is the replica's lease: as
// long as it keeps changing, the replica is alive, and what it owns is its own.
type member struct {
	Replica string `json:"replica"` // Config.Replica, for people
	Beat    int64  `json:"beat"`    // rises with each renewal
}

// newMemberKey makes the key of one life of a replica. No two lives have the
// same, so what an earlier life owned is not taken for one's own.
func newMemberKey(replica string) string {
	return memberPrefix + replica + "/" + rand.Text()[:12]
}

func shardKey(shard int) string { return fmt.Sprintf("%s%02d", shardPrefix, shard) }

// replicaOf returns the name of the replica that a member key belongs to.
func replicaOf(memberKey string) string {
	name := strings.TrimPrefix(memberKey, memberPrefix)
	return name[:max(strings.LastIndexByte(name, '/'), 0)]
}

// roll is what one look at the store shows of the replicas.
type roll struct {
	members map[string]Row    // by key
	shards  [NumShards]Row    // zero where there is no row yet; the Data is the owner's key
	owners  [NumShards]string // empty where a shard was released
}

// readRoll sorts the reserved rows.
func readRoll(rows []Row) (*roll, error) {
	r := &roll{members: make(map[string]Row)}
	for _, row := range rows {
		if strings.HasPrefix(row.Key, memberPrefix) {
			r.members[row.Key] = row
			continue
		}
		shard, err := strconv.Atoi(strings.TrimPrefix(row.Key, shardPrefix))
		if err != nil || shard < 0 || shard >= NumShards {
			return nil, fmt.Errorf("subscribe: row %q is not one of this version's", row.Key)
		}
		r.shards[shard], r.owners[shard] = row, string(row.Data)
	}
	return r, nil
}

// owned returns the shards of one member.
func (r *roll) owned(memberKey string) Shards {
	var owned Shards
	for shard := range NumShards {
		if r.owners[shard] == memberKey {
			owned |= 1 << shard
		}
	}
	return owned
}

// free returns the shards that belong to no member on the roll.
func (r *roll) free() Shards {
	var free Shards
	for shard := range NumShards {
		if _, ok := r.members[r.owners[shard]]; !ok {
			free |= 1 << shard
		}
	}
	return free
}

// fairShare is how many shards each of the members should own at the most.
func (r *roll) fairShare() int {
	n := max(len(r.members), 1)
	return (NumShards + n - 1) / n
}

// mustJSON encodes what consists of strings and numbers only.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("subscribe: " + err.Error())
	}
	return b
}

// stopwatch measures time that has passed. A monotonic clock may stand still
// while the machine sleeps, the wall clock may be set: the longer one counts.
type stopwatch struct{ start time.Time }

func startStopwatch() stopwatch { return stopwatch{time.Now()} }

func (s stopwatch) elapsed() time.Duration {
	now := time.Now()
	return max(now.Sub(s.start), now.Round(0).Sub(s.start.Round(0)))
}

// observation is when this process first saw a row at its present revision.
type observation struct {
	revision int64
	since    stopwatch
}

// observe keeps the observations up to date with the rows seen.
func observe(seen map[string]observation, rows map[string]Row) {
	for key := range seen {
		if _, ok := rows[key]; !ok {
			delete(seen, key)
		}
	}
	for key, row := range rows {
		if o, ok := seen[key]; !ok || o.revision != row.Revision {
			seen[key] = observation{row.Revision, startStopwatch()}
		}
	}
}
