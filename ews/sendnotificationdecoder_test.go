package ews

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a decoder returns does not depend on what it has decoded before.
func TestSendNotificationDecoder(t *testing.T) {
	seeds := differentialSeeds(t)
	seeds = append(seeds, withN(t, 100), seeds[0][:700])
	d := NewSendNotificationDecoder(nil)
	for i, first := range seeds {
		for j, second := range seeds {
			want, wantErr := ParseSendNotification(second, nil)
			_, firstErr := d.Decode(string(first))
			got, err := d.Decode(string(second))
			require.Equal(t, fmt.Sprint(wantErr), fmt.Sprint(err), "%d after %d (%v)", j, i, firstErr)
			require.Equal(t, want, got, "%d after %d (%v)", j, i, firstErr)
			_, firstErr = d.DecodeBytes(first)
			got, err = d.DecodeBytes(second)
			require.Equal(t, fmt.Sprint(wantErr), fmt.Sprint(err), "bytes, %d after %d (%v)", j, i, firstErr)
			require.Equal(t, want, got, "bytes, %d after %d (%v)", j, i, firstErr)
		}
	}
	_, err := NewSendNotificationDecoder(&Limits{MaxEvents: 1}).Decode(string(seeds[0]))
	require.ErrorIs(t, err, ErrTooManyEvents)
	_, err = d.Decode("")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// Strings of a result stay what they are; the rest is overwritten.
func TestSendNotificationDecoderStrings(t *testing.T) {
	d := NewSendNotificationDecoder(nil)
	n, err := d.Decode(string(sample(t, "rooms-2020-body.xml")))
	require.NoError(t, err)
	watermark := n.ResponseMessages[0].Notification.Watermark()
	_, err = d.Decode(withEvents("<t:StatusEvent><t:Watermark>another</t:Watermark></t:StatusEvent>"))
	require.NoError(t, err)
	require.Equal(t, "AQAAAExY/dNdjDVKjtBVHKR5IOstIukhAAAAAAE=", watermark)
}

// The strings do not change with the bytes that were decoded, whether these were
// written as usual or not.
func TestSendNotificationDecoderBytes(t *testing.T) {
	d := NewSendNotificationDecoder(nil)
	real := sample(t, "rooms-2020-body.xml")
	for name, body := range map[string][]byte{
		"as usual":                  real,
		"another version":           bytes.Replace(real, []byte(`Version="Exchange2010"`), []byte(`Version="Exchange1996"`), 1),
		"with a comment at the end": append(bytes.Clone(real), "<!---->"...),
		"in single quotation marks": bytes.ReplaceAll(real, []byte(`"`), []byte(`'`)),
	} {
		t.Run(name, func(t *testing.T) {
			want, err := ParseSendNotification(body, nil)
			require.NoError(t, err)
			again := bytes.Clone(body)
			n, err := d.DecodeBytes(again)
			require.NoError(t, err)
			clear(again)
			require.Equal(t, want, n)
		})
	}
	_, err := NewSendNotificationDecoder(&Limits{MaxBytes: len(real) - 1}).DecodeBytes(real)
	require.ErrorIs(t, err, ErrTooLarge)
	_, err = NewSendNotificationDecoder(&Limits{MaxDepth: usualDepth - 1}).DecodeBytes(real)
	require.ErrorIs(t, err, ErrTooDeep)
	require.Equal(t, 1, int(testing.AllocsPerRun(100, func() { _, _ = d.DecodeBytes(real) })))
}

// A decoder that waits in a pool holds on to no body, and to no more memory
// than a few notifications of the usual size are worth.
func TestSendNotificationDecoderReset(t *testing.T) {
	d := NewSendNotificationDecoder(nil)
	for _, body := range []string{
		string(withN(t, 100)), string(sample(t, "rooms-2020-body.xml")), withEvents(strings.Repeat("<t:StatusEvent/>", 5_000)),
		withEvents("<t:StatusEvent>" + strings.Repeat(`<t:FolderId Id="a"/><t:ItemId Id="a"/>`, 5_000) + "</t:StatusEvent>"),
		notification(strings.Repeat("<m:SendNotificationResponseMessage/>", 5_000)),
	} {
		n, err := d.Decode(body)
		require.NoError(t, err)
		require.NotEmpty(t, n.ResponseMessages)
		d.Reset()
		memory := d.reader.memory
		left := d.reader // numbers do no harm
		left.pos, left.start, left.maxDepth, left.events, left.maxEvents, left.firstEvent = 0, 0, 0, 0, 0, 0
		if left.shapes != nil {
			require.Zero(t, *left.shapes)
			left.shapes = nil
		}
		require.Equal(t, notificationReader{memory: memory}, left)
		require.Equal(t, SendNotification{}, d.n)
		requireWiped(t, memory.messages)
		requireWiped(t, memory.notifications)
		requireWiped(t, memory.events)
		requireWiped(t, memory.items)
		requireWiped(t, memory.folders)
	}
}

func requireWiped[T any](t *testing.T, s []T) {
	t.Helper()
	require.Empty(t, s)
	require.LessOrEqual(t, cap(s), keptElements)
	var zero T
	for _, v := range s[:cap(s)] {
		require.Equal(t, zero, v)
	}
}

func TestAllocations(t *testing.T) {
	for name, body := range map[string][]byte{
		"as sent":            sample(t, "rooms-2020-body.xml"),
		"another prefix":     []byte(strings.ReplaceAll(string(sample(t, "rooms-2020-body.xml")), "soap11", "s")),
		"default namespaces": []byte(defaultNamespaces(string(sample(t, "rooms-2020-body.xml")))),
	} {
		t.Run(name, func(t *testing.T) {
			require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
				_, err := ParseSendNotification(body, nil)
				require.NoError(t, err)
			}), 3.0)
			d, text := NewSendNotificationDecoder(nil), string(body)
			require.Zero(t, testing.AllocsPerRun(100, func() {
				_, err := d.Decode(text)
				require.NoError(t, err)
			}))
		})
	}
}
