package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/ewspush/ewspush/internal/bench/report"
)

func measureManager(ctx context.Context, b *bench) (*report.Table, error) {
	t := &report.Table{Notes: []string{
		"Memory is what is alive, stacks included, more than before the manager ran. The usual way has a goroutine and a timer for " +
			"each subscription, and no store; its heartbeat sets the timer anew, ours is recorded and " +
			"noted as handled as well. A sweep's time is for each row that was due.",
	}}
	usual, err := watch(ctx, b, onGoroutines, b.scale.watched[0])
	if err != nil {
		return nil, err
	}
	for _, subscriptions := range b.scale.watched {
		r, err := watch(ctx, b, onMemory, subscriptions)
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, watchRows(onMemory, subscriptions, r, usual, b.scale)...)
	}
	r, err := watch(ctx, b, onSQLite, b.scale.stored)
	if err != nil {
		return nil, err
	}
	t.Rows = append(t.Rows, watchRows(onSQLite, b.scale.stored, r, usual, b.scale)...)
	return t, nil
}

func watch(ctx context.Context, b *bench, kind string, subscriptions int) (_ *watchResult, err error) {
	b.say("manager: %d subscriptions, %s", subscriptions, kind)
	dir, err := b.makeDir("watch")
	if err != nil {
		return nil, err
	}
	child, err := b.children.Start(ctx, roleWatch, fmt.Sprint("watch ", kind, " ", subscriptions), watchArgs{
		Kind: kind, Dir: dir, Subscriptions: subscriptions,
		Heartbeats: b.scale.heartbeats, Idle: b.scale.idle, Forgotten: b.scale.forgotten, Collections: b.scale.collections, Due: b.scale.due,
	}, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, child.End()) }()
	var r watchResult
	return &r, child.Do(commandWatch, nil, &r)
}

// watchRows compares a manager with goroutines, which is only done for the same
// number of subscriptions.
func watchRows(store string, subscriptions int, r, goroutines *watchResult, s scale) []report.Row {
	ours := func(v float64) report.Figure { return report.Figure{Of: "ours", Value: v} }
	usual := func(v float64) report.Figure {
		if subscriptions != s.watched[0] {
			return report.Figure{}
		}
		return report.Figure{Of: onGoroutines, Value: v}
	}
	none := report.Figure{}
	path := store + ", " + thousands(subscriptions) + ": "
	row := func(what string, unit report.Unit, v float64, u, floor report.Figure, targets ...report.Target) report.Row {
		return report.NewRow(path+what, unit, ours(v), u, floor, targets...)
	}
	var collection []report.Target
	if store == onSQLite { // elsewhere the store's own rows are what is gone through
		collection = []report.Target{report.AtMost(report.Itself, 0.005)}
	}
	few, many := s.due[0], s.due[len(s.due)-1]
	return []report.Row{
		row("memory each", report.Bytes, r.Memory, usual(goroutines.Memory), none, report.AtMost(report.Itself, 300)),
		row("idle", report.Percent, r.Idle, usual(goroutines.Idle), none, report.AtMost(report.Itself, 0.1)),
		row("garbage collection", report.Seconds, r.Collection, usual(goroutines.Collection), none, collection...),
		row("start", report.Seconds, r.Start, none, report.Figure{Of: "List", Value: r.List}),
		row("first heartbeat, CPU", report.Seconds, r.First, none, report.Figure{Of: "Append", Value: r.Append}),
		row("heartbeat, CPU", report.Seconds, r.Heartbeat, usual(goroutines.Heartbeat), report.Figure{Of: "Append", Value: r.Append}),
		row("empty sweep", report.Seconds, r.Empty, none, none),
		row(fmt.Sprintf("sweep of %s due", thousands(many)), report.Seconds, r.Sweeps[many], none,
			report.Figure{Of: fmt.Sprintf("of %d", few), Value: r.Sweeps[few]}, report.AtMost(report.VsFloor, 2)),
	}
}

// thousands writes 100000 as 100,000.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
