package ews

import (
	"encoding/xml"
	"errors"
)

// syncFolderItems is m:SyncFolderItems in the order of the schema.
type syncFolderItems struct {
	XMLName            xml.Name         `xml:"m:SyncFolderItems"`
	ItemShape          itemShapeElement `xml:"m:ItemShape"`
	SyncFolderID       folderIDs        `xml:"m:SyncFolderId"`
	SyncState          string           `xml:"m:SyncState,omitempty"`
	Ignore             *itemIDs         `xml:"m:Ignore"`
	MaxChangesReturned int              `xml:"m:MaxChangesReturned"`
}

func newSyncFolderItems(r *SyncFolderItemsRequest) *syncFolderItems {
	s := &syncFolderItems{
		ItemShape:          newItemShape(&r.Shape),
		SyncFolderID:       folderIDs{IDs: []folderIDElement{newFolderIDElement(&r.FolderID)}},
		SyncState:          r.SyncState,
		Ignore:             newItemIDs(r.Ignore),
		MaxChangesReturned: r.MaxChangesReturned,
	}
	if s.MaxChangesReturned == 0 {
		s.MaxChangesReturned = maxSyncChanges
	}
	return s
}

// syncFolderItemsAnswer is m:SyncFolderItemsResponse.
type syncFolderItemsAnswer struct {
	Messages []syncFolderItemsMessage `xml:"ResponseMessages>SyncFolderItemsResponseMessage"`
}

type syncFolderItemsMessage struct {
	ResponseMessage
	SyncState               string `xml:"SyncState"`
	IncludesLastItemInRange string `xml:"IncludesLastItemInRange"`
	Changes                 struct {
		Changes []changeElement `xml:",any"`
	} `xml:"Changes"`
}

// changeElement is t:Create, t:Update, t:Delete or t:ReadFlagChange.
type changeElement struct {
	XMLName xml.Name
	ItemID  *idElement    `xml:"ItemId"` // of t:Delete and t:ReadFlagChange
	IsRead  string        `xml:"IsRead"`
	Items   []itemElement `xml:",any"` // of t:Create and t:Update
}

func (m *syncFolderItemsMessage) page(reply *Reply) (*SyncFolderItemsResponse, error) {
	var v wireValues
	response := &SyncFolderItemsResponse{
		ServerVersion: reply.ServerVersion,
		SyncState:     trim(m.SyncState),
		// A server that does not say it has no pages.
		IncludesLastItemInRange: trim(m.IncludesLastItemInRange) == "" || v.boolean("IncludesLastItemInRange", m.IncludesLastItemInRange),
	}
	if response.SyncState == "" {
		return nil, reply.malformed(errors.New("success without a SyncState"))
	}
	for i := range m.Changes.Changes {
		change, err := m.Changes.Changes[i].change(reply)
		if err != nil {
			return nil, err
		}
		response.Changes = append(response.Changes, change)
	}
	if v.err != nil {
		return nil, reply.malformed(v.err)
	}
	return response, nil
}

// change converts an element. It fails if nobody can say what has changed.
func (e *changeElement) change(reply *Reply) (ItemChange, error) {
	var v wireValues
	change := ItemChange{Type: ItemChangeType(e.XMLName.Local), IsRead: v.boolean("IsRead", e.IsRead)}
	switch {
	case e.ItemID != nil:
		change.ItemID = e.ItemID.itemID()
	case len(e.Items) > 0:
		item, err := e.Items[0].item()
		change.ItemID = item.ItemID
		if err != nil {
			change.Err = reply.unreadableItem(item.ItemID, err)
			break
		}
		change.Item = &item
	}
	if change.ItemID.ID == "" {
		return change, reply.malformed(errors.New(clip(e.XMLName.Local) + " without an ItemId"))
	}
	if v.err != nil {
		change.Err = reply.unreadableItem(change.ItemID, v.err)
	}
	return change, nil
}
