package interop_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// python is Debian's: another one in PATH does not see Debian's packages.
const python = "/usr/bin/python3"

// seen is the summary that the script prints.
type seen struct {
	SubscriptionID  string            `json:"subscription_id"`
	Watermark       string            `json:"watermark"`
	FolderID        string            `json:"folder_id"`
	FolderClass     string            `json:"folder_class"`
	SubscriptionIDs []string          `json:"subscription_ids"`
	Chain           [][2]string       `json:"chain"`
	Statuses        int               `json:"statuses"`
	Events          []map[string]any  `json:"events"`
	Headers         map[string]string `json:"headers"`
	Refusal         string            `json:"refusal"`
	Replayed        []string          `json:"replayed"`
	Pulled          []string          `json:"pulled"`
	Version         string            `json:"version"`
}

// TestExchangelib is a whole life of a push subscription that python3-exchangelib
// makes, hears and ends. It is skipped where the package is not installed, except
// in continuous integration.
func TestExchangelib(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	needExchangelib(ctx, t)

	const mailbox, user, password = "room12@example.com", `EXAMPLE\svc-rooms`, "p@ss:wörd"
	server := ewstest.NewServer(nil)
	defer server.Close()
	server.AddAccount(user, password, ewstest.Impersonate(mailbox))
	room := server.Mailbox(mailbox)
	calendar, err := room.Folder(ews.FolderID{})
	require.NoError(t, err)

	// What a create, a modify, a copy and a move show in one calendar.
	const wanted = 2 + 2 + 2 + 2
	script := exec.CommandContext(ctx, python, "exchangelib_client.py", server.URL(), user, password, mailbox, "8")
	script.Env = append(os.Environ(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var stderr bytes.Buffer
	script.Stderr = &stderr
	stdout, err := script.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, script.Start())
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)

	require.True(t, lines.Scan(), "%s", &stderr)
	require.Equal(t, "subscribed", lines.Text())
	held := server.Subscriptions()
	require.Len(t, held, 1)
	require.Equal(t, mailbox, held[0].Mailbox)
	require.Equal(t, user, held[0].Owner)
	require.Equal(t, time.Minute, held[0].StatusFrequency)

	created := room.CreateItem()
	require.NoError(t, room.ModifyItem(created))
	copied, err := room.CopyItem(created, ews.FolderID{})
	require.NoError(t, err)
	moved, err := room.DeleteItem(created, ewstest.MoveToDeletedItems)
	require.NoError(t, err)

	require.True(t, lines.Scan(), "%s", &stderr)
	var got seen
	require.NoError(t, json.Unmarshal(lines.Bytes(), &got))
	require.False(t, lines.Scan(), "more output than expected: %s", lines.Text())
	require.NoError(t, script.Wait(), "%s", &stderr)

	require.Equal(t, calendar.ID, got.FolderID)
	require.Equal(t, "Calendar", got.FolderClass)
	require.Equal(t, "Exchange2019", got.Version) // as exchangelib concludes from ServerVersionInfo
	require.Equal(t, "ErrorInvalidSubscription", got.Refusal)
	require.Equal(t, []string{"StatusEvent"}, got.Pulled)
	require.Equal(t, []string{held[0].ID}, got.SubscriptionIDs)
	require.Equal(t, held[0].ID, got.SubscriptionID)
	require.GreaterOrEqual(t, got.Statuses, 1)
	require.Equal(t, ews.SOAPActionSendNotification, got.Headers["Soapaction"])
	require.Equal(t, "text/xml; charset=utf-8", got.Headers["Content-Type"])
	require.NotContains(t, got.Headers, "User-Agent")
	require.NotContains(t, got.Headers, "Transfer-Encoding")

	last := got.Watermark
	for _, link := range got.Chain {
		require.Equal(t, last, link[0], "PreviousWatermark")
		last = link[1]
	}

	// Every event that was made, in order, as another parser reads it.
	var want []map[string]any
	for _, change := range room.Changes() {
		for i := range change.Events {
			if e := describe(&change.Events[i], calendar.ID); e != nil {
				want = append(want, e)
			}
		}
	}
	require.Len(t, want, wanted)
	require.Equal(t, want, got.Events)
	replayed := make(map[string]bool)
	for _, watermark := range got.Replayed {
		replayed[watermark] = true
	}
	for _, e := range want {
		require.True(t, replayed[e["watermark"].(string)], "not told again from the watermark on: %v", e)
	}
	require.Equal(t, moved, got.Events[6]["item_id"])
	require.Equal(t, created, got.Events[6]["old_item_id"])
	require.Equal(t, copied, got.Events[4]["item_id"])

	require.Empty(t, server.Subscriptions())
	require.Equal(t, 1, server.Stats().Unsubscribed)
}

// needExchangelib skips a test where python3-exchangelib is not installed, and
// fails it in continuous integration.
func needExchangelib(ctx context.Context, t *testing.T) {
	t.Helper()
	if out, err := exec.CommandContext(ctx, python, "-c", "import exchangelib").CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("python3-exchangelib is missing: %v\n%s", err, out)
		}
		t.Skip("python3-exchangelib is not installed")
	}
}

// describe returns what the script says of an event, or nil for one that a
// subscription to the calendar does not see.
func describe(e *ews.Event, calendar string) map[string]any {
	if e.Type == ews.FreeBusyChangedEvent {
		return nil
	}
	d := map[string]any{
		"type": string(e.Type), "watermark": e.Watermark,
		"time": strings.Replace(e.TimeStamp.Format(time.RFC3339), "Z", "+00:00", 1),
	}
	if e.ItemID != nil {
		d["item_id"] = e.ItemID.ID
	}
	if e.OldItemID != nil {
		d["old_item_id"] = e.OldItemID.ID
	}
	mine := false
	for name, id := range map[string]*ews.FolderID{
		"folder_id": e.FolderID, "parent_folder_id": e.ParentFolderID, "old_parent_folder_id": e.OldParentFolderID,
	} {
		if id != nil {
			d[name] = id.ID
			// Of a folder's own events only the calendar's count.
			mine = mine || id.ID == calendar && (e.FolderID == nil || name == "folder_id")
		}
	}
	if !mine {
		return nil
	}
	return d
}
