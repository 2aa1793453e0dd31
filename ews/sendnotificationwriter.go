package ews

import (
	"fmt"
	"strconv"
	"time"
)

// EncodeSendNotification writes a notification exactly as Exchange does: one
// line, an XML declaration, the prefix soap11. It is what a test sends to a
// receiver. Fields that are empty are left out; a message without a class and a
// code gets those that ParseSendNotification would assume. What
// ParseSendNotification would refuse is an error.
func EncodeSendNotification(n *SendNotification) ([]byte, error) {
	if len(n.ResponseMessages) == 0 {
		return nil, fmt.Errorf("ews: SendNotification: %w: no SendNotificationResponseMessage", ErrMessage)
	}
	w := &xmlWriter{buf: make([]byte, 0, 2048)}
	w.raw(xmlDeclaration)
	w.raw(`<soap11:Envelope xmlns:soap11="` + NamespaceEnvelope + `">`)
	if n.RequestServerVersion != "" {
		w.raw(`<soap11:Header>`)
		w.empty("t:RequestServerVersion", "xmlns:m", NamespaceMessages, "Version", n.RequestServerVersion, "xmlns:t", NamespaceTypes)
		w.raw(`</soap11:Header>`)
	}
	w.raw(`<soap11:Body>`)
	w.start("m:SendNotification", "xmlns:t", NamespaceTypes, "xmlns:m", NamespaceMessages)
	w.raw("<m:ResponseMessages>")
	for i := range n.ResponseMessages {
		if err := n.ResponseMessages[i].write(w); err != nil {
			return nil, fmt.Errorf("ews: SendNotification: message %d: %w", i, err)
		}
	}
	w.raw("</m:ResponseMessages></m:SendNotification></soap11:Body></soap11:Envelope>")
	if w.err != nil {
		return nil, w.err
	}
	return w.buf, nil
}

func (m *SendNotificationResponseMessage) write(w *xmlWriter) error {
	filled := *m
	filled.fillIn()
	w.start("m:SendNotificationResponseMessage", "ResponseClass", string(filled.ResponseClass))
	filled.ResponseMessage.write(w)
	if m.Notification != nil {
		if err := m.Notification.write(w); err != nil {
			return err
		}
	}
	w.end("m:SendNotificationResponseMessage")
	return nil
}

// write writes what all response messages share, in the order of the schema.
func (m *ResponseMessage) write(w *xmlWriter) {
	w.optional("m:MessageText", m.MessageText)
	w.optional("m:ResponseCode", string(m.ResponseCode))
	if m.DescriptiveLinkKey != 0 || m.ResponseClass != ResponseClassSuccess {
		w.leaf("m:DescriptiveLinkKey", strconv.Itoa(m.DescriptiveLinkKey))
	}
	if len(m.MessageXML) > 0 {
		w.start("m:MessageXml")
		for _, v := range m.MessageXML {
			w.start("t:Value", "xmlns:t", NamespaceTypes, "Name", v.Name)
			w.escape(v.Value, false)
			w.end("t:Value")
		}
		w.end("m:MessageXml")
	}
}

func (n *Notification) write(w *xmlWriter) error {
	if n.SubscriptionID == "" {
		return fmt.Errorf("%w: no SubscriptionId", ErrMessage)
	}
	w.raw("<m:Notification>")
	w.leaf("t:SubscriptionId", n.SubscriptionID)
	w.optional("t:PreviousWatermark", n.PreviousWatermark)
	w.leaf("t:MoreEvents", strconv.FormatBool(n.MoreEvents))
	for i := range n.Events {
		if err := n.Events[i].write(w); err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
	}
	w.raw("</m:Notification>")
	return nil
}

func (v *Event) write(w *xmlWriter) error {
	if err := v.check(); err != nil {
		return err
	}
	name := "t:" + string(v.Type)
	if *v == (Event{Type: v.Type}) {
		w.empty(name)
		return nil
	}
	w.start(name)
	w.optional("t:Watermark", v.Watermark)
	if !v.TimeStamp.IsZero() {
		t := v.TimeStamp.UTC()
		if t.Year() < 0 || t.Year() > 9999 {
			return fmt.Errorf("%w: TimeStamp in the year %d", ErrMessage, t.Year())
		}
		w.leaf("t:TimeStamp", t.Format(time.RFC3339Nano))
	}
	ids := [...]struct {
		name   string
		item   *ItemID
		folder *FolderID
	}{
		{name: "t:FolderId", folder: v.FolderID},
		{name: "t:ItemId", item: v.ItemID},
		{name: "t:ParentFolderId", folder: v.ParentFolderID},
		{name: "t:OldFolderId", folder: v.OldFolderID},
		{name: "t:OldItemId", item: v.OldItemID},
		{name: "t:OldParentFolderId", folder: v.OldParentFolderID},
	}
	for _, id := range ids {
		var value, changeKey string
		switch {
		case id.item != nil:
			value, changeKey = id.item.ID, id.item.ChangeKey
		case id.folder != nil:
			value, changeKey = id.folder.ID, id.folder.ChangeKey
		default:
			continue
		}
		if value == "" {
			return fmt.Errorf("%w: %s without an Id", ErrMessage, id.name)
		}
		w.empty(id.name, "Id", value, "ChangeKey", changeKey)
	}
	if v.UnreadCount != nil {
		w.leaf("t:UnreadCount", strconv.Itoa(*v.UnreadCount))
	}
	w.end(name)
	return nil
}
