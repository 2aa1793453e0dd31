package ews

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// FindItem returns what a calendar shows between two times (operation FindItem
// with m:CalendarView).
//
// The errors are those of Do, and a *ResponseError if the server refused. An
// item that has a value that cannot be read does not spoil the others, see
// FindItemResponse.Malformed.
func (c *Client) FindItem(ctx context.Context, request *FindItemRequest) (*FindItemResponse, error) {
	if err := request.Validate(); err != nil {
		return nil, err
	}
	var answer findItemAnswer
	reply, err := c.Do(ctx, "FindItem", newFindItem(request), &answer)
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
	if m.RootFolder == nil {
		return nil, reply.malformed(errors.New("success without a RootFolder"))
	}
	response, err := m.RootFolder.view(reply)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(response.Items, func(a, b CalendarItem) int { return a.Start.Compare(b.Start) })
	return response, nil
}

// Validate returns what FindItem would refuse, naming the field. The server has
// rules beyond these.
func (r *FindItemRequest) Validate() error {
	if err := r.FolderID.validate(); err != nil {
		return fmt.Errorf("ews: FindItemRequest: FolderID: %w", err)
	}
	if err := r.Shape.validate(); err != nil {
		return fmt.Errorf("ews: FindItemRequest: Shape: %w", err)
	}
	switch {
	case r.Start.IsZero():
		return errors.New("ews: FindItemRequest: Start: not set")
	case r.End.Before(r.Start):
		return errors.New("ews: FindItemRequest: End: not set, or before Start")
	case r.MaxEntries < 0:
		return fmt.Errorf("ews: FindItemRequest: MaxEntries: %d is negative", r.MaxEntries)
	}
	return nil
}
