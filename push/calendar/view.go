package calendar

import (
	"context"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// maxView is the longest time that one view may cover: two years at most are
// allowed.
const maxView = 366 * 24 * time.Hour

// view returns the ids of what the calendar shows between two times, as far as
// it is wanted, in order of start. wanted sees UID, type and start only.
func (w *pass) view(ctx context.Context, from, to time.Time, wanted func(*ews.CalendarItem) bool) ([]ews.ItemID, error) {
	var ids []ews.ItemID
	seen := make(map[string]bool)
	for from.Before(to) {
		end := to
		if end.Sub(from) > maxView {
			end = from.Add(maxView)
		}
		page, err := w.client.FindItem(ctx, &ews.FindItemRequest{
			FolderID: w.folder,
			Shape: ews.ItemShape{AdditionalProperties: []string{
				"calendar:UID", "calendar:CalendarItemType", "calendar:Start",
			}},
			Start: from, End: end,
		})
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			item := &page.Items[i]
			if wanted(item) && !seen[item.ItemID.ID] {
				seen[item.ItemID.ID] = true
				ids = append(ids, item.ItemID)
			}
		}
		for _, r := range page.Malformed { // GetItem will say what is the matter
			if !seen[r.ItemID.ID] {
				seen[r.ItemID.ID] = true
				ids = append(ids, r.ItemID)
			}
		}
		if !page.IncludesLastItemInRange && len(page.Items) > 0 {
			// A view cannot be turned over: go on where it ends. What begins
			// at the same moment comes again.
			if last := page.Items[len(page.Items)-1].Start; last.After(from) {
				from = last
				continue
			}
			from = from.Add(time.Second)
			continue
		}
		from = end
	}
	return ids, nil
}

// originalOf returns which occurrence an item is.
func originalOf(item *ews.CalendarItem) time.Time {
	switch {
	case !item.RecurrenceID.IsZero():
		return item.RecurrenceID.UTC()
	case !item.OriginalStart.IsZero():
		return item.OriginalStart.UTC()
	}
	return item.Start.UTC()
}
