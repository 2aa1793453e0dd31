package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ewspush/ewspush/internal/bench/report"
)

func measureLatency(ctx context.Context, b *bench) (_ *report.Table, err error) {
	s := b.scale
	b.say("latency: %d notifications a second", s.rate)
	disk, err := flushes(b, 0)
	if err != nil {
		return nil, err
	}
	paced, err := flushes(b, time.Second/time.Duration(s.rate))
	if err != nil {
		return nil, err
	}
	o, err := openOffice(ctx, b, "latency", s.connections, s.parallel, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	var ramp rampResult
	if err := o.service.Do(commandRamp, nil, &ramp); err != nil {
		return nil, err
	}
	load, err := b.children.Start(ctx, roleLoad, "latency load", nil, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(load.End(), err) }()
	args := loadArgs{Address: ramp.Address, Events: 2, Connections: s.connections, Rate: s.rate, Seed: 1}
	if err := load.Do(commandConnect, args, nil); err != nil {
		return nil, err
	}
	args.For = s.pace / 5 // warms up
	if err := load.Do(commandPace, args, nil); err != nil {
		return nil, err
	}
	if err := o.service.Do(commandBegin, nil, nil); err != nil {
		return nil, err
	}
	var sent loadResult
	args.For = s.pace
	if err := load.Do(commandPace, args, &sent); err != nil {
		return nil, err
	}
	var lag lagResult
	if err := o.service.Do(commandEnd, nil, &lag); err != nil {
		return nil, err
	}
	again, err := flushes(b, 0)
	if err != nil {
		return nil, err
	}
	flush := report.Figure{Of: "fdatasync", Value: append(disk, again...).Median()}
	row := func(what string, v time.Duration, targets ...report.Target) report.Row {
		return report.NewRow(what, report.Seconds, report.Figure{Of: "ours", Value: v.Seconds()}, report.Figure{}, flush, targets...)
	}
	return &report.Table{
		Rows: []report.Row{
			row("POST received to HandleEvent, p50", lag.P50),
			row("POST received to HandleEvent, p99", lag.P99, report.AtMost(report.VsFloor, 3)),
			row("POST sent to its answer, p50", sent.P50),
			row("POST sent to its answer, p99", sent.P99),
			row("append and fdatasync alone, at this pace, p50", seconds(paced.Quantile(0.5))),
			row("append and fdatasync alone, at this pace, p99", seconds(paced.Quantile(0.99))),
		},
		Notes: []string{fmt.Sprintf("%.0f notifications of 2 events a second over %d connections, each in even steps from a random "+
			"beginning (seed %d), the whole of ewspush on SQLite; %d events were handled, %d requests were sent later than planned "+
			"because the answer before was late. The floor is the median of an append of one notification with fdatasync, one right "+
			"after the other, before and afterwards, with nothing else on the disk. With pauses between them, as they have at this "+
			"pace, the same takes longer: the last two rows are what nothing can be better than.", sent.rate(), s.connections, args.Seed, lag.Events, sent.Postponed)},
	}, nil
}

// flushes returns how many seconds it takes to append a notification to a file
// and to have it on the disk, with a pause before each.
func flushes(b *bench, pause time.Duration) (took report.Samples, err error) {
	dir, err := b.makeDir("flush")
	if err != nil {
		return nil, err
	}
	body, err := packetOf(2)
	if err != nil {
		return nil, err
	}
	file, err := os.Create(filepath.Join(dir, "file"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	next := time.NewTimer(pause)
	defer next.Stop()
	for range b.scale.flushes {
		if pause > 0 {
			<-next.C
			next.Reset(pause)
		}
		begin := time.Now()
		if _, err := file.Write(body); err != nil {
			return nil, err
		}
		if err := flush(file); err != nil {
			return nil, err
		}
		took = append(took, time.Since(begin).Seconds())
	}
	return took, nil
}
