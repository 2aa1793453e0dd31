package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ewspush/ewspush/ews"
	"github.com/stretchr/testify/require"
)

// TestSerial: each notification follows the one before, and is otherwise the
// same.
func TestSerial(t *testing.T) {
	for _, events := range []int{2, 7} {
		body, err := packetOf(events)
		require.NoError(t, err)
		original := slices.Clone(body)
		s, err := newSerial(body)
		require.NoError(t, err)
		last := ""
		for n := 41; n < 44; n++ {
			s.set(n)
			require.Len(t, body, len(original))
			parsed, err := ews.ParseSendNotification(body, nil)
			require.NoError(t, err)
			notification := parsed.ResponseMessages[0].Notification
			require.Len(t, notification.Events, events)
			require.Contains(t, notification.PreviousWatermark, fmt.Sprintf("%012d", n))
			if last != "" {
				require.Equal(t, last, notification.PreviousWatermark)
			}
			require.NotEqual(t, last, notification.Watermark())
			last = notification.Watermark()
		}
	}
	for _, body := range []string{"", "<PreviousWatermark>1234</PreviousWatermark><Watermark>AAAAAAAAAAAAAA</Watermark>"} {
		_, err := newSerial([]byte(body))
		require.Error(t, err)
	}
}

// TestHeartbeat: it is one.
func TestHeartbeat(t *testing.T) {
	in, err := newBeat("a", 7)
	require.NoError(t, err)
	require.True(t, in.Messages[0].Notification.IsStatus())
}

// TestHop counts tags.
func TestHop(t *testing.T) {
	require.Equal(t, 3, hop("<a>x<b/></a> <unfinished"))
	require.Zero(t, hop(""))
}

// TestFloor: everything that was appended is in the file, each piece in one.
func TestFloor(t *testing.T) {
	f, err := newFloor(t.TempDir(), 0)
	require.NoError(t, err)
	const writers, each = 16, 50
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		wg.Go(func() {
			for range each {
				errs[w] = errors.Join(errs[w], f.append(bytes.Repeat([]byte{byte('a' + w)}, 100)))
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	text, err := os.ReadFile(f.file.Name())
	require.NoError(t, err)
	require.Len(t, text, writers*each*100)
	counts := make(map[string]int)
	for piece := range slices.Chunk(text, 100) {
		require.Equal(t, strings.Repeat(string(piece[:1]), 100), string(piece))
		counts[string(piece[:1])]++
	}
	require.Len(t, counts, writers)
	for _, n := range counts {
		require.Equal(t, each, n)
	}
	require.NoError(t, f.close())
	require.Error(t, f.append([]byte("x")), "what is not on the disk is not acknowledged")
}

// TestRace: everybody has as many turns, the first of which does not count, and
// nobody always comes after the same.
func TestRace(t *testing.T) {
	var order []string
	var contenders []contender[int]
	turns := make(map[string]int)
	for _, name := range []string{"a", "b", "c"} {
		contenders = append(contenders, contender[int]{name, func(context.Context) (int, error) {
			order = append(order, name)
			turns[name]++
			return turns[name], nil
		}})
	}
	results, err := race(t.Context(), 2, contenders)
	require.NoError(t, err)
	require.Equal(t, map[string][]int{"a": {2, 3}, "b": {2, 3}, "c": {2, 3}}, results)
	require.Equal(t, strings.Split("a b c b c a c a b", " "), order)

	broken := errors.New("broken")
	contenders = append(contenders, contender[int]{"d", func(context.Context) (int, error) { return 0, broken }})
	_, err = race(t.Context(), 2, contenders)
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "d: ")
}

// TestThousands writes numbers.
func TestThousands(t *testing.T) {
	for n, want := range map[int]string{7: "7", 1000: "1,000", 487_047: "487,047", 1_000_000: "1,000,000"} {
		require.Equal(t, want, thousands(n))
	}
}
