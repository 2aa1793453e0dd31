package calendar

import (
	"context"

	"github.com/ewspush/ewspush/subscribe"
)

// limitedRows fails writes.
type limitedRows struct {
	rows
	fail func() bool
}

func (l *limitedRows) Put(ctx context.Context, row subscribe.Row) (int64, error) {
	if l.fail() {
		return 0, errLimited
	}
	return l.rows.Put(ctx, row)
}

func (l *limitedRows) Delete(ctx context.Context, key string, revision int64) error {
	if l.fail() {
		return errLimited
	}
	return l.rows.Delete(ctx, key, revision)
}
