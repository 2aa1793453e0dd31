package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ewspush/ewspush/subscribe"
)

// copier makes copies of a subscription under other names. It knows of the
// stored form only that the name stands in it, and hashes of what is watched;
// should that change, it says so.
type copier struct {
	row  subscribe.Row
	tail subscribe.Entry
	spec subscribe.Spec
}

func newCopier(row subscribe.Row, tail subscribe.Entry) (*copier, error) {
	var stored struct {
		Spec subscribe.Spec `json:"spec"`
	}
	if err := json.Unmarshal(row.Data, &stored); err != nil {
		return nil, fmt.Errorf("a row is not what it was: %w", err)
	}
	c := &copier{row, tail, stored.Spec}
	for _, text := range append(hashes(c.spec), c.spec.Key) {
		if !bytes.Contains(row.Data, []byte(text)) {
			return nil, fmt.Errorf("a row is not what it was: there is no %q in it", text)
		}
	}
	return c, nil
}

// put stores the copy of that name, all of which has been handled.
func (c *copier) put(ctx context.Context, store subscribe.Store, key string) error {
	row, tail := c.row, c.tail
	row.Key, row.Revision, row.Shard = key, 0, subscribe.ShardOf(key)
	tail.Key, tail.Seq, tail.Shard = key, 1, subscribe.ShardOf(key)
	row.Data, tail.Data = c.rename(row.Data, key), c.rename(tail.Data, key)
	_, err := store.Put(ctx, row)
	if err := errors.Join(err, store.Append(ctx, tail)); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return store.Advance(ctx, []subscribe.Offset{{Key: key, Seq: 1}})
}

func (c *copier) rename(data []byte, key string) []byte {
	renamed := bytes.ReplaceAll(data, []byte(c.spec.Key), []byte(key))
	spec := c.spec
	spec.Key = key
	spec.Mailbox = key + mailDomain
	now := hashes(spec)
	for i, before := range hashes(c.spec) {
		renamed = bytes.ReplaceAll(renamed, []byte(before), []byte(now[i]))
	}
	return renamed
}

// hashes are those of what is watched: with the interval of heartbeats, which is
// what a subscription is made again for, and without it.
func hashes(spec subscribe.Spec) []string {
	scope := spec
	scope.StatusFrequency = 0
	var texts []string
	for _, s := range []subscribe.Spec{spec, scope} {
		text, err := json.Marshal(s)
		if err != nil {
			panic(err) // strings and numbers only
		}
		sum := sha256.Sum256(text)
		texts = append(texts, hex.EncodeToString(sum[:8]))
	}
	return texts
}
