package ews

import "encoding/xml"

// deleteItem is m:DeleteItem.
type deleteItem struct {
	XMLName                  xml.Name               `xml:"m:DeleteItem"`
	DeleteType               DisposalType           `xml:"DeleteType,attr"`
	SendMeetingCancellations SendMeetingInvitations `xml:"SendMeetingCancellations,attr"`
	ItemIDs                  *itemIDs               `xml:"m:ItemIds"`
}

func newDeleteItem(r *DeleteItemRequest) *deleteItem {
	d := &deleteItem{DeleteType: r.DeleteType, SendMeetingCancellations: r.SendMeetingCancellations, ItemIDs: newItemIDs(r.ItemIDs)}
	if d.DeleteType == "" {
		d.DeleteType = MoveToDeletedItems
	}
	if d.SendMeetingCancellations == "" {
		d.SendMeetingCancellations = SendToNone
	}
	return d
}

// deleteItemAnswer is m:DeleteItemResponse.
type deleteItemAnswer struct {
	Messages []ResponseMessage `xml:"ResponseMessages>DeleteItemResponseMessage"`
}
