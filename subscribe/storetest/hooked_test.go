package storetest

import (
	"context"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// hooked is a store some of whose methods are replaced.
type hooked struct {
	subscribe.Store
	get     func(ctx context.Context, key string) (subscribe.Row, error)
	list    func(ctx context.Context, after string, limit int) ([]subscribe.Row, error)
	due     func(ctx context.Context, sh subscribe.Shards, now time.Time, limit int) ([]subscribe.Row, error)
	put     func(ctx context.Context, row subscribe.Row) (int64, error)
	delete  func(ctx context.Context, key string, revision int64) error
	append  func(ctx context.Context, e subscribe.Entry) error
	tail    func(ctx context.Context, key string) (subscribe.Entry, error)
	read    func(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error)
	backlog func(ctx context.Context, sh subscribe.Shards, after string, limit int) ([]subscribe.Backlog, error)
	offset  func(ctx context.Context, key string) (int64, error)
	advance func(ctx context.Context, offsets []subscribe.Offset) error
	prune   func(ctx context.Context, before time.Time, limit int) (int, error)
	park    func(ctx context.Context, p subscribe.Parked) error
	parked  func(ctx context.Context, after subscribe.ParkedID, limit int) ([]subscribe.Parked, error)
	unpark  func(ctx context.Context, id subscribe.ParkedID) error
}

func (h *hooked) Get(ctx context.Context, key string) (subscribe.Row, error) {
	if h.get != nil {
		return h.get(ctx, key)
	}
	return h.Store.Get(ctx, key)
}

func (h *hooked) List(ctx context.Context, after string, limit int) ([]subscribe.Row, error) {
	if h.list != nil {
		return h.list(ctx, after, limit)
	}
	return h.Store.List(ctx, after, limit)
}

func (h *hooked) Due(
	ctx context.Context, shards subscribe.Shards, now time.Time, limit int,
) ([]subscribe.Row, error) {
	if h.due != nil {
		return h.due(ctx, shards, now, limit)
	}
	return h.Store.Due(ctx, shards, now, limit)
}

func (h *hooked) Put(ctx context.Context, row subscribe.Row) (int64, error) {
	if h.put != nil {
		return h.put(ctx, row)
	}
	return h.Store.Put(ctx, row)
}

func (h *hooked) Delete(ctx context.Context, key string, revision int64) error {
	if h.delete != nil {
		return h.delete(ctx, key, revision)
	}
	return h.Store.Delete(ctx, key, revision)
}

func (h *hooked) Append(ctx context.Context, e subscribe.Entry) error {
	if h.append != nil {
		return h.append(ctx, e)
	}
	return h.Store.Append(ctx, e)
}

func (h *hooked) Tail(ctx context.Context, key string) (subscribe.Entry, error) {
	if h.tail != nil {
		return h.tail(ctx, key)
	}
	return h.Store.Tail(ctx, key)
}

func (h *hooked) Read(ctx context.Context, key string, after int64, limit int) ([]subscribe.Entry, error) {
	if h.read != nil {
		return h.read(ctx, key, after, limit)
	}
	return h.Store.Read(ctx, key, after, limit)
}

func (h *hooked) Backlog(
	ctx context.Context, shards subscribe.Shards, after string, limit int,
) ([]subscribe.Backlog, error) {
	if h.backlog != nil {
		return h.backlog(ctx, shards, after, limit)
	}
	return h.Store.Backlog(ctx, shards, after, limit)
}

func (h *hooked) Offset(ctx context.Context, key string) (int64, error) {
	if h.offset != nil {
		return h.offset(ctx, key)
	}
	return h.Store.Offset(ctx, key)
}

func (h *hooked) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	if h.advance != nil {
		return h.advance(ctx, offsets)
	}
	return h.Store.Advance(ctx, offsets)
}

func (h *hooked) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	if h.prune != nil {
		return h.prune(ctx, before, limit)
	}
	return h.Store.Prune(ctx, before, limit)
}

func (h *hooked) Park(ctx context.Context, p subscribe.Parked) error {
	if h.park != nil {
		return h.park(ctx, p)
	}
	return h.Store.Park(ctx, p)
}

func (h *hooked) Parked(
	ctx context.Context, after subscribe.ParkedID, limit int,
) ([]subscribe.Parked, error) {
	if h.parked != nil {
		return h.parked(ctx, after, limit)
	}
	return h.Store.Parked(ctx, after, limit)
}

func (h *hooked) Unpark(ctx context.Context, id subscribe.ParkedID) error {
	if h.unpark != nil {
		return h.unpark(ctx, id)
	}
	return h.Store.Unpark(ctx, id)
}
