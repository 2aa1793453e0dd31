package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ewspush/ewspush/internal/bench/process"
	"github.com/ewspush/ewspush/internal/bench/report"
)

// eventsOf30KB is how many events make a body of 30 KB.
const eventsOf30KB = 60

// flooded is one turn of a server.
type flooded struct {
	rate float64 // requests a second
	cpu  float64 // seconds of the server's process for each
}

func (f flooded) byRate() float64 { return f.rate }
func (f flooded) byCPU() float64  { return f.cpu }

func measureHTTP(ctx context.Context, b *bench) (_ *report.Table, err error) {
	t := &report.Table{Notes: []string{
		"Requests a second over keep-alive connections, and the CPU time of the server's process for each; the load comes from " +
			"a process of its own on the same machine. What PostgreSQL's processes use is not counted. The floor is net/http reading " +
			"the body and giving a fixed answer, or our handler over the append to a file.",
	}}
	small := []string{bare, onlyXML, decoded, appended, onMemory, onSQLite, naive}
	dsn := ""
	cluster, err := startPostgres(ctx)
	if err != nil {
		return nil, err
	}
	if cluster != nil {
		defer func() { err = errors.Join(err, cluster.Close()) }()
		dsn = cluster.DSN()
		small = append(small, onPostgres)
	} else {
		t.Notes = append(t.Notes, noPostgres)
	}
	r, err := raceReceivers(ctx, b, small, serveArgs{DSN: dsn}, 2)
	if err != nil {
		return nil, err
	}
	t.Rows = append(t.Rows, r.rate("2 events, decoded only", decoded, onlyXML, bare))
	t.Rows = append(t.Rows, r.both("2 events, memstore", onMemory, naive,
		[]report.Target{report.AtLeast(report.VsFloor, 0.85)}, report.AtMost(report.VsFloor, 1.2))...)
	t.Rows = append(t.Rows, r.both("2 events, SQLite", onSQLite, naive,
		[]report.Target{report.AtLeast(report.VsFloor, 0.45), report.AtLeast(report.VsUsual, 8)})...)
	t.Rows = append(t.Rows, r.rate("2 events, SQLite", onSQLite, "", appended, report.AtLeast(report.VsFloor, 0.80)))
	if cluster != nil {
		t.Rows = append(t.Rows, r.both("2 events, PostgreSQL", onPostgres, naive,
			[]report.Target{report.AtLeast(report.VsFloor, 0.40), report.AtLeast(report.VsUsual, 8)})...)
		t.Rows = append(t.Rows, r.rate("2 events, PostgreSQL", onPostgres, "", appended, report.AtLeast(report.VsFloor, 0.75)))
	}
	slow := serveArgs{Slower: b.scale.slower}
	if r, err = raceReceivers(ctx, b, []string{appended, onSQLite, naive}, slow, 2); err != nil {
		return nil, err
	}
	t.Rows = append(t.Rows, r.rate(fmt.Sprintf("2 events, SQLite, flushes %v longer", b.scale.slower), onSQLite, naive, appended,
		report.AtLeast(report.VsFloor, 0.80), report.AtLeast(report.VsUsual, 8)))
	if r, err = raceReceivers(ctx, b, []string{bare, onlyXML, decoded, onMemory}, serveArgs{}, eventsOf30KB); err != nil {
		return nil, err
	}
	t.Rows = append(t.Rows, r.rate("30 KB, decoded only", decoded, onlyXML, bare))
	t.Rows = append(t.Rows, r.both("30 KB, memstore", onMemory, onlyXML,
		[]report.Target{report.AtLeast(report.VsFloor, 0.60)})...)
	return t, nil
}

// floods are the turns of the servers.
type floods map[string][]flooded

// rate compares requests a second.
func (f floods) rate(path, ours, usual, floor string, targets ...report.Target) report.Row {
	return f.row(path+", requests", report.PerSecond, flooded.byRate, ours, usual, floor, targets)
}

// both compares requests a second and CPU time, with bare as the floor.
func (f floods) both(path, ours, usual string, rate []report.Target, cpu ...report.Target) []report.Row {
	return []report.Row{
		f.rate(path, ours, usual, bare, rate...),
		f.row(path+", CPU", report.Seconds, flooded.byCPU, ours, usual, bare, cpu),
	}
}

func (f floods) row(
	path string, unit report.Unit, figure func(flooded) float64, ours, usual, floor string, targets []report.Target,
) report.Row {
	return report.NewPairedRow(path, unit, samples(f[ours], figure),
		usual, samples(f[usual], figure), floor, samples(f[floor], figure), targets...)
}

// raceReceivers floods one server of each kind in turn; the rest of what they
// are told is common to them.
func raceReceivers(ctx context.Context, b *bench, kinds []string, common serveArgs, events int) (_ floods, err error) {
	load, err := b.children.Start(ctx, roleLoad, "load", nil, nil)
	if err != nil {
		return nil, err
	}
	// Whoever starts later ends first, so that connections end at the load's side.
	var children []*process.Child
	defer func() {
		err = errors.Join(err, load.End())
		for _, c := range children {
			err = errors.Join(err, c.End())
		}
	}()
	var contenders []contender[flooded]
	for _, kind := range kinds {
		b.say("http: %d events, starting %s", events, kind)
		dir, err := b.makeDir("serve")
		if err != nil {
			return nil, err
		}
		var at address
		serve := common
		serve.Kind, serve.Dir, serve.Keys = kind, dir, b.scale.connections
		server, err := b.children.Start(ctx, roleServe, fmt.Sprint(kind, " ", events, " events"), serve, &at)
		if err != nil {
			return nil, err
		}
		children = append(children, server)
		args := loadArgs{Name: kind, Address: at, Events: events, Connections: b.scale.connections, For: b.scale.turn}
		if err := load.Do(commandConnect, args, nil); err != nil {
			return nil, err
		}
		args.Address = address{}
		contenders = append(contenders, contender[flooded]{kind, func(context.Context) (flooded, error) {
			return flood(server, load, args)
		}})
	}
	b.say("http: %d events, %d servers in turn", events, len(kinds))
	return race(ctx, b.scale.rounds, contenders)
}

// flood is one turn of a server.
func flood(server, load *process.Child, args loadArgs) (flooded, error) {
	if err := errors.Join(server.Do(commandTidy, nil, nil), server.Collect(), load.Collect()); err != nil {
		return flooded{}, err
	}
	before, err := server.Usage()
	if err != nil {
		return flooded{}, err
	}
	var r loadResult
	if err := load.Do(commandFlood, args, &r); err != nil {
		return flooded{}, err
	}
	after, err := server.Usage()
	if err != nil {
		return flooded{}, err
	}
	return flooded{r.rate(), (after.CPU - before.CPU).Seconds() / float64(max(r.Requests, 1))}, nil
}
