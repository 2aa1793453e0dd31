package ewstest

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Ids that Exchange Online sent on 2020-12-03; see testdata/README.md at the
// top of the repository.
const (
	realSubscription = "LABkYjhwcjAxbWI2NDg1LmV1cnByZDAxLnByb2QuZXhjaGFuZ2VsYWJzLmNvbRAAAADELVfykPBZQp7Q8IIUrUfmCKn7JnqX2AgQAAAAWTlI8+A2EEqLQp01E8Pw2Q=="
	realWatermark    = "AQAAAExY/dNdjDVKjtBVHKR5IOurFukhAAAAAAE="
	realNext         = "AQAAAExY/dNdjDVKjtBVHKR5IOsoIukhAAAAAAE="
	realMailbox      = "f3483959-36e0-4a10-8b42-9d3513c3f0d9"
	realItem         = "AQMkAGYzNDgzOTU5LTM2ZTAtNGExMC04YjQyLTlkMzUxM2MzZjBkOQBGAAADdiwJfgoT4UeFDoYZ5kbJFQcAbsZeBEfd1Eyd3oyV64JNiAAAAgENAAAAbsZeBEfd1Eyd3oyV64JNiAACUQqtogAAAA=="
)

// The functions that make ids, given the parts of real ones, make the real
// ones.
func TestIDsHaveTheRealLayout(t *testing.T) {
	t.Parallel()
	raw, err := base64.StdEncoding.DecodeString(realSubscription)
	require.NoError(t, err)
	n := int(binary.LittleEndian.Uint16(raw))
	host := string(raw[2 : 2+n])
	require.Equal(t, "db8pr01mb6485.eurprd01.prod.exchangelabs.com", host)
	rest := raw[2+n:]
	id, ticks, mailbox := guid(rest[4:20]), binary.LittleEndian.Uint64(rest[20:28]), guid(rest[32:48])
	require.Equal(t, realMailbox, mailbox.String())
	seconds := int64(ticks-ticksAtUnixEpoch) / 1e7
	created := time.Unix(seconds, int64(ticks%1e7)*100).UTC()
	require.Equal(t, "2020-12-03T10:56:56Z", created.Truncate(time.Second).Format(time.RFC3339))
	require.Equal(t, realSubscription, subscriptionID(host, id, created, mailbox))

	for mark, want := range map[string]int64{realWatermark: 568923819, realNext: 568926760} {
		database, counter, err := parseWatermark(mark)
		require.NoError(t, err)
		require.Equal(t, want, counter)
		require.Equal(t, mark, watermark(database, counter))
	}

	// Item ids: ours are not compressed (first byte 0), the rest of the frame is
	// the same.
	raw, err = base64.StdEncoding.DecodeString(realItem)
	require.NoError(t, err)
	ours, err := base64.StdEncoding.DecodeString(itemID(mailbox, guid{}, storeObject{}, storeObject{}))
	require.NoError(t, err)
	require.Equal(t, raw[1:43], ours[1:43])
	require.Equal(t, byte(0), ours[0])
}

func TestIDsOfAMailbox(t *testing.T) {
	t.Parallel()
	b := NewNotificationBuilder("Room1@example.com", &Options{Seed: 7})
	m := b.Mailbox
	first := m.CreateItem()
	second := m.CreateItem()
	require.NotEqual(t, first, second)
	for _, id := range []string{first, second} {
		require.True(t, strings.HasPrefix(id, "AAMk"), id)
		require.Len(t, id, 152)
		raw, err := base64.StdEncoding.DecodeString(id)
		require.NoError(t, err)
		require.Contains(t, string(raw), m.GUID())
		entry, err := entryID(id)
		require.NoError(t, err)
		require.Len(t, entry, 70)
	}
	f := m.distinguished["calendar"]
	require.True(t, strings.HasPrefix(f.id, "AAMk"), f.id)
	require.Len(t, f.id, 120)

	// The counter rises and has gaps.
	var last int64
	var wide bool
	for range 100 {
		m.CreateItem()
	}
	for _, change := range m.Changes() {
		for _, e := range change.Events {
			database, counter, err := parseWatermark(e.Watermark)
			require.NoError(t, err)
			require.Equal(t, m.database, database)
			require.Greater(t, counter, last)
			wide = wide || last > 0 && counter > last+1
			last = counter
		}
	}
	require.True(t, wide)
}

func TestSameSeedSameIDs(t *testing.T) {
	t.Parallel()
	ids := func(seed uint64, other bool) []string {
		b := NewNotificationBuilder("room1@example.com", &Options{Seed: seed})
		var ids []string
		for range 3 {
			ids = append(ids, b.Mailbox.CreateItem())
			if other { // what happens elsewhere changes nothing
				b.Mailbox.server.Mailbox("ROOM2@example.com").CreateItem()
			}
		}
		for _, c := range b.Mailbox.Changes() {
			ids = append(ids, c.Events[0].Watermark)
		}
		return ids
	}
	require.Equal(t, ids(1, false), ids(1, true))
	require.NotEqual(t, ids(1, false), ids(2, false))
}

func TestParseWatermarkRefuses(t *testing.T) {
	t.Parallel()
	for name, mark := range map[string]string{
		"empty":     "",
		"no base64": "!!!",
		"short":     "AQAAAExY",
		"2007 form": "AQAAAAAAAAAAAAAAAA==",
		"other":     "AgAAAExY/dNdjDVKjtBVHKR5IOurFukhAAAAAAE=",
	} {
		_, _, err := parseWatermark(mark)
		require.ErrorIs(t, err, errWatermark, name)
	}
}
