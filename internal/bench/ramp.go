package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/internal/bench/process"
	"github.com/ewspush/ewspush/internal/bench/report"
)

func measureRamp(ctx context.Context, b *bench) (_ *report.Table, err error) {
	s := b.scale
	b.say("ramp: %d subscriptions, %d at a time", s.subscribes, s.parallel)
	o, err := openOffice(ctx, b, "ramp", serviceArgs{Keys: s.subscribes, Parallel: s.parallel}, s.answer)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	before, err := o.service.Usage()
	if err != nil {
		return nil, err
	}
	var r rampResult
	if err := o.service.Do(commandRamp, nil, &r); err != nil {
		return nil, err
	}
	after, err := o.service.Usage()
	if err != nil {
		return nil, err
	}
	rounds := (s.subscribes + s.parallel - 1) / s.parallel
	ideal := report.Figure{Of: "ideal", Value: (time.Duration(rounds) * s.answer).Seconds()}
	path := fmt.Sprintf("%s subscriptions, %d at a time", thousands(s.subscribes), s.parallel)
	row := func(what string, v float64, floor report.Figure, targets ...report.Target) report.Row {
		return report.NewRow(path+what, report.Seconds, report.Figure{Of: "ours", Value: v}, report.Figure{}, floor, targets...)
	}
	return &report.Table{
		Rows: []report.Row{
			row(", last answer", r.Subscribed.Seconds(), ideal, report.AtMost(report.VsFloor, 1.15)),
			row(", last confirmed", r.Confirmed.Seconds(), ideal),
			row(", CPU for each", (after.CPU-before.CPU).Seconds()/float64(s.subscribes), report.Figure{}),
		},
		Notes: []string{
			fmt.Sprintf("The whole of ewspush on SQLite, and an Exchange in a process of its own on the same machine, which takes %v for "+
				"each answer. %d Subscribes were sent. The ideal has no other cost than the waiting. Confirmed: the first notification has "+
				"come. The CPU time includes storing what is wanted.", s.answer, r.Attempts),
		},
	}, nil
}

// office is an application and its Exchange, in two processes.
type office struct{ exchange, service *process.Child }

func openOffice(ctx context.Context, b *bench, name string, args serviceArgs, answer time.Duration) (*office, error) {
	dir, err := b.makeDir(name)
	if err != nil {
		return nil, err
	}
	o := &office{}
	args.Dir = dir
	o.exchange, err = b.children.Start(ctx, roleExchange, name+" exchange", exchangeArgs{args.Keys, answer}, &args.Exchange)
	if err != nil {
		return nil, err
	}
	o.service, err = b.children.Start(ctx, roleService, name+" service", args, nil)
	if err != nil {
		return nil, errors.Join(err, o.exchange.End())
	}
	return o, nil
}

func (o *office) close() error { return errors.Join(o.service.End(), o.exchange.End()) }
