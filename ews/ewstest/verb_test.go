package ewstest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

const allTypes = `<t:EventTypes><t:EventType>CopiedEvent</t:EventType><t:EventType>CreatedEvent</t:EventType>` +
	`<t:EventType>DeletedEvent</t:EventType><t:EventType>ModifiedEvent</t:EventType><t:EventType>MovedEvent</t:EventType>` +
	`<t:EventType>NewMailEvent</t:EventType><t:EventType>FreeBusyChangedEvent</t:EventType></t:EventTypes>`

// TestEventsOfVerbs is the table of what notifications a change makes, for
// subscriptions to several sets of folders.
func TestEventsOfVerbs(t *testing.T) {
	t.Parallel()
	inbox := ews.FolderID{DistinguishedID: ews.InboxFolder}
	verbs := []struct {
		name string
		do   func(t *testing.T, m *ewstest.Mailbox, item string)
		// Events as kind@parent for items and kind:folder for folders.
		calendar, deleted, all string
	}{
		{
			name: "create", do: func(_ *testing.T, m *ewstest.Mailbox, _ string) { m.CreateItem() },
			calendar: "Created@Calendar Modified:Calendar FreeBusyChanged@Calendar",
			all:      "Created@Calendar Modified:Calendar FreeBusyChanged@Calendar",
		},
		{
			name: "modify", do: func(t *testing.T, m *ewstest.Mailbox, item string) {
				t.Helper()
				require.NoError(t, m.ModifyItem(item))
			},
			calendar: "Modified@Calendar Modified:Calendar FreeBusyChanged@Calendar",
			all:      "Modified@Calendar Modified:Calendar FreeBusyChanged@Calendar",
		},
		{
			name: "move to deleted items", do: func(t *testing.T, m *ewstest.Mailbox, item string) {
				t.Helper()
				id, err := m.DeleteItem(item, ewstest.MoveToDeletedItems)
				require.NoError(t, err)
				require.ErrorIs(t, m.ModifyItem(item), ews.ErrorItemNotFound) // the old id no longer works
				items, err := m.Items(ews.FolderID{DistinguishedID: ews.DeletedItemsFolder})
				require.NoError(t, err)
				require.Equal(t, []string{id}, items)
			},
			calendar: "Moved@Deleted Items Modified:Calendar",
			deleted:  "Moved@Deleted Items Modified:Deleted Items",
			all:      "Moved@Deleted Items Deleted@AllItems Created@AllItems Modified:Calendar Modified:Deleted Items",
		},
		{
			name: "soft delete", do: func(t *testing.T, m *ewstest.Mailbox, item string) {
				t.Helper()
				_, err := m.DeleteItem(item, ewstest.SoftDelete)
				require.NoError(t, err)
			},
			calendar: "Moved@Deletions Modified:Calendar",
			all:      "Moved@Deletions Deleted@AllItems Modified:Calendar",
		},
		{
			name: "hard delete", do: func(t *testing.T, m *ewstest.Mailbox, item string) {
				t.Helper()
				id, err := m.DeleteItem(item, ewstest.HardDelete)
				require.NoError(t, err)
				require.Empty(t, id)
			},
			calendar: "Deleted@Calendar Modified:Calendar",
			all:      "Deleted@Calendar Deleted@AllItems Modified:Calendar",
		},
		{
			name: "copy", do: func(t *testing.T, m *ewstest.Mailbox, item string) {
				t.Helper()
				_, err := m.CopyItem(item, ews.FolderID{DistinguishedID: ews.DeletedItemsFolder})
				require.NoError(t, err)
				require.NoError(t, m.ModifyItem(item)) // the original is still there
			},
			calendar: "Copied@Deleted Items Modified@Calendar Modified:Calendar FreeBusyChanged@Calendar",
			deleted:  "Copied@Deleted Items Modified:Deleted Items",
			all:      "Copied@Deleted Items Modified:Deleted Items Modified@Calendar Modified:Calendar FreeBusyChanged@Calendar",
		},
		{
			name: "message arrives", do: func(t *testing.T, m *ewstest.Mailbox, _ string) {
				t.Helper()
				_, err := m.CreateItemIn(inbox)
				require.NoError(t, err)
			},
			all: "NewMail@Inbox Created@Inbox Modified:Inbox",
		},
		{
			name: "create folder", do: func(t *testing.T, m *ewstest.Mailbox, _ string) {
				t.Helper()
				id, err := m.CreateFolder("Sub", ews.FolderID{})
				require.NoError(t, err)
				_, err = m.CreateItemIn(ews.FolderID{ID: id}) // nobody but all-folders watches it
				require.NoError(t, err)
			},
			calendar: "Created:Sub Modified:Calendar",
			all:      "Created:Sub Modified:Calendar Created@Sub Modified:Sub FreeBusyChanged@Sub",
		},
	}
	for _, verb := range verbs {
		for _, c := range []struct{ name, folders, want string }{
			{"calendar", `<m:PushSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="calendar"/></t:FolderIds>`, verb.calendar},
			{"deleted items", `<m:PushSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="deleteditems"/></t:FolderIds>`, verb.deleted},
			{"all folders", `<m:PushSubscriptionRequest SubscribeToAllFolders="true">`, verb.all},
		} {
			t.Run(verb.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				bubble(t, ewstest.Options{}, func(t *testing.T, s *ewstest.Server, l *listener) {
					m := s.Mailbox(room)
					item := m.CreateItem()
					body := strings.Replace(pushRequest("10", "http://app.test/", ""), "<m:PushSubscriptionRequest>"+calendar+types, c.folders+allTypes, 1)
					a := do(t, s, envelope(room, body))
					require.Equal(t, "NoError", a.code(), a.Raw)
					require.True(t, l.next().Notification.IsStatus())

					verb.do(t, m, item)
					names := folderNames(t, s)
					var got []string
					for { // until the heartbeat, which comes when there is nothing left
						n := l.next().Notification
						if n.IsStatus() {
							break
						}
						for _, e := range n.Events {
							got = append(got, describe(t, e, names))
						}
					}
					require.Equal(t, c.want, strings.Join(got, " "))
				})
			})
		}
	}
}

// folderNames returns the names of folders by id, as a client learns them.
func folderNames(t *testing.T, s *ewstest.Server) map[string]string {
	t.Helper()
	names := map[string]string{}
	for _, c := range s.Mailbox(room).Changes() {
		for _, e := range c.Events {
			for _, id := range []*ews.FolderID{e.FolderID, e.ParentFolderID, e.OldParentFolderID} {
				if id == nil || names[id.ID] != "" {
					continue
				}
				a := do(t, s, envelope(room, `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:FolderId Id="`+id.ID+`"/></m:FolderIds></m:GetFolder>`))
				require.Equal(t, "NoError", a.code(), a.Raw)
				_, name, _ := strings.Cut(a.Raw, "<t:DisplayName>")
				names[id.ID], _, _ = strings.Cut(name, "<")
			}
		}
	}
	return names
}

func describe(t *testing.T, e ews.Event, names map[string]string) string {
	t.Helper()
	name := func(id *ews.FolderID) string {
		if n := names[id.ID]; n != "" {
			return n
		}
		return "AllItems" // in no Change
	}
	kind := strings.TrimSuffix(string(e.Type), "Event")
	require.NotEmpty(t, e.Watermark)
	require.False(t, e.TimeStamp.IsZero())
	require.NotNil(t, e.ParentFolderID)
	if e.Type == ews.MovedEvent || e.Type == ews.CopiedEvent {
		require.NotNil(t, e.OldItemID)
		require.Equal(t, "Calendar", name(e.OldParentFolderID))
		require.NotEqual(t, e.OldItemID.ID, e.ItemID.ID)
	}
	if e.ItemID != nil {
		require.Nil(t, e.FolderID)
		require.Equal(t, "DwAAAA==", e.ItemID.ChangeKey)
		return fmt.Sprintf("%s@%s", kind, name(e.ParentFolderID))
	}
	if e.Type == ews.ModifiedEvent {
		require.Equal(t, name(e.FolderID) == "Calendar" || name(e.FolderID) == "Sub", e.UnreadCount == nil, "only mail folders have an UnreadCount")
	}
	return fmt.Sprintf("%s:%s", kind, name(e.FolderID))
}

// Changes tells the same as the notifications, for folder subscriptions.
func TestChanges(t *testing.T) {
	t.Parallel()
	b := ewstest.NewNotificationBuilder(room, nil)
	m := b.Mailbox
	id := m.CreateItem()
	require.NoError(t, m.ModifyItem(id))
	moved, err := m.MoveItem(id, ews.FolderID{DistinguishedID: ews.DeletedItemsFolder})
	require.NoError(t, err)
	_, err = m.DeleteItem(moved, ewstest.HardDelete)
	require.NoError(t, err)

	var verbs []ewstest.Verb
	var marks []string
	for _, c := range m.Changes() {
		verbs = append(verbs, c.Verb)
		for _, e := range c.Events {
			if e.Type != ews.FreeBusyChangedEvent && !(e.ItemID == nil && e.ParentFolderID.ID == "") {
				marks = append(marks, e.Watermark)
			}
		}
	}
	require.Equal(t, []ewstest.Verb{ewstest.VerbCreate, ewstest.VerbModify, ewstest.VerbMove, ewstest.VerbHardDelete}, verbs)
	changes := m.Changes()
	require.Equal(t, id, changes[2].OldItemID)
	require.Equal(t, moved, changes[2].ItemID)
	for _, e := range b.Next().ResponseMessages[0].Notification.Events {
		require.Contains(t, marks, e.Watermark)
	}
	require.True(t, b.Next().ResponseMessages[0].Notification.IsStatus())
}

func TestVerbErrors(t *testing.T) {
	t.Parallel()
	m := ewstest.NewNotificationBuilder(room, nil).Mailbox
	id := m.CreateItem()
	nowhere := ews.FolderID{ID: "AAMk"}
	require.ErrorIs(t, m.ModifyItem("x"), ews.ErrorItemNotFound)
	_, err := m.MoveItem("x", ews.FolderID{})
	require.ErrorIs(t, err, ews.ErrorItemNotFound)
	_, err = m.MoveItem(id, nowhere)
	require.ErrorIs(t, err, ews.ErrorFolderNotFound)
	_, err = m.CopyItem("x", ews.FolderID{})
	require.ErrorIs(t, err, ews.ErrorItemNotFound)
	_, err = m.CopyItem(id, nowhere)
	require.ErrorIs(t, err, ews.ErrorFolderNotFound)
	_, err = m.DeleteItem("x", ewstest.HardDelete)
	require.ErrorIs(t, err, ews.ErrorItemNotFound)
	_, err = m.DeleteItem(id, "Shred")
	require.ErrorContains(t, err, `"Shred"`)
	_, err = m.CreateItemIn(nowhere)
	require.ErrorIs(t, err, ews.ErrorFolderNotFound)
	_, err = m.CreateFolder("f", nowhere)
	require.ErrorIs(t, err, ews.ErrorFolderNotFound)
	_, err = m.Folder(nowhere)
	require.ErrorIs(t, err, ews.ErrorFolderNotFound)
	_, err = m.Items(nowhere)
	require.ErrorIs(t, err, ews.ErrorFolderNotFound)
	require.Len(t, m.Changes(), 1) // what fails changes nothing
}
