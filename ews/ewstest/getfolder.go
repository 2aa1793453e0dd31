package ewstest

import (
	"context"
	"fmt"

	"github.com/ewspush/ewspush/ews"
)

// getFolder is the operation GetFolder. Whatever shape is asked for, it answers
// with the properties of the default shape.
func (s *Server) getFolder(_ context.Context, c *call) ([]responseMessage, error) {
	var messages []responseMessage
	for _, e := range c.body.child(ews.NamespaceMessages, "FolderIds").children {
		m, f, code := c.folder(e)
		if code != ews.NoError {
			messages = append(messages, failureIn(code, "<m:Folders/>"))
			continue
		}
		messages = append(messages, success("<m:Folders>"+m.folderXML(f)+"</m:Folders>"))
	}
	return messages, nil
}

func failureIn(code ews.ResponseCode, content string) responseMessage {
	m := failure(code, "")
	m.content = content
	return m
}

// folderXML returns t:Folder or what is more exact, in the order of the schema.
func (m *Mailbox) folderXML(f *folder) string {
	name, unread := "Folder", "<t:UnreadCount>0</t:UnreadCount>"
	switch f.class {
	case "IPF.Appointment":
		name, unread = "CalendarFolder", ""
	case "IPF.Contact":
		name, unread = "ContactsFolder", ""
	case "IPF.Task":
		name = "TasksFolder"
	}
	xml := fmt.Sprintf(`<t:%s><t:FolderId Id="%s" ChangeKey="%s"/>`, name, f.id, folderChangeKey)
	if f.parent != nil {
		xml += fmt.Sprintf(`<t:ParentFolderId Id="%s" ChangeKey="%s"/>`, f.parent.id, folderChangeKey)
	}
	if f.class != "" {
		xml += "<t:FolderClass>" + f.class + "</t:FolderClass>"
	}
	xml += fmt.Sprintf("<t:DisplayName>%s</t:DisplayName><t:TotalCount>%d</t:TotalCount><t:ChildFolderCount>%d</t:ChildFolderCount>",
		escape(f.name), f.items, m.children(f))
	if f.distinguished != "" {
		xml += "<t:DistinguishedFolderId>" + string(f.distinguished) + "</t:DistinguishedFolderId>"
	}
	return xml + unread + "</t:" + name + ">"
}
