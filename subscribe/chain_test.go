package subscribe

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
)

// note is a notification of generation 7 with one event per watermark.
func note(previous string, watermarks ...string) *Received {
	n := &ews.Notification{SubscriptionID: "s", PreviousWatermark: previous}
	for _, w := range watermarks {
		n.Events = append(n.Events, ews.Event{Type: ews.ModifiedEvent, Watermark: w})
	}
	return &Received{
		Key: "room-1", Generation: 7, At: planStart,
		Messages: []ews.SendNotificationResponseMessage{{Notification: n}},
	}
}

func heartbeat(previous, watermark string) *Received {
	r := note(previous, watermark)
	r.Messages[0].Notification.Events[0].Type = ews.StatusEvent
	return r
}

func serverSays(code ews.ResponseCode) *Received {
	return &Received{Key: "room-1", Generation: 7, At: planStart, Messages: []ews.SendNotificationResponseMessage{
		{ResponseMessage: ews.ResponseMessage{ResponseClass: ews.ResponseClassError, ResponseCode: code}},
	}}
}

// after is the record behind a notification of generation 7.
func after(previous, watermark string) *record {
	return &record{Heard: []heard{{Generation: 7, Previous: previous, Watermark: watermark, At: planStart}}}
}

func TestFollow(t *testing.T) {
	asked := &subscription{Generation: 7}
	owing := &subscription{Generation: 7, Gap: CauseFirstStart}
	resumed := &subscription{Generation: 7, Resumed: "r", Watermark: "s"}
	cases := []struct {
		name      string
		tail      *record
		in        *Received
		sub       *subscription
		repeated  bool
		gap       Cause
		watermark string // what is known afterwards
	}{
		{"the first one brings the gap that is owed", &record{}, note("a", "b"), owing, false, CauseFirstStart, "b"},
		{"the second one does not", after("a", "b"), note("b", "c"), owing, false, "", "c"},
		{"in the chain", after("a", "b"), note("b", "c", "d"), asked, false, "", "d"},
		{"a link is missing", after("a", "b"), note("x", "y"), asked, false, CauseBrokenChain, "y"},
		{"a repetition adds nothing", after("a", "b"), note("a", "b"), asked, true, "", ""},
		{"a repetition of a server that omits previous watermarks", after("", "b"), note("", "b"), asked, true, "", ""},
		{"a repeated heartbeat is a sign of life, and no gap", after("a", "b"), heartbeat("a", "b"), asked, false, "", "b"},
		{"heartbeats that stand still", after("b", "b"), heartbeat("b", "b"), asked, false, "", "b"},
		{"no watermarks at all: nothing to compare, nothing is a repetition", after("", ""), note("", ""), asked, false, "", ""},
		{"no previous watermark: nothing to compare", after("a", "b"), note("", "y"), asked, false, "", "y"},
		{"the last one had no watermark: nothing to compare", after("a", ""), note("x", "y"), asked, false, "", "y"},
		{"resumed, continues from where Exchange said", &record{}, note("s", "t"), resumed, false, "", "t"},
		{"resumed, continues from what was asked for", &record{}, note("r", "t"), resumed, false, "", "t"},
		{"resumed, and the very first is lost", &record{}, note("t", "u"), resumed, false, CauseBrokenChain, "u"},
		{"resumed, and the answer is not known yet", &record{}, note("t", "u"), &subscription{Generation: 7, Resumed: "r"}, false, "", "u"},
		{
			"an error message keeps what there is to resume from",
			after("a", "b"), serverSays(ews.ErrorReadEventsFailed), asked, false, CauseServerError, "b",
		},
		{
			"an undecodable body: who knows how far it went",
			after("a", "b"), &Received{Generation: 7, Err: errors.New("damaged")}, asked, false, CauseUndecodable, "",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			next := follow(c.tail, c.in, c.sub, []int64{7}, 42)
			if c.repeated {
				require.Nil(t, next)
				return
			}
			require.NotNil(t, next)
			require.Equal(t, c.gap, next.Gap)
			require.Equal(t, c.gap != "", next.LastGap == 42)
			h, ok := next.heardOf(7)
			require.True(t, ok)
			require.Equal(t, c.watermark, h.Watermark)
			require.Equal(t, c.in.At, h.At)
		})
	}
}

func TestFollowKeepsGenerationsApart(t *testing.T) {
	tail := after("a", "b")
	in := note("n", "o")
	in.Generation = 8
	next := follow(tail, in, &subscription{Generation: 8}, []int64{7, 8}, 2)
	require.Empty(t, next.Gap, "generation 8 has a chain of its own")
	require.Len(t, next.Heard, 2)

	again := follow(next, note("b", "c"), &subscription{Generation: 7}, []int64{7, 8}, 3)
	require.Empty(t, again.Gap, "generation 7 goes on where it was")

	alone := follow(again, in, &subscription{Generation: 8}, []int64{8}, 4)
	require.Nil(t, alone, "still known as a repetition")
	in = note("o", "p")
	in.Generation = 8
	alone = follow(again, in, &subscription{Generation: 8}, []int64{8}, 4)
	require.Len(t, alone.Heard, 1, "what is no longer served is forgotten")
}

func TestFollowChecksEveryMessageOfAPost(t *testing.T) {
	in := note("b", "c")
	in.Messages = append(in.Messages, note("x", "y").Messages...)
	next := follow(after("a", "b"), in, &subscription{Generation: 7}, []int64{7}, 2)
	require.Equal(t, CauseBrokenChain, next.Gap)
}

func TestRecordRoundTrip(t *testing.T) {
	r := &record{
		Generation: 7, Gap: CauseSilence, Detail: "two\nlines", LastGap: 3,
		Replay: &replay{Seq: 2, Index: 1, Generation: 6},
		Heard:  []heard{{Generation: 7, Previous: "a", Watermark: "b", At: planStart.Add(time.Microsecond)}},
		body:   []byte("<x>\n</x>"),
	}
	got, err := decodeRecord(r.encode())
	require.NoError(t, err)
	require.Equal(t, r, got)
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add((&record{Generation: 7, body: []byte("<a/>")}).encode())
	f.Add((&record{Gap: CauseSilence, LastGap: 1}).encode())
	f.Add([]byte("{}"))
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeRecord(data)
		if err != nil {
			return
		}
		again, err := decodeRecord(r.encode())
		require.NoError(t, err)
		require.Equal(t, r.encode(), again.encode())
	})
}

func FuzzDecodeState(f *testing.F) {
	s := &state{Spec: planSpec()}
	s.begin(plan{Gap: CauseFirstStart}, planStart, "here")
	f.Add(s.encode())
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := decodeState(Row{Key: "k", Data: data})
		if err != nil {
			require.ErrorContains(t, err, `row of "k"`)
			return
		}
		again, err := decodeState(Row{Key: "k", Data: s.encode()})
		require.NoError(t, err)
		require.Equal(t, s.encode(), again.encode())
	})
}
