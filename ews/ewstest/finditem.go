package ewstest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// maxFound is how many items FindItem returns at the most.
const maxFound = 1000

// findItem is the operation FindItem: a calendar between two times, or a page of
// what is in a folder.
func (s *Server) findItem(_ context.Context, c *call) ([]responseMessage, error) {
	shape, err := c.shape()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"Restriction", "GroupBy", "DistinguishedGroupBy", "QueryString"} {
		if c.body.child(ews.NamespaceMessages, name) != nil {
			return []responseMessage{failure(errorUnsupportedQueryFilter, "This server does not search.")}, nil
		}
	}
	view := findView{limit: maxFound, other: c.body.attribute("Traversal") != "Shallow", sort: func(a, b place) int { return 0 }}
	if code := c.readView(&view); code != ews.NoError {
		return []responseMessage{failure(code, "")}, nil
	}
	var messages []responseMessage
	for _, e := range c.body.child(ews.NamespaceMessages, "ParentFolderIds").children {
		m, f, code := c.folder(e)
		switch {
		case code != ews.NoError:
			messages = append(messages, failure(code, ""))
		case view.calendar && !f.isCalendar():
			messages = append(messages, failure(errorCalendarFolderIsInvalidForCalendarView, ""))
		default:
			messages = append(messages, success(c.found(m, view.search(m, f), &view, shape)))
		}
	}
	return messages, nil
}

// findView is which of the items a FindItem asks for.
type findView struct {
	other      bool // hidden or soft-deleted items, of which folders here have none
	calendar   bool
	start, end time.Time // of a calendar view
	offset     int
	fromEnd    bool
	limit      int
	sort       func(a, b place) int
}

func (c *call) readView(v *findView) ews.ResponseCode {
	e := c.body.children[1] // the view, if there is one
	if limit := e.attribute("MaxEntriesReturned"); limit != "" {
		n, _ := strconv.Atoi(limit) // the schema has been checked
		if n < 1 {
			return errorInvalidPagingMaxRows
		}
		v.limit = min(v.limit, n)
	}
	switch e.name {
	case "CalendarView":
		v.calendar = true
		v.start, _ = c.time(e.attribute("StartDate"), c.loc) // the schema has been checked
		v.end, _ = c.time(e.attribute("EndDate"), c.loc)
		switch {
		case v.end.Before(v.start):
			return errorCalendarEndDateIsEarlierThanStartDate
		case v.end.After(v.start.AddDate(2, 0, 0)):
			return ews.ErrorCalendarViewRangeTooBig
		}
	case "IndexedPageItemView":
		v.offset, _ = strconv.Atoi(e.attribute("Offset"))
		v.fromEnd = e.attribute("BasePoint") == "End"
		if v.offset < 0 {
			return errorInvalidIndexedPagingParameters
		}
	}
	return c.readSortOrder(v)
}

// readSortOrder reads m:SortOrder; a calendar view has none but its own.
func (c *call) readSortOrder(v *findView) ews.ResponseCode {
	order := c.body.child(ews.NamespaceMessages, "SortOrder")
	if order == nil || v.calendar {
		return ews.NoError
	}
	by := order.children[0]
	keys := map[string]func(a, b place) int{
		"item:Subject":          func(a, b place) int { return strings.Compare(a.item.entry.Subject, b.item.entry.Subject) },
		"item:DateTimeCreated":  func(a, b place) int { return a.item.entry.created.Compare(b.item.entry.created) },
		"item:DateTimeReceived": func(a, b place) int { return a.item.entry.created.Compare(b.item.entry.created) },
		"item:LastModifiedTime": func(a, b place) int { return a.item.entry.modified.Compare(b.item.entry.modified) },
		"calendar:Start":        func(a, b place) int { return a.item.entry.Start.Compare(b.item.entry.Start) },
		"calendar:End":          func(a, b place) int { return a.item.entry.End.Compare(b.item.entry.End) },
	}
	compare := keys[by.children[0].attribute("FieldURI")]
	if compare == nil || len(order.children) > 1 {
		return errorUnsupportedPathForSortGroup
	}
	v.sort = compare
	if by.attribute("Order") == "Descending" {
		v.sort = func(a, b place) int { return compare(b, a) }
	}
	return ews.NoError
}

func (v *findView) search(m *Mailbox, f *folder) []place {
	if v.other {
		return nil
	}
	if v.calendar {
		return m.shown(f, v.start, v.end)
	}
	var all []place
	for _, it := range f.ordered() {
		all = append(all, place{item: it})
	}
	slices.SortStableFunc(all, v.sort)
	return all
}

// found returns m:RootFolder with a page of what there is.
func (c *call) found(m *Mailbox, all []place, v *findView, shape *itemShape) string {
	first, last := min(v.offset, len(all)), min(v.offset+v.limit, len(all))
	if v.fromEnd {
		last = max(len(all)-v.offset, 0)
		first = max(last-v.limit, 0)
	}
	whole, next := last == len(all), last
	if v.fromEnd {
		whole, next = first == 0, len(all)-first
	}
	var b strings.Builder
	b.WriteString("<m:RootFolder")
	if !v.calendar {
		fmt.Fprintf(&b, ` IndexedPagingOffset="%d"`, next)
	}
	fmt.Fprintf(&b, ` TotalItemsInView="%d" IncludesLastItemInRange="%t"><t:Items>`, len(all), whole)
	for _, p := range all[first:last] {
		b.WriteString(c.itemXML(m, p, shape))
	}
	b.WriteString("</t:Items></m:RootFolder>")
	return b.String()
}
