package calendar

import (
	"context"

	"github.com/ewspush/ewspush/ews"
)

// holders are the items that have a Base; nearly always there is one.
type holders struct {
	Items []holder `json:"items"`
}

type holder struct {
	ItemID string `json:"itemId"`
	Key    string `json:"key"`
}

func (m *mirror) holders(ctx context.Context, base string) (h holders, revision int64, err error) {
	revision, _, err = m.get(ctx, kindBase+digest(base), &h)
	return h, revision, err
}

// hold notes that the record has its Base and its Key.
func (m *mirror) hold(ctx context.Context, r *record) error {
	h, revision, err := m.holders(ctx, r.Base)
	if err != nil {
		return err
	}
	for i := range h.Items {
		if h.Items[i].ItemID == r.ItemID.ID {
			return nil
		}
	}
	h.Items = append(h.Items, holder{ItemID: r.ItemID.ID, Key: r.Key})
	_, err = m.put(ctx, kindBase+digest(r.Base), h, revision)
	return err
}

// release notes that the record does not have its Base any more.
func (m *mirror) release(ctx context.Context, r *record) error {
	h, revision, err := m.holders(ctx, r.Base)
	if err != nil {
		return err
	}
	var left holders
	for _, other := range h.Items {
		if other.ItemID != r.ItemID.ID {
			left.Items = append(left.Items, other)
		}
	}
	switch {
	case len(left.Items) == len(h.Items):
		return nil
	case len(left.Items) == 0:
		return m.remove(ctx, kindBase+digest(r.Base), revision)
	}
	_, err = m.put(ctx, kindBase+digest(r.Base), left, revision)
	return err
}

// succeeded reports whether another item has taken the place of one, with its
// key.
func (m *mirror) succeeded(ctx context.Context, r *record) (bool, error) {
	h, _, err := m.holders(ctx, r.Base)
	if err != nil {
		return false, err
	}
	for _, other := range h.Items {
		if other.ItemID == r.ItemID.ID || other.Key != r.Key {
			continue
		}
		if successor, err := m.item(ctx, other.ItemID); err != nil || successor != nil {
			return err == nil, err
		}
	}
	return false, nil
}

// keyFor returns the key of an item that is new here: its Base, unless another
// item of the same Base has it, as after somebody has copied an appointment.
func (m *mirror) keyFor(ctx context.Context, base string, id ews.ItemID) (string, error) {
	h, _, err := m.holders(ctx, base)
	if err != nil {
		return "", err
	}
	for _, other := range h.Items {
		if other.ItemID == id.ID {
			return other.Key, nil
		}
	}
	for _, other := range h.Items {
		if other.Key != base {
			continue
		}
		// A crash may have left what is no longer there.
		if r, err := m.item(ctx, other.ItemID); err != nil || r != nil {
			return base + "#" + digest(id.ID)[:8], err
		}
	}
	return base, nil
}
