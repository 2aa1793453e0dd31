package ews

import (
	"context"
	"errors"
	"fmt"
)

// CreateItem makes calendar items (operation CreateItem), in one call that is
// not repeated.
//
// An item that was not made has its error in its ItemResult. The errors of the
// call as a whole are those of Do; after a *CallError the items may exist.
func (c *Client) CreateItem(ctx context.Context, request *CreateItemRequest) (*CreateItemResponse, error) {
	if err := request.Validate(); err != nil {
		return nil, err
	}
	var answer createItemAnswer
	reply, err := c.Do(ctx, "CreateItem", newCreateItem(request), &answer)
	if err != nil {
		return nil, err
	}
	if err := reply.expect(len(answer.Messages), len(request.Items)); err != nil {
		return nil, err
	}
	response := &CreateItemResponse{ServerVersion: reply.ServerVersion, Items: make([]ItemResult, len(answer.Messages))}
	for i := range answer.Messages {
		result := &response.Items[i]
		result.Item, result.Err = answer.Messages[i].item(reply, ItemID{})
		if result.Item != nil {
			result.ItemID = result.Item.ItemID
		}
	}
	return response, nil
}

// Validate returns what CreateItem would refuse, naming the field. The server
// has rules beyond these.
func (r *CreateItemRequest) Validate() error {
	if r.FolderID != (FolderID{}) {
		if err := r.FolderID.validate(); err != nil {
			return fmt.Errorf("ews: CreateItemRequest: FolderID: %w", err)
		}
	}
	if len(r.Items) == 0 {
		return errors.New("ews: CreateItemRequest: Items: at least one is needed")
	}
	for i := range r.Items {
		if err := r.Items[i].validate(); err != nil {
			return fmt.Errorf("ews: CreateItemRequest: Items[%d].%w", i, err)
		}
	}
	return nil
}

func (i *CalendarItem) validate() error {
	switch {
	case i.Start.IsZero():
		return errors.New("Start: not set")
	case i.End.Before(i.Start):
		return errors.New("End: not set, or before Start")
	case i.StartTimeZone != nil && i.StartTimeZone.ID == "":
		return errors.New("StartTimeZone.ID: empty")
	case i.EndTimeZone != nil && i.EndTimeZone.ID == "":
		return errors.New("EndTimeZone.ID: empty")
	}
	for _, list := range []struct {
		field     string
		attendees []Attendee
	}{
		{"RequiredAttendees", i.RequiredAttendees},
		{"OptionalAttendees", i.OptionalAttendees},
		{"Resources", i.Resources},
	} {
		for n := range list.attendees {
			if list.attendees[n].Mailbox.EmailAddress == "" {
				return fmt.Errorf("%s[%d].Mailbox.EmailAddress: empty", list.field, n)
			}
		}
	}
	if i.Recurrence != nil {
		if err := i.Recurrence.validate(); err != nil {
			return fmt.Errorf("Recurrence.%w", err)
		}
	}
	return nil
}
