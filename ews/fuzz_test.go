package ews

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzParseSendNotification(f *testing.F) {
	f.Add(sample(f, "rooms-2020-body.xml"))
	f.Add(sample(f, "rooms-2020-body-as-published.xml"))
	f.Add(utf16(f, "utf-16be", sample(f, "rooms-2020-body.xml"))[:400])
	f.Add([]byte(withEvents(`<t:StatusEvent/><t:PostponedEvent><t:OldFolderId Id="&#13;&quot;"/></t:PostponedEvent>`)))
	f.Add([]byte(withEvents(`<t:MovedEvent><t:TimeStamp>2024-02-29T24:00:00.5+01:00</t:TimeStamp><t:ItemId Id="a"/><t:OldItemId Id="b"/></t:MovedEvent>`)))
	f.Add([]byte(notification(`<m:SendNotificationResponseMessage ResponseClass="Error"><m:MessageText>x</m:MessageText><m:ResponseCode>ErrorX</m:ResponseCode>` +
		`<m:DescriptiveLinkKey>3</m:DescriptiveLinkKey><m:MessageXml><t:Value Name="n">v</t:Value></m:MessageXml></m:SendNotificationResponseMessage>`)))
	f.Add([]byte(`<?xml version="1.0" encoding="iso-8859-1"?>` + envelope("<s:Fault/>")))
	limits := &Limits{MaxBytes: 16 << 10, MaxDepth: 12, MaxEvents: 20}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := ParseSendNotification(body, limits)
		if err != nil {
			requireDecodeError(t, err, body, limits)
			return
		}
		require.LessOrEqual(t, len(body), limits.MaxBytes)
		events := 0
		for i := range n.ResponseMessages {
			if m := n.ResponseMessages[i].Notification; m != nil {
				require.NotEmpty(t, m.SubscriptionID)
				events += len(m.Events)
			}
		}
		require.LessOrEqual(t, events, limits.MaxEvents)

		written, err := EncodeSendNotification(n)
		require.NoError(t, err, "what was read can be written")
		again, err := ParseSendNotification(written, nil)
		require.NoError(t, err, "what was written can be read:\n%s", written)
		if !reflect.DeepEqual(n, again) {
			t.Fatalf("read %#v, wrote\n%s\nread %#v", n, written, again)
		}
		stable, err := EncodeSendNotification(again)
		require.NoError(t, err)
		require.Equal(t, string(written), string(stable))
	})
}

// requireDecodeError checks what holds of every error of a parser.
func requireDecodeError(t *testing.T, err error, body []byte, limits *Limits) {
	t.Helper()
	e, ok := errors.AsType[*DecodeError](err)
	require.True(t, ok, "%T", err)
	require.Error(t, e.Err)
	require.True(t, strings.HasPrefix(err.Error(), "ews: "))
	require.Less(t, len(err.Error()), 2000, "errors end in logs")
	if len(body) > limits.MaxBytes {
		require.ErrorIs(t, err, ErrTooLarge)
		return
	}
	require.NotErrorIs(t, err, ErrTooLarge)
	known := errors.Is(err, io.ErrUnexpectedEOF)
	for _, sentinel := range []error{ErrTooDeep, ErrTooManyEvents, ErrDirective, ErrCharset, ErrSyntax, ErrEnvelope, ErrMessage} {
		if errors.Is(err, sentinel) {
			require.False(t, known, "%v is two kinds of error", err)
			known = true
		}
	}
	require.True(t, known, "%v is no kind of error", err)
}

func FuzzParseSendNotificationResult(f *testing.F) {
	for _, status := range []SubscriptionStatus{StatusOK, StatusUnsubscribe} {
		body, err := EncodeSendNotificationResult(status)
		require.NoError(f, err)
		f.Add(body)
		f.Add(utf16(f, "utf-16le", body))
	}
	f.Add([]byte(envelope(`<m:SendNotificationResult><m:SubscriptionStatus>OK<x:y/></m:SubscriptionStatus></m:SendNotificationResult>`)))
	limits := &Limits{MaxBytes: 8 << 10, MaxDepth: 8}
	f.Fuzz(func(t *testing.T, body []byte) {
		status, err := ParseSendNotificationResult(body, limits)
		if err != nil {
			requireDecodeError(t, err, body, limits)
			require.Empty(t, status)
			return
		}
		written, err := EncodeSendNotificationResult(status)
		require.NoError(t, err)
		again, err := ParseSendNotificationResult(written, nil)
		require.NoError(t, err)
		require.Equal(t, status, again)
	})
}

// Responses come from servers that are trusted, over connections that need not
// be.
func FuzzDecodeResponse(f *testing.F) {
	f.Add([]byte(response(subscribed)))
	f.Add([]byte(fault("ErrorServerBusy", messageXML("BackOffMilliseconds", "1500"))))
	f.Add([]byte(response(`<m:SubscribeResponse><m:ResponseMessages><m:SubscribeResponseMessage ResponseClass="Error"><m:DescriptiveLinkKey>1</m:DescriptiveLinkKey>` +
		`<m:MessageXml>a<t:Value Name="n">v<x:y/></t:Value></m:MessageXml></m:SubscribeResponseMessage></m:ResponseMessages></m:SubscribeResponse>`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		var reply Reply
		var response subscribeResponse
		fault, err := decodeResponse(body, &reply, &response)
		if err != nil {
			requireDecodeError(t, err, body, &Limits{MaxBytes: len(body)})
			return
		}
		if fault != nil {
			require.Contains(t, fault.Error(), "SOAP fault")
			_, _ = BackOff(fault)
			return
		}
		for i := range response.Messages {
			if err := reply.Check(&response.Messages[i].ResponseMessage); err != nil {
				require.True(t, strings.HasPrefix(err.Error(), "ews: "))
			}
		}
	})
}
