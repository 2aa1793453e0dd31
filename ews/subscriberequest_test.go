package ews

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPushSubscriptionRequestValidate(t *testing.T) {
	require.NoError(t, push().Validate())
	longest := "http://h:8080/?" + strings.Repeat("ü", maxURLLength-len("http://h:8080/?"))
	tests := []struct {
		field  string
		change func(*PushSubscriptionRequest)
	}{
		{"", func(r *PushSubscriptionRequest) { r.StatusFrequency = time.Minute }},
		{"", func(r *PushSubscriptionRequest) { r.StatusFrequency = 24 * time.Hour }},
		{"", func(r *PushSubscriptionRequest) { r.SubscribeToAllFolders, r.FolderIDs = true, nil }},
		{"", func(r *PushSubscriptionRequest) { r.EventTypes = []EventType{"PostponedEvent"} }},
		{"", func(r *PushSubscriptionRequest) { r.URL = longest }},
		{"FolderIDs", func(r *PushSubscriptionRequest) { r.FolderIDs = nil }},
		{"FolderIDs", func(r *PushSubscriptionRequest) { r.SubscribeToAllFolders = true }},
		{"FolderIDs[0]", func(r *PushSubscriptionRequest) { r.FolderIDs = []FolderID{{}} }},
		{"FolderIDs[1]", func(r *PushSubscriptionRequest) {
			r.FolderIDs = append(r.FolderIDs, FolderID{ID: "x", DistinguishedID: "inbox"})
		}},
		{"FolderIDs[0]", func(r *PushSubscriptionRequest) { r.FolderIDs = []FolderID{{ID: "x", Mailbox: "a@example.com"}} }},
		{"EventTypes", func(r *PushSubscriptionRequest) { r.EventTypes = nil }},
		{"EventTypes[2]", func(r *PushSubscriptionRequest) { r.EventTypes = append(r.EventTypes, StatusEvent) }},
		{"EventTypes[0]", func(r *PushSubscriptionRequest) { r.EventTypes = []EventType{"created"} }},
		{"StatusFrequency", func(r *PushSubscriptionRequest) { r.StatusFrequency = 0 }},
		{"StatusFrequency", func(r *PushSubscriptionRequest) { r.StatusFrequency = 90 * time.Second }},
		{"StatusFrequency", func(r *PushSubscriptionRequest) { r.StatusFrequency = 24*time.Hour + time.Minute }},
		{"URL", func(r *PushSubscriptionRequest) { r.URL = "" }},
		{"URL", func(r *PushSubscriptionRequest) { r.URL = "/secret" }},
		{"URL", func(r *PushSubscriptionRequest) { r.URL = "ftp://h/secret" }},
		{"URL", func(r *PushSubscriptionRequest) { r.URL = "https:///secret" }},
		{"URL", func(r *PushSubscriptionRequest) { r.URL = "https://h/secret%zz" }},
		{"URL", func(r *PushSubscriptionRequest) { r.URL = longest + "x" }},
	}
	c := serve(t, answer(500, ""), nil)
	for _, tt := range tests {
		r := push()
		tt.change(r)
		err := r.Validate()
		if tt.field == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, "ews: PushSubscriptionRequest: "+tt.field+": ")
		require.NotContains(t, err.Error(), "secret", "the callback URL is a credential")
		_, called := c.Subscribe(t.Context(), r)
		require.Equal(t, err, called)
	}
}
