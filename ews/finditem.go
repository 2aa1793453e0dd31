package ews

import "time"

// FindItemRequest asks for what a calendar shows between two times, with
// recurring series expanded (operation FindItem with m:CalendarView).
type FindItemRequest struct {
	FolderID FolderID
	Shape    ItemShape // no Body, no attendees, and of the Organizer the name only, whatever is asked for
	// Start and End bound the view: what overlaps it is in it. More than two
	// years are an ErrorCalendarViewRangeTooBig.
	Start, End time.Time
	// MaxEntries is how many items are wanted at most; 0 leaves it to the
	// server, which stops at about 1,000.
	MaxEntries int
}

// FindItemResponse is what the view has, in order of Start.
type FindItemResponse struct {
	ServerVersion ServerVersionInfo
	Items         []CalendarItem
	TotalItems    int // attribute TotalItemsInView
	// IncludesLastItemInRange is false if the server has left out the end of
	// the view: ask for a narrower one.
	IncludesLastItemInRange bool
	// Malformed tells of Items with values that cannot be read: their ids, and
	// errors that are each an ErrUnreadableItem. They are among Items, with these
	// values zero: not to be relied on, but there.
	Malformed []ItemResult
}
