package ewstest_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// mirror is a client that knows a calendar by SyncFolderItems alone. It is
// strict: what is created must be new to it, and what is updated or deleted
// must not be.
type mirror struct {
	state string
	known map[string]string // ChangeKey by item id
}

// page applies one answer and reports whether it was the last.
func (c *mirror) page(t *testing.T, s *ewstest.Server, limit int, what string) (last bool, changes int) {
	t.Helper()
	m := want(t, s, room, syncItems(shapeOf("IdOnly", "message:IsRead"), c.state, strconv.Itoa(limit)))
	c.state = m.get("SyncState").Text
	require.NotEmpty(t, c.state)
	for _, change := range m.get("Changes").Nodes {
		kind := change.XMLName.Local
		id := change.get("ItemId")
		if kind == "Create" || kind == "Update" {
			require.Len(t, change.Nodes, 1)
			id = change.Nodes[0].get("ItemId")
		}
		_, known := c.known[id.attr("Id")]
		require.Equal(t, kind != "Create", known, "%s: %s of %s", what, kind, id.attr("Id"))
		if kind == "Delete" {
			delete(c.known, id.attr("Id"))
			continue
		}
		require.NotEqual(t, c.known[id.attr("Id")], id.attr("ChangeKey"), "%s: nothing new", what)
		c.known[id.attr("Id")] = id.attr("ChangeKey")
	}
	changes = len(m.get("Changes").Nodes)
	require.LessOrEqual(t, changes, limit)
	return m.get("IncludesLastItemInRange").Text == "true", changes
}

// TestSyncProperty lets clients follow a calendar page by page while it changes
// under their hands.
func TestSyncProperty(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for round := range 5 {
		what := fmt.Sprintf("seed %d, round %d", seed, round)
		s := loopback(t, nil)
		m := s.Mailbox(room)
		clients := []*mirror{{known: map[string]string{}}, {known: map[string]string{}}}
		change := func() {
			items, err := m.Items(ews.FolderID{})
			require.NoError(t, err)
			if len(items) == 0 || r.IntN(3) == 0 {
				m.CreateItem()
				return
			}
			id := pick(r, items...)
			switch r.IntN(5) {
			case 0:
				_, err = m.DeleteItem(id, pick(r, ewstest.HardDelete, ewstest.SoftDelete, ewstest.MoveToDeletedItems))
			case 1:
				if id, err = m.MoveItem(id, ews.FolderID{DistinguishedID: ews.InboxFolder}); err == nil {
					_, err = m.MoveItem(id, ews.FolderID{})
				}
			case 2:
				err = m.MarkRead(id, r.IntN(2) == 0)
			default:
				err = m.ModifyItem(id)
			}
			require.NoError(t, err, what)
		}
		for range 200 {
			if r.IntN(3) > 0 {
				change()
				continue
			}
			c := pick(r, clients...)
			if last, _ := c.page(t, s, 1+r.IntN(5), what); last {
				require.Equal(t, truth(m), c.known, what)
			}
		}
		for _, c := range clients {
			for last := false; !last; {
				last, _ = c.page(t, s, 1+r.IntN(9), what)
			}
			require.Equal(t, truth(m), c.known, what)
		}
	}
}

// truth returns the change keys of what is in the calendar.
func truth(m *ewstest.Mailbox) map[string]string {
	all := map[string]string{}
	for _, item := range m.CalendarItems() {
		all[item.ItemID.ID] = item.ItemID.ChangeKey
	}
	return all
}

func TestSyncFolderItems(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	m := s.Mailbox(room)
	master := weekly(t, m)
	shape := shapeOf("IdOnly", "item:Subject", "calendar:Start", "item:Body", "calendar:Recurrence")
	first := want(t, s, room, syncItems(shape, "", "512"))
	require.Equal(t, []string{"ResponseCode", "SyncState", "IncludesLastItemInRange", "Changes"}, first.names())
	require.Equal(t, []string{"ItemId", "Subject", "Start"}, first.get("Changes", "Create", "CalendarItem").names())
	state := first.get("SyncState").Text

	// A change of an occurrence is an update of its master.
	require.NoError(t, m.ChangeOccurrence(master, at(14, 8, 0), func(a *ewstest.Appointment) { a.Subject = "x" }))
	second := want(t, s, room, syncItems(shape, state, "512"))
	require.Equal(t, []string{"Update"}, second.get("Changes").names())
	require.Equal(t, master, second.get("Changes", "Update", "CalendarItem", "ItemId").attr("Id"))

	require.NoError(t, m.MarkRead(master, false))
	third := want(t, s, room, syncItems(shape, second.get("SyncState").Text, "512"))
	require.Equal(t, []string{"ReadFlagChange"}, third.get("Changes").names())
	require.Equal(t, "false", third.get("Changes", "ReadFlagChange", "IsRead").Text)
	require.Equal(t, []string{"Update"}, want(t, s, room, syncItems(shape, state, "512")).get("Changes").names(), "more than the flag")

	// A state is good as long as nothing is said to the contrary.
	s.Restart()
	s.Client().CloseIdleConnections()
	m.MoveDatabase()
	state = third.get("SyncState").Text
	require.Empty(t, want(t, s, room, syncItems(shape, state, "512")).get("Changes").Nodes)
	_, err := m.DeleteItem(master, ewstest.SoftDelete)
	require.NoError(t, err)
	last := want(t, s, room, syncItems(shape, state, "512"))
	require.Equal(t, []string{"Delete"}, last.get("Changes").names())
	require.Equal(t, master, last.get("Changes", "Delete", "ItemId").attr("Id"))
	require.Empty(t, want(t, s, room, syncItems(shape, "", "512")).get("Changes").Nodes, "what came and went")

	invalid := func(body string) {
		t.Helper()
		all := messages(t, s, room, body)
		require.Equal(t, "ErrorInvalidSyncStateData", all[0].get("ResponseCode").Text)
		require.Contains(t, all[0].names(), "SyncState")
		require.Empty(t, all[0].get("SyncState").Text)
	}
	invalid(syncItems(shape, "AAAA", "1"))
	invalid(syncItems(shape, "no base64", "1"))
	invalid(syncItems(shape, state[:len(state)-8]+"AAAAAAA=", "1"))
	other := syncItems(shape, state, "1")
	invalid(replaceOnce(t, other, `"calendar"`, `"inbox"`))
	s.Mailbox(anna)
	require.Equal(t, "ErrorInvalidSyncStateData", messages(t, s, anna, other)[0].get("ResponseCode").Text, "another mailbox")
	m.InvalidateSyncStates()
	invalid(other)
	ignored := m.CreateItem()
	body := replaceOnce(t, syncItems(shape, "", "9"), "<m:MaxChangesReturned>", "<m:Ignore>"+itemID(ignored)+"</m:Ignore><m:MaxChangesReturned>")
	require.Empty(t, want(t, s, room, body).get("Changes").Nodes)
	require.Equal(t, ews.ErrorSyncFolderNotFound, refused(t, s, room, replaceOnce(t, other, calendarFolder, `<t:FolderId Id="AAMk"/>`)))
	for _, limit := range []string{"0", "513"} {
		require.Equal(t, "ErrorSchemaValidation", do(t, s, envelope(room, syncItems(shape, "", limit))).code())
	}
}

// The cost of an answer is in what it tells, not in how much there is.
func TestSyncIsProportional(t *testing.T) {
	t.Parallel()
	s := loopback(t, nil)
	m := s.Mailbox(room)
	const many = 2_000
	var last string
	for range many {
		last = m.CreateItem()
	}
	c := &mirror{known: map[string]string{}}
	began := time.Now()
	pages := 0
	for done := false; !done; pages++ {
		done, _ = c.page(t, s, 512, "")
	}
	require.Equal(t, (many+511)/512, pages)
	initial := time.Since(began)
	began = time.Now()
	for range 20 {
		require.NoError(t, m.ModifyItem(last))
		done, changes := c.page(t, s, 512, "")
		require.True(t, done)
		require.Equal(t, 1, changes)
	}
	t.Logf("%d items: %s, one change: %s", many, initial, time.Since(began)/20)
}
