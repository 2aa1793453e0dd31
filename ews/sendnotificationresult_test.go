package ews

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSendNotificationResult(t *testing.T) {
	for _, status := range []SubscriptionStatus{StatusOK, StatusUnsubscribe} {
		body, err := EncodeSendNotificationResult(status)
		require.NoError(t, err)
		golden(t, "result-"+strings.ToLower(string(status))+".xml", body)
		got, err := ParseSendNotificationResult(body, nil)
		require.NoError(t, err)
		require.Equal(t, status, got)
		for i := range body {
			_, err := ParseSendNotificationResult(body[:i], nil)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
	}
	_, err := EncodeSendNotificationResult("ok")
	require.ErrorIs(t, err, ErrMessage)
}

func TestParseSendNotificationResult(t *testing.T) {
	result := func(status string) string {
		return envelope(`<m:SendNotificationResult>` + status + `</m:SendNotificationResult>`)
	}
	tests := []struct {
		name, body string
		want       SubscriptionStatus
		err        error
	}{
		{"with a header", strings.Replace(result(`<m:SubscriptionStatus>OK</m:SubscriptionStatus>`), "<s:Body", "<s:Header/><s:Body", 1), StatusOK, nil},
		{"with space", result("\n\t<m:SubscriptionStatus>\nUnsubscribe </m:SubscriptionStatus>"), StatusUnsubscribe, nil},
		{"default namespace", envelope(`<SendNotificationResult xmlns="` + NamespaceMessages + `"><SubscriptionStatus>OK</SubscriptionStatus></SendNotificationResult>`), StatusOK, nil},
		{"capitals", result(`<m:SubscriptionStatus>UNSUBSCRIBE</m:SubscriptionStatus>`), "", ErrMessage},
		{"small", result(`<m:SubscriptionStatus>ok</m:SubscriptionStatus>`), "", ErrMessage},
		{"another status", result(`<m:SubscriptionStatus>Okay</m:SubscriptionStatus>`), "", ErrMessage},
		{"empty status", result(`<m:SubscriptionStatus/>`), "", ErrMessage},
		{"no status", result(``), "", ErrMessage},
		{"two", result(strings.Repeat(`<m:SubscriptionStatus>OK</m:SubscriptionStatus>`, 2)), "", ErrMessage},
		{"types namespace", result(`<t:SubscriptionStatus>OK</t:SubscriptionStatus>`), "", ErrMessage},
		{"no namespace", envelope(`<SendNotificationResult><SubscriptionStatus>OK</SubscriptionStatus></SendNotificationResult>`), "", ErrMessage},
		{"wrapped in a response", envelope(`<m:SendNotificationResponse/>`), "", ErrMessage},
		{"empty body", "", "", io.ErrUnexpectedEOF},
		{"plain", "OK", "", ErrSyntax},
		{"words", "All right", "", ErrSyntax},
		{"no envelope", `<m:SendNotificationResult xmlns:m="` + NamespaceMessages + `"><m:SubscriptionStatus>OK</m:SubscriptionStatus></m:SendNotificationResult>`, "", ErrEnvelope},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseSendNotificationResult([]byte(tt.body), nil)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, got)
			if tt.err != nil {
				_, ok := errors.AsType[*DecodeError](err)
				require.True(t, ok)
			}
		})
	}
}
