package ews

import (
	"errors"
	"fmt"
)

// itemIDElement is t:ItemId in a request.
type itemIDElement struct {
	ID        string `xml:"Id,attr"`
	ChangeKey string `xml:"ChangeKey,attr,omitempty"`
}

// itemIDs is schema type t:NonEmptyArrayOfBaseItemIdsType.
type itemIDs struct {
	IDs []itemIDElement `xml:"t:ItemId"`
}

func newItemIDs(ids []ItemID) *itemIDs {
	if len(ids) == 0 {
		return nil
	}
	list := &itemIDs{IDs: make([]itemIDElement, len(ids))}
	for i, id := range ids {
		list.IDs[i] = itemIDElement(id)
	}
	return list
}

func validateItemIDs(field string, ids []ItemID) error {
	for i := range ids {
		if ids[i].ID == "" {
			return fmt.Errorf("%s[%d]: %w", field, i, errNoID)
		}
	}
	return nil
}

var errNoID = errors.New("ID is empty")

// idElement is t:ItemId, t:FolderId and their like in an answer.
type idElement struct {
	ID        string `xml:"Id,attr"`
	ChangeKey string `xml:"ChangeKey,attr"`
}

func (e idElement) itemID() ItemID { return ItemID{ID: trim(e.ID), ChangeKey: trim(e.ChangeKey)} }

func (e *idElement) folderID() *FolderID {
	if e == nil || trim(e.ID) == "" {
		return nil
	}
	return &FolderID{ID: trim(e.ID), ChangeKey: trim(e.ChangeKey)}
}
