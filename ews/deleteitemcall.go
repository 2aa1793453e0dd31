package ews

import (
	"context"
	"errors"
	"fmt"
)

// DeleteItem deletes items (operation DeleteItem), in one call that is not
// repeated.
//
// An item that was not deleted has its error in its ItemResult;
// ErrorItemNotFound means that it was gone before. The errors of the call as a
// whole are those of Do; after a *CallError the items may be gone.
func (c *Client) DeleteItem(ctx context.Context, request *DeleteItemRequest) (*DeleteItemResponse, error) {
	if err := request.Validate(); err != nil {
		return nil, err
	}
	var answer deleteItemAnswer
	reply, err := c.Do(ctx, "DeleteItem", newDeleteItem(request), &answer)
	if err != nil {
		return nil, err
	}
	if err := reply.expect(len(answer.Messages), len(request.ItemIDs)); err != nil {
		return nil, err
	}
	response := &DeleteItemResponse{ServerVersion: reply.ServerVersion, Items: make([]ItemResult, len(answer.Messages))}
	for i := range answer.Messages {
		response.Items[i] = ItemResult{ItemID: request.ItemIDs[i], Err: reply.Check(&answer.Messages[i])}
	}
	return response, nil
}

// Validate returns what DeleteItem would refuse, naming the field.
func (r *DeleteItemRequest) Validate() error {
	if len(r.ItemIDs) == 0 {
		return errors.New("ews: DeleteItemRequest: ItemIDs: at least one is needed")
	}
	if err := validateItemIDs("ItemIDs", r.ItemIDs); err != nil {
		return fmt.Errorf("ews: DeleteItemRequest: %w", err)
	}
	return nil
}
