package ews

import (
	"context"
	"errors"
	"fmt"
)

// GetFolder tells of folders what they are called and hold (operation
// GetFolder). It is also the cheapest way to learn the FolderID of a
// distinguished folder, and whether the account may see it.
//
// A folder that cannot be had has its error in its FolderResult. The errors of
// the call as a whole are those of Do.
func (c *Client) GetFolder(ctx context.Context, request *GetFolderRequest) (*GetFolderResponse, error) {
	if err := request.Validate(); err != nil {
		return nil, err
	}
	var answer getFolderAnswer
	reply, err := c.Do(ctx, "GetFolder", newGetFolder(request), &answer)
	if err != nil {
		return nil, err
	}
	if err := reply.expect(len(answer.Messages), len(request.FolderIDs)); err != nil {
		return nil, err
	}
	response := &GetFolderResponse{ServerVersion: reply.ServerVersion, Folders: make([]FolderResult, len(answer.Messages))}
	for i := range answer.Messages {
		result := &response.Folders[i]
		result.FolderID = request.FolderIDs[i]
		result.Folder, result.Err = answer.Messages[i].folder(reply)
	}
	return response, nil
}

// Validate returns what GetFolder would refuse, naming the field.
func (r *GetFolderRequest) Validate() error {
	if len(r.FolderIDs) == 0 {
		return errors.New("ews: GetFolderRequest: FolderIDs: at least one is needed")
	}
	for i := range r.FolderIDs {
		if err := r.FolderIDs[i].validate(); err != nil {
			return fmt.Errorf("ews: GetFolderRequest: FolderIDs[%d]: %w", i, err)
		}
	}
	return nil
}
