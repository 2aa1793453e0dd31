package ews

import (
	"context"
	"fmt"
)

// maxSyncChanges is the most that t:MaxSyncChangesReturnedType allows.
const maxSyncChanges = 512

// SyncFolderItems returns what has changed in a folder since a SyncState
// (operation SyncFolderItems). It knows nothing of recurrences: a series is one
// item, and a change of an occurrence is an update of its RecurringMaster.
//
// The errors are those of Do, and a *ResponseError if the server refused;
// after ErrorInvalidSyncStateData begin again with an empty SyncState.
func (c *Client) SyncFolderItems(ctx context.Context, request *SyncFolderItemsRequest) (*SyncFolderItemsResponse, error) {
	if err := request.Validate(); err != nil {
		return nil, err
	}
	var answer syncFolderItemsAnswer
	reply, err := c.Do(ctx, "SyncFolderItems", newSyncFolderItems(request), &answer)
	if err != nil {
		return nil, err
	}
	if err := reply.expect(len(answer.Messages), 1); err != nil {
		return nil, err
	}
	m := &answer.Messages[0]
	if err := reply.Check(&m.ResponseMessage); err != nil {
		return nil, err
	}
	return m.page(reply)
}

// Validate returns what SyncFolderItems would refuse, naming the field. The
// server has rules beyond these.
func (r *SyncFolderItemsRequest) Validate() error {
	if err := r.FolderID.validate(); err != nil {
		return fmt.Errorf("ews: SyncFolderItemsRequest: FolderID: %w", err)
	}
	if err := r.Shape.validate(); err != nil {
		return fmt.Errorf("ews: SyncFolderItemsRequest: Shape: %w", err)
	}
	if err := validateItemIDs("Ignore", r.Ignore); err != nil {
		return fmt.Errorf("ews: SyncFolderItemsRequest: %w", err)
	}
	if r.MaxChangesReturned < 0 || r.MaxChangesReturned > maxSyncChanges {
		return fmt.Errorf("ews: SyncFolderItemsRequest: MaxChangesReturned: %d is not 1 to %d", r.MaxChangesReturned, maxSyncChanges)
	}
	return nil
}
