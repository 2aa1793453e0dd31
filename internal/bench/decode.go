package main

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ewspush/ewspush/ews"

	"github.com/ewspush/ewspush/internal/bench/report"
)

// Contenders of the section decode.
const (
	ofParse     = "owned"
	ofUnmarshal = "encoding/xml"
	ofHop       = "memchr"
)

// decoder decodes a body and returns how many events there are in it; the hop
// returns how many tags.
type decoder func(body []byte) (int, error)

func decoders() map[string]decoder {
	return map[string]decoder{ofParse: parse, ofUnmarshal: unmarshal, ofHop: hop}
}

func parse(body []byte) (int, error) {
	n, err := ews.ParseSendNotification(body, nil)
	if err != nil {
		return 0, err
	}
	return len(n.ResponseMessages[0].Notification.Events), nil
}

// hop goes from each < to the next >: no decoder can look at less.
func hop(body []byte) (tags int, err error) {
	for {
		begin := bytes.IndexByte(body, '<')
		if begin < 0 {
			return tags, nil
		}
		end := bytes.IndexByte(body[begin:], '>')
		if end < 0 {
			return tags, nil
		}
		body = body[begin+end+1:]
		tags++
	}
}

func measureDecode(ctx context.Context, b *bench) (*report.Table, error) {
	t := &report.Table{Notes: []string{
		"Owned events may be kept for as long as one likes; the usual way is `xml.Unmarshal` into structs; " +
			"the floor goes from each `<` to the next `>` and looks at nothing.",
	}}
	perEvent := make(map[int]float64)
	for _, events := range []int{2, 50, 1000} {
		body, err := packetOf(events)
		if err != nil {
			return nil, err
		}
		b.say("decode: %d events, %d bytes", events, len(body))
		results, err := raceDecoders(ctx, b.scale, body, events)
		if err != nil {
			return nil, err
		}
		targets := []report.Target{report.AtMost(report.VsFloor, 2.5)}
		if events <= 50 {
			targets = append(targets, report.AtLeast(report.VsUsual, 20))
		}
		row := report.NewPairedRow(fmt.Sprintf("%s events, %s B", thousands(events), thousands(len(body))), report.Seconds,
			results[ofParse], ofUnmarshal, results[ofUnmarshal], ofHop, results[ofHop], targets...)
		t.Rows = append(t.Rows, row)
		perEvent[events] = row.Ours.Value / float64(events)
		if events == 2 {
			t.Rows = append(t.Rows, allocations(body))
		}
	}
	t.Rows = append(t.Rows, report.NewRow("linear: per event, of 1,000", report.Seconds,
		report.Figure{Of: "ours", Value: perEvent[1000]}, report.Figure{},
		report.Figure{Of: "of 50", Value: perEvent[50]}, report.AtMost(report.VsFloor, 1.5)))
	return t, nil
}

// raceDecoders returns the times that one decoding takes, by decoder.
func raceDecoders(ctx context.Context, s scale, body []byte, events int) (map[string][]float64, error) {
	var contenders []contender[float64]
	for name, decode := range decoders() {
		n, err := decode(body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if name != ofHop && n != events {
			return nil, fmt.Errorf("%s finds %d events instead of %d", name, n, events)
		}
		contenders = append(contenders, contender[float64]{name, func(context.Context) (float64, error) {
			n, begin := 0, time.Now()
			for ; time.Since(begin) < s.spell; n += 8 {
				for range 8 { // looking at the clock takes time as well
					if _, err := decode(body); err != nil {
						return 0, err
					}
				}
			}
			return time.Since(begin).Seconds() / float64(n), nil
		}})
	}
	return race(ctx, 4*s.rounds, contenders)
}

// allocations is what garbage one decoding leaves.
func allocations(body []byte) report.Row {
	count := func(name string) report.Figure {
		decode := decoders()[name]
		return report.Figure{Of: name, Value: testing.AllocsPerRun(100, func() { _, _ = decode(body) })}
	}
	return report.NewRow("2 events, allocations", report.Count,
		count(ofParse), count(ofUnmarshal), count(ofHop), report.AtMost(report.Itself, 3))
}
