package calendar

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
	"github.com/ewspush/ewspush/subscribe/storetest"
)

func TestRoomsDoNotSeeEachOther(t *testing.T) {
	store := memstore.New()
	a, b := newMirror(store, "a"), newMirror(store, "b")
	for _, m := range []*mirror{a, b} {
		require.NoError(t, m.save(t.Context(), nil, &record{ItemID: ews.ItemID{ID: "1"}, Base: "u", Key: m.key}))
	}
	require.NoError(t, a.clear(t.Context()))
	r, err := a.item(t.Context(), "1")
	require.NoError(t, err)
	require.Nil(t, r)
	r, err = b.item(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, "b", r.Key)
	rows, err := store.List(t.Context(), "", 10)
	require.NoError(t, err)
	require.Len(t, rows, 2, "the record, and who has its base")
	due, err := store.Due(t.Context(), subscribe.AllShards, time.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	require.Empty(t, due)
}

// Wherever a write fails, doing it again makes it right: an appointment becomes
// a series, or comes back under another id.
func TestSaveCanBeRepeated(t *testing.T) {
	single := func(id string) *record {
		return &record{ItemID: ews.ItemID{ID: id, ChangeKey: "1"}, Base: "u", Key: "u", Single: &Booking{Key: "u"}}
	}
	whole := func(id string) *record {
		return &record{ItemID: ews.ItemID{ID: id, ChangeKey: "2"}, Base: "u", Key: "u", Series: &series{}}
	}
	for name, c := range map[string]struct{ from, to *record }{
		"becomes a series":        {single("1"), whole("1")},
		"becomes single":          {whole("1"), single("1")},
		"comes back":              {single("1"), single("2")},
		"comes back as a series":  {single("1"), whole("2")},
		"has another uid":         {single("1"), &record{ItemID: ews.ItemID{ID: "1"}, Base: "v", Key: "v"}},
		"is the same":             {single("1"), single("1")},
		"is not a booking at all": {single("1"), &record{ItemID: ews.ItemID{ID: "1"}, Base: "u", Key: "u"}},
	} {
		t.Run(name, func(t *testing.T) {
			for fails := 1; ; fails++ {
				store := storetest.NewFaulty(memstore.New(), 1)
				m := newMirror(store, "room")
				from := *c.from
				require.NoError(t, m.save(t.Context(), nil, &from))
				calls := 0
				limited := &limitedRows{rows: store, fail: func() bool { calls++; return calls == fails }}
				to := *c.to
				err := newMirror(limited, "room").save(t.Context(), &from, &to)
				if err != nil {
					require.ErrorIs(t, err, errLimited)
					// The next comparison finds what there is.
					old, err := m.item(t.Context(), to.ItemID.ID)
					require.NoError(t, err)
					former, err := m.item(t.Context(), from.ItemID.ID)
					require.NoError(t, err)
					require.False(t, old == nil && former == nil, "lost after %d calls", fails)
					if old == nil {
						old = former
					}
					again := *c.to
					require.NoError(t, m.save(t.Context(), old, &again), "after %d calls", fails)
					if former != nil && from.ItemID.ID != to.ItemID.ID && old != former {
						succeeded, err := m.succeeded(t.Context(), former)
						require.NoError(t, err)
						require.True(t, succeeded)
						require.NoError(t, m.forget(t.Context(), former))
					}
				}
				var left []string
				for r, err := range m.records(t.Context()) {
					require.NoError(t, err)
					left = append(left, r.name())
				}
				require.Equal(t, []string{c.to.name()}, left, "after %d calls", fails)
				marked := false
				for _, err := range m.series(t.Context()) {
					require.NoError(t, err)
					marked = true
				}
				require.Equal(t, c.to.Series != nil, marked)
				key, err2 := m.keyFor(t.Context(), c.to.Base, c.to.ItemID)
				require.NoError(t, err2)
				require.Equal(t, c.to.Key, key)
				if err == nil {
					return // it got through
				}
			}
		})
	}
}

var errLimited = errors.New("the store fails")

func TestRowsOfAnotherVersionAreRefused(t *testing.T) {
	m := newMirror(memstore.New(), "room")
	require.NoError(t, m.saveRoom(t.Context(), &room{Version: rowVersion + 1}))
	_, err := m.loadRoom(t.Context())
	require.EqualError(t, err, "what is stored of the room has version 2, and this program knows 1")
	m = newMirror(memstore.New(), "room")
	_, err = m.put(t.Context(), kindRoom, struct{}{}, 0)
	require.NoError(t, err)
	_, err = m.loadRoom(t.Context())
	require.ErrorContains(t, err, "has version 0")
}

func TestTwoItemsOfOneBaseHaveKeysOfTheirOwn(t *testing.T) {
	m := newMirror(memstore.New(), "room")
	var keys []string
	for _, id := range []string{"1", "2", "3"} {
		key, err := m.keyFor(t.Context(), "u", ews.ItemID{ID: id})
		require.NoError(t, err)
		require.NoError(t, m.save(t.Context(), nil, &record{ItemID: ews.ItemID{ID: id}, Base: "u", Key: key}))
		keys = append(keys, key)
	}
	require.Equal(t, "u", keys[0])
	require.NotEqual(t, keys[1], keys[2])
	first, err := m.item(t.Context(), "1")
	require.NoError(t, err)
	require.NoError(t, m.forget(t.Context(), first))
	key, err := m.keyFor(t.Context(), "u", ews.ItemID{ID: "2"})
	require.NoError(t, err)
	require.Equal(t, keys[1], key, "it keeps the key that was told")
	key, err = m.keyFor(t.Context(), "u", ews.ItemID{ID: "4"})
	require.NoError(t, err)
	require.Equal(t, "u", key, "it is free again")
}
