package ews

import (
	"errors"
	"fmt"
)

// ErrUnreadableItem: the server has told of an item, and it cannot be read: a
// value is none of its type, or the answer with this item alone is no XML or too
// large. The item is there; asking again does not help until somebody changes
// it. The errors that have it are of type *CallError, and a *DecodeError is in
// them unless it is the size.
var ErrUnreadableItem = errors.New("unreadable item")

// unreadableItem makes the error of an item with a value that cannot be read.
func (r *Reply) unreadableItem(id ItemID, err error) error {
	e := &DecodeError{Err: fmt.Errorf("%w: item %q: %w", ErrMessage, id.ID, err)}
	return &CallError{Operation: r.Operation, Diagnostics: r.Diagnostics, Err: fmt.Errorf("%w: %w", ErrUnreadableItem, e)}
}

// asUnreadableItem says of the error of a call for one item that the item is to
// blame.
func asUnreadableItem(err error) error {
	e, ok := errors.AsType[*CallError](err)
	if !ok {
		return err
	}
	own := *e
	own.Err = fmt.Errorf("%w: %w", ErrUnreadableItem, e.Err)
	return &own
}
