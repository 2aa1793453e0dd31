package ews

import "encoding/xml"

// findItem is m:FindItem.
type findItem struct {
	XMLName      xml.Name         `xml:"m:FindItem"`
	Traversal    string           `xml:"Traversal,attr"`
	ItemShape    itemShapeElement `xml:"m:ItemShape"`
	CalendarView struct {
		MaxEntries int    `xml:"MaxEntriesReturned,attr,omitempty"`
		Start      string `xml:"StartDate,attr"`
		End        string `xml:"EndDate,attr"`
	} `xml:"m:CalendarView"`
	ParentFolderIDs folderIDs `xml:"m:ParentFolderIds"`
}

func newFindItem(r *FindItemRequest) *findItem {
	f := &findItem{
		Traversal:       "Shallow",
		ItemShape:       newItemShape(&r.Shape),
		ParentFolderIDs: folderIDs{IDs: []folderIDElement{newFolderIDElement(&r.FolderID)}},
	}
	f.CalendarView.MaxEntries = r.MaxEntries
	f.CalendarView.Start, f.CalendarView.End = formatDateTime(r.Start), formatDateTime(r.End)
	return f
}

// findItemAnswer is m:FindItemResponse.
type findItemAnswer struct {
	Messages []struct {
		ResponseMessage
		RootFolder *rootFolder `xml:"RootFolder"`
	} `xml:"ResponseMessages>FindItemResponseMessage"`
}

// rootFolder is m:RootFolder.
type rootFolder struct {
	TotalItems              string `xml:"TotalItemsInView,attr"`
	IncludesLastItemInRange string `xml:"IncludesLastItemInRange,attr"`
	Items                   struct {
		Items []itemElement `xml:",any"`
	} `xml:"Items"`
}

func (f *rootFolder) view(reply *Reply) (*FindItemResponse, error) {
	var v wireValues
	response := &FindItemResponse{
		ServerVersion: reply.ServerVersion,
		TotalItems:    v.int("TotalItemsInView", f.TotalItems),
		// A server that does not say it has no such limit.
		IncludesLastItemInRange: f.IncludesLastItemInRange == "" || v.boolean("IncludesLastItemInRange", f.IncludesLastItemInRange),
	}
	if v.err != nil {
		return nil, reply.malformed(v.err)
	}
	for i := range f.Items.Items {
		item, err := f.Items.Items[i].item()
		if err != nil {
			response.Malformed = append(response.Malformed, ItemResult{ItemID: item.ItemID, Err: reply.unreadableItem(item.ItemID, err)})
		}
		response.Items = append(response.Items, item)
	}
	return response, nil
}
