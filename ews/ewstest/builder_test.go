package ewstest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
)

func TestNotificationBuilder(t *testing.T) {
	t.Parallel()
	b := ewstest.NewNotificationBuilder(room, &ewstest.Options{MaxEvents: 3})
	m := b.Mailbox
	_, err := m.CreateItemIn(ews.FolderID{DistinguishedID: ews.InboxFolder}) // not the calendar
	require.NoError(t, err)
	m.CreateItem()
	m.CreateItem()

	var previous string
	for i, want := range []struct {
		events int
		more   bool
	}{{3, true}, {1, false}, {1, false}} {
		n, err := ews.ParseSendNotification(b.Body(), nil)
		require.NoError(t, err)
		require.Equal(t, "Exchange2013_SP1", n.RequestServerVersion)
		got := n.ResponseMessages[0].Notification
		require.Equal(t, b.SubscriptionID(), got.SubscriptionID)
		require.Len(t, got.Events, want.events)
		require.Equal(t, want.more, got.MoreEvents)
		require.Equal(t, i == 2, got.IsStatus())
		if i > 0 {
			require.Equal(t, previous, got.PreviousWatermark)
		}
		previous = got.Watermark()
	}

	n, err := ews.ParseSendNotification(b.ErrorBody(ews.ErrorReadEventsFailed), nil)
	require.NoError(t, err)
	require.Nil(t, n.ResponseMessages[0].Notification)
	require.Equal(t, ews.ErrorReadEventsFailed, n.ResponseMessages[0].ResponseCode)
	require.Equal(t, b.SubscriptionID(), n.ResponseMessages[0].MessageXML.Get("SubscriptionId"))
	require.Equal(t, previous, b.Next().ResponseMessages[0].Notification.PreviousWatermark)
}

func TestNewRequest(t *testing.T) {
	t.Parallel()
	req, err := ewstest.NewRequest(t.Context(), "http://example.com/a?b", []byte("body"))
	require.NoError(t, err)
	require.Equal(t, http.MethodPost, req.Method)
	require.EqualValues(t, 4, req.ContentLength)
	require.Equal(t, []string{ews.SOAPActionSendNotification}, req.Header["Soapaction"])
	_, err = ewstest.NewRequest(t.Context(), "http://[", nil)
	require.ErrorContains(t, err, "ewstest: ")
}
