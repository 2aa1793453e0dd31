package ews

// GetItemRequest asks for items by their ids (operation GetItem).
type GetItemRequest struct {
	ItemIDs []ItemID
	Shape   ItemShape
	// BatchSize is how many items are asked for in one call; more are asked
	// for in several calls, one after another. Default 10, which the
	// documentation recommends; a server stops a batch after a minute.
	BatchSize int
}

// ItemResult is what became of one item of a request.
type ItemResult struct {
	ItemID ItemID        // as it was asked for; of CreateItem the new one
	Item   *CalendarItem // nil if Err is set
	// Err is a *ResponseError if the server refused the item: ErrorItemNotFound
	// for one that has been deleted or moved, or was a temporary one, is nothing
	// unusual. It has ErrUnreadableItem if the item was found but cannot be read.
	// Where a later call of the same request failed as a whole it is that call's
	// error.
	Err error
}

// GetItemResponse has one result for each item asked for, in the same order.
type GetItemResponse struct {
	ServerVersion ServerVersionInfo
	Items         []ItemResult
}
