package ews

import (
	"encoding/xml"
	"errors"
)

// getItem is m:GetItem.
type getItem struct {
	XMLName   xml.Name         `xml:"m:GetItem"`
	ItemShape itemShapeElement `xml:"m:ItemShape"`
	ItemIDs   *itemIDs         `xml:"m:ItemIds"`
}

// getItemAnswer is m:GetItemResponse.
type getItemAnswer struct {
	Messages []itemInfoMessage `xml:"ResponseMessages>GetItemResponseMessage"`
}

// itemInfoMessage is a response message about one item (schema type
// m:ItemInfoResponseMessageType).
type itemInfoMessage struct {
	ResponseMessage
	Items struct {
		Items []itemElement `xml:",any"`
	} `xml:"Items"`
}

// item returns the item that the message is about, or why there is none; id is
// what was asked for.
func (m *itemInfoMessage) item(reply *Reply, id ItemID) (*CalendarItem, error) {
	if err := reply.Check(&m.ResponseMessage); err != nil {
		return nil, err
	}
	if len(m.Items.Items) != 1 {
		return nil, reply.unreadableItem(id, errors.New("success without the item"))
	}
	item, err := m.Items.Items[0].item()
	if err != nil {
		return nil, reply.unreadableItem(id, err)
	}
	return &item, nil
}
