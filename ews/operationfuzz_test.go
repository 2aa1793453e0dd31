package ews

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each target reads a body as the answer to a request for two things.

func fuzzAnswer[T any](f *testing.F, seeds []string, check func(t *testing.T, reply *Reply, answer *T)) {
	f.Helper()
	for _, name := range seeds {
		f.Add([]byte(replyFile(f, name)))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		answer := new(T)
		reply := &Reply{Operation: "Op"}
		fault, err := decodeResponse(body, reply, answer)
		if err != nil {
			requireDecodeError(t, err, body, &Limits{MaxBytes: len(body)})
			return
		}
		if fault == nil {
			check(t, reply, answer)
		}
	})
}

// requireItemError checks what holds of every error about an item.
func requireItemError(t *testing.T, err error) {
	t.Helper()
	require.True(t, strings.HasPrefix(err.Error(), "ews: Op: "))
	require.Less(t, len(err.Error()), 1000, "errors end in logs")
	if _, ok := errors.AsType[*ResponseError](err); ok {
		return
	}
	_, ok := errors.AsType[*CallError](err)
	require.True(t, ok, "%T", err)
	require.ErrorIs(t, err, ErrMessage)
}

// requireItem checks that what was read of an item can be used.
func requireItem(t *testing.T, item *CalendarItem) {
	t.Helper()
	_, _, ok := item.Dates()
	require.True(t, !ok || item.IsAllDayEvent)
	if item.StartTimeZone != nil {
		loc, err := item.StartTimeZone.Location()
		require.Equal(t, err == nil, loc != nil)
	}
}

func FuzzGetItemAnswer(f *testing.F) {
	seeds := []string{"getitem-exception.xml", "getitem-series.xml", "getitem-control-characters.xml"}
	fuzzAnswer(f, seeds, func(t *testing.T, reply *Reply, answer *getItemAnswer) {
		for i := range answer.Messages {
			item, err := answer.Messages[i].item(reply, ItemID{ID: "a"})
			require.Equal(t, err == nil, item != nil)
			if err != nil {
				requireItemError(t, err)
				continue
			}
			requireItem(t, item)
		}
	})
}

func FuzzFindItemAnswer(f *testing.F) {
	fuzzAnswer(f, []string{"finditem-view.xml"}, func(t *testing.T, reply *Reply, answer *findItemAnswer) {
		for i := range answer.Messages {
			if answer.Messages[i].RootFolder == nil {
				continue
			}
			view, err := answer.Messages[i].RootFolder.view(reply)
			if err != nil {
				requireItemError(t, err)
				continue
			}
			require.LessOrEqual(t, len(view.Malformed), len(view.Items))
			for j := range view.Items {
				requireItem(t, &view.Items[j])
			}
			for j := range view.Malformed {
				requireItemError(t, view.Malformed[j].Err)
			}
		}
	})
}

func FuzzSyncFolderItemsAnswer(f *testing.F) {
	seeds := []string{"syncfolderitems.xml", "syncfolderitems-invalid.xml"}
	fuzzAnswer(f, seeds, func(t *testing.T, reply *Reply, answer *syncFolderItemsAnswer) {
		for i := range answer.Messages {
			page, err := answer.Messages[i].page(reply)
			if err != nil {
				requireItemError(t, err)
				continue
			}
			require.NotEmpty(t, page.SyncState)
			for _, change := range page.Changes {
				require.NotEmpty(t, change.ItemID.ID)
				require.NotEmpty(t, change.Type)
				if change.Item != nil {
					require.Equal(t, change.ItemID, change.Item.ItemID)
				}
				if change.Err != nil {
					requireItemError(t, change.Err)
				}
			}
		}
	})
}

func FuzzGetFolderAnswer(f *testing.F) {
	fuzzAnswer(f, []string{"getfolder.xml"}, func(t *testing.T, reply *Reply, answer *getFolderAnswer) {
		for i := range answer.Messages {
			folder, err := answer.Messages[i].folder(reply)
			require.Equal(t, err == nil, folder != nil)
			if err != nil {
				requireItemError(t, err)
				continue
			}
			require.NotEmpty(t, folder.FolderID.ID)
		}
	})
}
