package subscribe

import (
	"context"
	"strings"
)

// membersPage is how many rows are read at once where replicas are looked for:
// more than there usually are.
const membersPage = 16

// read reads the rows of the replicas and shards. The two are not of the same
// moment, and the order matters: the owner of a shard was a member before it
// became the owner. If it is none afterwards, it has left or was struck off, and
// the shard is free, or its row is not any longer as it was read.
func (l *lead) read(ctx context.Context) (*roll, error) {
	shards, err := l.rows(ctx, shardPrefix, NumShards+1)
	if err != nil {
		return nil, err
	}
	members, err := l.rows(ctx, memberPrefix, membersPage)
	if err != nil {
		return nil, err
	}
	return readRoll(append(members, shards...))
}

// rows returns the rows whose keys begin with prefix. A page of one row more
// than there are is enough to see that it is the last.
func (l *lead) rows(ctx context.Context, prefix string, page int) (found []Row, err error) {
	for row, err := range rowsInPages(ctx, l.store, prefix, page) {
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(row.Key, prefix) {
			break
		}
		found = append(found, row)
	}
	return found, nil
}

// lookEvery is in which of the rounds the shards are read even if they cannot
// have changed: once in a lease.
const lookEvery = 3

// alone reports whether this replica is the only member. If it has been so since
// a look that showed all shards to be its own, they still are: nobody takes what
// belongs to a member, and whoever joins is a member first.
func (l *lead) alone(ctx context.Context) (bool, error) {
	rows, err := l.store.List(ctx, memberPrefix, 2)
	if err != nil || len(rows) == 0 || rows[0].Key != l.key {
		return false, err
	}
	return len(rows) == 1 || !strings.HasPrefix(rows[1].Key, memberPrefix), nil
}
