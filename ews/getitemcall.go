package ews

import (
	"context"
	"errors"
	"fmt"
)

const defaultBatchSize = 10

// GetItem returns items by their ids (operation GetItem), in as many calls as
// it takes. What cannot be had of single items is in their ItemResults; the
// request fails as a whole, with the errors of Do, only if its first call does.
//
// What is asked for again, so that one item does not spoil the others:
//   - Items that the server did not try because an earlier one failed
//     (ErrorBatchProcessingStopped), as long as each call gets on and no item's
//     error is that the server wants to be left alone, see BackOff.
//   - The items of a batch whose answer cannot be read or is too large: each
//     alone.
//
// After a call that failed as a whole nothing more is asked for.
func (c *Client) GetItem(ctx context.Context, request *GetItemRequest) (*GetItemResponse, error) {
	if err := request.Validate(); err != nil {
		return nil, err
	}
	b := &getItemBatches{client: c, shape: newItemShape(&request.Shape)}
	b.response.Items = make([]ItemResult, len(request.ItemIDs))
	all := make([]int, len(request.ItemIDs))
	for i, id := range request.ItemIDs {
		b.response.Items[i].ItemID, all[i] = id, i
	}
	size := request.BatchSize
	if size == 0 {
		size = defaultBatchSize
	}
	if err := b.run(ctx, all, size); err != nil {
		return nil, err
	}
	return &b.response, nil
}

// Validate returns what GetItem would refuse, naming the field. The server has
// rules beyond these.
func (r *GetItemRequest) Validate() error {
	if len(r.ItemIDs) == 0 {
		return errors.New("ews: GetItemRequest: ItemIDs: at least one is needed")
	}
	if err := validateItemIDs("ItemIDs", r.ItemIDs); err != nil {
		return fmt.Errorf("ews: GetItemRequest: %w", err)
	}
	if err := r.Shape.validate(); err != nil {
		return fmt.Errorf("ews: GetItemRequest: Shape: %w", err)
	}
	if r.BatchSize < 0 {
		return fmt.Errorf("ews: GetItemRequest: BatchSize: %d is negative", r.BatchSize)
	}
	return nil
}
