package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ewspush/ewspush/internal/bench/report"
)

func measureDecode(ctx context.Context, b *bench) (*report.Table, error) {
	t := &report.Table{Notes: []string{
		"Owned events may be kept for as long as one likes; pooled ones are overwritten by the next, and their body is a string " +
			"already. The usual way is `xml.Unmarshal` into structs. The floor goes from each `<` to the next `>` and looks at nothing. " +
			"What owned events cost more than that at the least is to copy the body, and to make room for them: both are measured " +
			"without decoding anything.",
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
		for _, way := range []struct {
			name  string
			times float64 // how much faster than the usual way it is to be
			most  float64 // allocations
		}{{ofParse, 20, 3}, {ofPool, 40, 0}} {
			targets := []report.Target{report.AtMost(report.VsFloor, 2.5)}
			if events <= 50 {
				targets = append(targets, report.AtLeast(report.VsUsual, way.times))
			}
			path := fmt.Sprintf("%s events, %s B, %s", thousands(events), thousands(len(body)), way.name)
			row := report.NewPairedRow(path, report.Seconds,
				results[way.name], ofUnmarshal, results[ofUnmarshal], ofHop, results[ofHop], targets...)
			t.Rows = append(t.Rows, row)
			if way.name == ofParse {
				perEvent[events] = row.Ours.Value / float64(events)
			}
			if events == 2 {
				t.Rows = append(t.Rows, report.NewRow(path+", allocations", report.Count,
					allocations(way.name, body), allocations(ofUnmarshal, body), allocations(ofHop, body),
					report.AtMost(report.Itself, way.most)))
			}
		}
		for _, name := range []string{ofCopy, ofRoom} {
			t.Rows = append(t.Rows, report.NewPairedRow(
				fmt.Sprintf("%s events, %s", thousands(events), name), report.Seconds, results[name], "", nil, ofHop, results[ofHop]))
		}
	}
	t.Rows = append(t.Rows, report.NewRow("owned, each of 1,000 events", report.Seconds,
		report.Figure{Of: "ours", Value: perEvent[1000]}, report.Figure{},
		report.Figure{Of: "of 50", Value: perEvent[50]}, report.AtMost(report.VsFloor, 1.5)))
	return t, nil
}

// raceDecoders returns the times that one decoding takes, by decoder.
func raceDecoders(ctx context.Context, s scale, body []byte, events int) (map[string][]float64, error) {
	var contenders []contender[float64]
	for name, newDecoder := range decoders() {
		decode := newDecoder(body)
		n, err := decode()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		switch name {
		case ofHop, ofCopy, ofRoom: // these count tags
		default:
			if n != events {
				return nil, fmt.Errorf("%s finds %d events instead of %d", name, n, events)
			}
		}
		contenders = append(contenders, contender[float64]{name, func(context.Context) (float64, error) {
			n, begin := 0, time.Now()
			for ; time.Since(begin) < s.spell; n += 8 {
				for range 8 { // looking at the clock takes time as well
					if _, err := decode(); err != nil {
						return 0, err
					}
				}
			}
			return time.Since(begin).Seconds() / float64(n), nil
		}})
	}
	return race(ctx, 4*s.rounds, contenders)
}

// allocations returns how many of them one decoding makes.
func allocations(name string, body []byte) report.Figure {
	decode := decoders()[name](body)
	return report.Figure{Of: name, Value: testing.AllocsPerRun(100, func() { _, _ = decode() })}
}
