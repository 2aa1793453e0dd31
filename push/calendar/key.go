package calendar

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// uidOf returns what names an item whatever folder it is in: its UID, or where
// a program left that out, the item itself.
func uidOf(item *ews.CalendarItem) string {
	if item.UID != "" {
		return item.UID
	}
	return "item-" + digest(item.ItemID.ID)
}

// baseOf returns the key of an item by itself. An occurrence that is an item of
// its own, because only that one was sent to this calendar, is told from its
// sisters by its original start; and by the star from the same occurrence of
// the whole series, which may come later and be there at the same time.
func baseOf(item *ews.CalendarItem) string {
	if item.CalendarItemType == ews.CalendarItemRecurringMaster || item.RecurrenceID.IsZero() {
		return uidOf(item)
	}
	return occurrenceKey(uidOf(item), item.RecurrenceID) + "*"
}

// occurrenceKey returns the key of an occurrence of a series.
func occurrenceKey(base string, original time.Time) string {
	return base + "/" + original.UTC().Format("20060102T150405Z")
}

// changeID names a change by the versions before and after it: a booking may go
// back to what it was before, and that is another change. now is what became of
// the item, nil if it is gone.
func changeID(room string, kind Kind, b *Booking, now *record) string {
	if now == nil {
		now = &record{}
	}
	return digest(room, string(kind), b.Key, b.ItemID.ID, b.ItemID.ChangeKey, now.ItemID.ID, now.ItemID.ChangeKey)
}

// digest returns 22 characters that stand for the parts and no other ones.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = io.WriteString(h, strconv.Itoa(len(p))+":"+p)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
