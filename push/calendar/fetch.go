package calendar

import (
	"context"

	"github.com/ewspush/ewspush/ews"
)

// fetched is what became of one item that was asked for: the item, or why it
// cannot be read. Of one that is not there any more there is neither.
type fetched struct {
	item    *ews.CalendarItem
	problem error
}

// fetch asks for items. An error is one that concerns all of them, or that
// will pass: the comparison is made again later.
func (w *pass) fetch(ctx context.Context, ids []ews.ItemID) (map[string]fetched, error) {
	results := make(map[string]fetched, len(ids))
	if len(ids) == 0 {
		return results, nil
	}
	names := make([]ews.ItemID, len(ids))
	for i, id := range ids {
		names[i] = ews.ItemID{ID: id.ID} // whatever version there is by now
	}
	answer, err := w.client.GetItem(ctx, &ews.GetItemRequest{
		ItemIDs:   names,
		Shape:     ews.ItemShape{AdditionalProperties: ews.CalendarProperties()},
		BatchSize: w.cfg.BatchSize,
	})
	if err != nil {
		return nil, err
	}
	for i := range answer.Items {
		r := &answer.Items[i]
		switch {
		case r.Err == nil && r.Item != nil:
			results[r.ItemID.ID] = fetched{item: r.Item}
		case isGone(r.Err):
			results[r.ItemID.ID] = fetched{}
		case w.presence.isOfItem(r.ItemID.ID, r.Err):
			results[r.ItemID.ID] = fetched{problem: r.Err}
		default:
			return nil, r.Err
		}
	}
	return results, nil
}

// fetchAll asks for items whose content must be known before anything is told.
func (w *pass) fetchAll(ctx context.Context, ids []ews.ItemID) (map[string]*ews.CalendarItem, error) {
	results, err := w.fetch(ctx, ids)
	if err != nil {
		return nil, err
	}
	items := make(map[string]*ews.CalendarItem, len(results))
	for id, r := range results {
		if r.item != nil {
			items[id] = r.item
		}
	}
	return items, nil
}

// noteProblem stores that an item cannot be read. What was told of it stays as
// it is: a booking that cannot be read is better than one that has vanished.
func (w *pass) noteProblem(ctx context.Context, id ews.ItemID, problem error) error {
	w.cfg.Logger.WarnContext(ctx, "an item of the calendar cannot be read; it is tried again with the routine comparison",
		"subscription", w.room.Key, "error", problem)
	old, err := w.mirror.item(ctx, id.ID)
	if err != nil {
		return err
	}
	r := &record{ItemID: id, Base: "item-" + digest(id.ID), Problem: problem.Error(), Pass: w.room.Pass + 1}
	r.Key = r.Base
	if old != nil {
		*r = *old
		r.ItemID, r.Problem = id, problem.Error()
	}
	if old == nil || old.Problem == "" {
		w.room.Problems++
	}
	return w.mirror.save(ctx, old, r)
}

// retryProblems looks again at what could not be read.
func (w *pass) retryProblems(ctx context.Context) error {
	if !w.routine || w.room.Problems <= 0 {
		return nil
	}
	var again []ews.ItemID
	for r, err := range w.mirror.records(ctx) {
		if err != nil {
			return err
		}
		if r.Problem != "" {
			again = append(again, r.ItemID)
		}
	}
	if w.room.Problems = len(again); w.room.Problems == 0 {
		return nil
	}
	results, err := w.fetch(ctx, again)
	if err != nil {
		return err
	}
	for _, id := range again {
		if item := results[id.ID].item; item != nil {
			if err := w.absorb(ctx, item, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
