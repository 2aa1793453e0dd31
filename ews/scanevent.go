package ews

// usualEvent reads the rest of an event element, whose name and prefix are
// given, if it is written the way Exchange writes it. Otherwise it reports
// false, and what s and v hold is of no use.
//
// Usual means: the children that the schema knows, UnreadCount excepted, in its
// order, with nothing between them; all with the prefix of the event; without
// attributes but Id and ChangeKey, in this order and in double quotation marks;
// all texts plain, see isPlain. Among that there is no declaration of a
// namespace, so that the prefix stands for the namespace that the event is in,
// which is one of the two of EWS. What is accepted here, anyEvent would accept
// with the same result.
func (r *notificationReader) usualEvent(s *usualScanner, name string, v *Event) bool {
	if s.open("Watermark>") {
		s.noted.next(textWatermark)
		v.Watermark = s.text()
	}
	if s.open("TimeStamp>") {
		s.noted.next(textTimeStamp)
		v.TimeStamp = s.timeStamp()
	}
	if s.open("ItemId ") {
		s.noted.next(textItemID)
		v.ItemID = r.usualItem(s)
	} else if s.open("FolderId ") {
		s.noted.next(textFolderID)
		v.FolderID = r.usualFolder(s)
	}
	if s.open("ParentFolderId ") {
		s.noted.next(textParentFolderID)
		v.ParentFolderID = r.usualFolder(s)
	}
	if s.end(name) {
		return !s.failed
	}
	if s.open("OldItemId ") {
		s.noted.next(textOldItemID)
		v.OldItemID = r.usualItem(s)
	} else if s.open("OldFolderId ") {
		s.noted.next(textOldFolderID)
		v.OldFolderID = r.usualFolder(s)
	}
	if s.open("OldParentFolderId ") {
		s.noted.next(textOldParentFolderID)
		v.OldParentFolderID = r.usualFolder(s)
	}
	return s.end(name) && !s.failed
}

func (r *notificationReader) usualItem(s *usualScanner) *ItemID {
	id := slot(&r.memory.items)
	id.ID, id.ChangeKey = s.id()
	return id
}

func (r *notificationReader) usualFolder(s *usualScanner) *FolderID {
	id := slot(&r.memory.folders)
	id.ID, id.ChangeKey = s.id()
	return id
}
