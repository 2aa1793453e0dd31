package main

import (
	"context"

	"github.com/ewspush/ewspush/subscribe"
)

// observed is a store that tells when notifications have been dealt with.
type observed struct {
	subscribe.Store
	advanced func(keys int)
}

// Advance implements subscribe.Store.
func (o observed) Advance(ctx context.Context, offsets []subscribe.Offset) error {
	err := o.Store.Advance(ctx, offsets)
	if err == nil {
		o.advanced(len(offsets))
	}
	return err
}
