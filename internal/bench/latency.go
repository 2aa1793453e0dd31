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

func measureLatency(ctx context.Context, b *bench) (*report.Table, error) {
	t := &report.Table{Notes: []string{
		fmt.Sprintf("%d notifications of 2 events a second over %d connections, each in even steps from a random beginning (seed %d), the whole "+
			"of ewspush on SQLite. The floor is the median of an append of one notification with fdatasync, one right after the other, "+
			"before and afterwards, with nothing else on the disk. With pauses between them, as they have at this pace, the same takes "+
			"longer: that is what nothing can be better than.", b.scale.rate, b.scale.connections, latencySeed),
		slowNote,
	}}
	for _, slower := range []time.Duration{0, b.scale.slower} {
		if err := measureLag(ctx, b, t, slower); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// latencySeed decides when each connection begins.
const latencySeed = 1

// measureLag adds the rows for a disk that is slower by so much than this one.
func measureLag(ctx context.Context, b *bench, t *report.Table, slower time.Duration) (err error) {
	s := b.scale
	b.say("latency: %d notifications a second, flushes %v longer", s.rate, slower)
	disk, err := flushes(b, 0, slower)
	if err != nil {
		return err
	}
	paced, err := flushes(b, max(time.Second/time.Duration(s.rate), 2*slower), slower)
	if err != nil {
		return err
	}
	o, err := openOffice(ctx, b, fmt.Sprint("latency ", slower), serviceArgs{Keys: s.connections, Parallel: s.parallel, Slower: slower}, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	var ramp rampResult
	if err := o.service.Do(commandRamp, nil, &ramp); err != nil {
		return err
	}
	load, err := b.children.Start(ctx, roleLoad, fmt.Sprint("latency load ", slower), nil, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(load.End(), err) }()
	args := loadArgs{Address: ramp.Address, Events: 2, Connections: s.connections, Rate: s.rate, Seed: latencySeed}
	if err := load.Do(commandConnect, args, nil); err != nil {
		return err
	}
	args.For = s.pace / 5 // warms up
	if err := load.Do(commandPace, args, nil); err != nil {
		return err
	}
	if err := o.service.Do(commandBegin, nil, nil); err != nil {
		return err
	}
	var sent loadResult
	args.For = s.pace
	if err := load.Do(commandPace, args, &sent); err != nil {
		return err
	}
	var lag lagResult
	if err := o.service.Do(commandEnd, nil, &lag); err != nil {
		return err
	}
	again, err := flushes(b, 0, slower)
	if err != nil {
		return err
	}
	flush := report.Figure{Of: "fdatasync", Value: append(disk, again...).Median()}
	prefix := ""
	if slower > 0 {
		prefix = fmt.Sprintf("flushes %v longer: ", slower)
	}
	row := func(what string, v time.Duration, targets ...report.Target) {
		t.Rows = append(t.Rows, report.NewRow(prefix+what, report.Seconds,
			report.Figure{Of: "ours", Value: v.Seconds()}, report.Figure{}, flush, targets...))
	}
	row("POST received to HandleEvent, p50", lag.P50)
	row("POST received to HandleEvent, p99", lag.P99, report.AtMost(report.VsFloor, 3))
	row("POST sent to its answer, p50", sent.P50)
	row("POST sent to its answer, p99", sent.P99)
	row("append and fdatasync alone, with pauses, p50", seconds(paced.Quantile(0.5)))
	row("append and fdatasync alone, with pauses, p99", seconds(paced.Quantile(0.99)))
	t.Notes = append(t.Notes, fmt.Sprintf("Flushes %v longer: %.0f notifications a second, %d events handled, %d requests sent later than "+
		"planned because the answer before was late.", slower, sent.rate(), lag.Events, sent.Postponed))
	return nil
}

// flushes returns how many seconds it takes to append a notification to a file
// and to have it on a disk that is slower by so much, with a pause before each.
func flushes(b *bench, pause, slower time.Duration) (took report.Samples, err error) {
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
		takeLonger(slower)
		took = append(took, time.Since(begin).Seconds())
	}
	return took, nil
}
