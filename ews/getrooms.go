package ews

import (
	"context"
	"encoding/xml"
	"errors"
)

// GetRooms returns the rooms of a list (operation GetRooms), which is named by
// its SMTP address; GetRoomLists tells which there are.
//
// The errors are those of Do, and a *ResponseError if the server refused.
func (c *Client) GetRooms(ctx context.Context, list string) ([]Mailbox, error) {
	if list == "" {
		return nil, errors.New("ews: GetRooms: no list")
	}
	var answer struct {
		ResponseMessage
		Rooms []mailboxElement `xml:"Rooms>Room>Id"`
	}
	reply, err := c.Do(ctx, "GetRooms", &getRooms{RoomList: mailboxRequest{EmailAddress: list}}, &answer)
	if err != nil {
		return nil, err
	}
	if err := reply.checkOnly(&answer.ResponseMessage); err != nil {
		return nil, err
	}
	return mailboxes(answer.Rooms), nil
}

// getRooms is m:GetRooms.
type getRooms struct {
	XMLName  xml.Name       `xml:"m:GetRooms"`
	RoomList mailboxRequest `xml:"m:RoomList"`
}
