package main

import (
	"encoding/xml"
	"errors"
	"time"
)

// The usual way to decode: encoding/xml into structs. It loses the order of
// events of different kinds, and accepts what is no XML.

type xmlEnvelope struct {
	XMLName xml.Name `xml:"http://schemas.xmlsoap.org/soap/envelope/ Envelope"`
	Version struct {
		Version string `xml:"Version,attr"`
	} `xml:"Header>RequestServerVersion"`
	Messages []xmlMessage `xml:"Body>SendNotification>ResponseMessages>SendNotificationResponseMessage"`
}

type xmlMessage struct {
	ResponseClass string `xml:"ResponseClass,attr"`
	ResponseCode  string `xml:"ResponseCode"`
	Notification  struct {
		SubscriptionID    string     `xml:"SubscriptionId"`
		PreviousWatermark string     `xml:"PreviousWatermark"`
		MoreEvents        bool       `xml:"MoreEvents"`
		Created           []xmlEvent `xml:"CreatedEvent"`
		Modified          []xmlEvent `xml:"ModifiedEvent"`
		Moved             []xmlEvent `xml:"MovedEvent"`
		Deleted           []xmlEvent `xml:"DeletedEvent"`
		Copied            []xmlEvent `xml:"CopiedEvent"`
		Status            []xmlEvent `xml:"StatusEvent"`
	} `xml:"Notification"`
}

type xmlEvent struct {
	Watermark         string    `xml:"Watermark"`
	TimeStamp         time.Time `xml:"TimeStamp"`
	ItemID            *xmlID    `xml:"ItemId"`
	FolderID          *xmlID    `xml:"FolderId"`
	ParentFolderID    *xmlID    `xml:"ParentFolderId"`
	OldItemID         *xmlID    `xml:"OldItemId"`
	OldFolderID       *xmlID    `xml:"OldFolderId"`
	OldParentFolderID *xmlID    `xml:"OldParentFolderId"`
	UnreadCount       *int      `xml:"UnreadCount"`
}

type xmlID struct {
	ID        string `xml:"Id,attr"`
	ChangeKey string `xml:"ChangeKey,attr"`
}

// unmarshal returns how many events a body has.
func unmarshal(body []byte) (events int, err error) {
	var e xmlEnvelope
	if err := xml.Unmarshal(body, &e); err != nil {
		return 0, err
	}
	if len(e.Messages) == 0 {
		return 0, errors.New("no message")
	}
	for i := range e.Messages {
		n := &e.Messages[i].Notification
		events += len(n.Created) + len(n.Modified) + len(n.Moved) + len(n.Deleted) + len(n.Copied) + len(n.Status)
	}
	return events, nil
}
