package ews

import (
	"encoding/xml"
	"errors"
)

// getFolder is m:GetFolder.
type getFolder struct {
	XMLName   xml.Name  `xml:"m:GetFolder"`
	BaseShape BaseShape `xml:"m:FolderShape>t:BaseShape"`
	FolderIDs folderIDs `xml:"m:FolderIds"`
}

func newGetFolder(r *GetFolderRequest) *getFolder {
	g := &getFolder{BaseShape: r.BaseShape}
	if g.BaseShape == "" {
		g.BaseShape = Default
	}
	for i := range r.FolderIDs {
		g.FolderIDs.IDs = append(g.FolderIDs.IDs, newFolderIDElement(&r.FolderIDs[i]))
	}
	return g
}

// getFolderAnswer is m:GetFolderResponse.
type getFolderAnswer struct {
	Messages []getFolderMessage `xml:"ResponseMessages>GetFolderResponseMessage"`
}

type getFolderMessage struct {
	ResponseMessage
	Folders struct {
		Folders []folderElement `xml:",any"`
	} `xml:"Folders"`
}

// folderElement is t:Folder, t:CalendarFolder or another type of folder.
type folderElement struct {
	FolderID         *idElement `xml:"FolderId"`
	ParentFolderID   *idElement `xml:"ParentFolderId"`
	FolderClass      string     `xml:"FolderClass"`
	DisplayName      string     `xml:"DisplayName"`
	TotalCount       string     `xml:"TotalCount"`
	ChildFolderCount string     `xml:"ChildFolderCount"`
}

func (m *getFolderMessage) folder(reply *Reply) (*Folder, error) {
	if err := reply.Check(&m.ResponseMessage); err != nil {
		return nil, err
	}
	if len(m.Folders.Folders) != 1 {
		return nil, reply.malformed(errors.New("success without a folder"))
	}
	e := &m.Folders.Folders[0]
	id := e.FolderID.folderID()
	if id == nil {
		return nil, reply.malformed(errors.New("folder without a FolderId"))
	}
	var v wireValues
	folder := &Folder{
		FolderID:         *id,
		ParentFolderID:   e.ParentFolderID.folderID(),
		FolderClass:      trim(e.FolderClass),
		DisplayName:      e.DisplayName,
		TotalCount:       v.int("TotalCount", e.TotalCount),
		ChildFolderCount: v.int("ChildFolderCount", e.ChildFolderCount),
	}
	if v.err != nil {
		return nil, reply.malformed(v.err)
	}
	return folder, nil
}
