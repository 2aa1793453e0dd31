package ews

import (
	"context"
	"encoding/xml"
)

// GetRoomLists returns the lists of rooms that the organization keeps
// (operation GetRoomLists): distribution groups, whose addresses GetRooms takes.
// There may be none.
//
// The errors are those of Do, and a *ResponseError if the server refused.
func (c *Client) GetRoomLists(ctx context.Context) ([]Mailbox, error) {
	var answer struct {
		ResponseMessage
		RoomLists []mailboxElement `xml:"RoomLists>Address"`
	}
	reply, err := c.Do(ctx, "GetRoomLists", &getRoomLists{}, &answer)
	if err != nil {
		return nil, err
	}
	if err := reply.checkOnly(&answer.ResponseMessage); err != nil {
		return nil, err
	}
	return mailboxes(answer.RoomLists), nil
}

// getRoomLists is m:GetRoomLists.
type getRoomLists struct {
	XMLName xml.Name `xml:"m:GetRoomLists"`
}

func mailboxes(elements []mailboxElement) []Mailbox {
	list := make([]Mailbox, len(elements))
	for i := range elements {
		list[i] = elements[i].mailbox()
	}
	return list
}
