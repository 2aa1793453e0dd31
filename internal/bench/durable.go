package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ewspush/ewspush/subscribe"

	"github.com/ewspush/ewspush/internal/bench/process"
	"github.com/ewspush/ewspush/internal/bench/report"
)

// durable is somewhere to keep notifications for good.
type durable struct {
	name    string
	append  func(ctx context.Context, caller int, seq int64) error
	written func(ctx context.Context) (int64, error) // bytes so far
	seqs    []int64                                  // by caller
}

// kept is one turn of a durable.
type kept struct{ rate, written float64 }

func (k kept) byRate() float64    { return k.rate }
func (k kept) byWritten() float64 { return k.written }

// ofEach is the name of one commit for each notification.
const ofEach = "one commit each"

func measureDurable(ctx context.Context, b *bench) (_ *report.Table, err error) {
	t := &report.Table{Notes: []string{
		"Notifications of 2 events, recorded by so many callers at a time, each for keys of its own, without HTTP. The floor appends " +
			"to a file and calls fdatasync once for all that wait. Written: what the kernel counts for the process, or the growth of " +
			"PostgreSQL's log, pages written later by its checkpointer not counted.",
	}}
	data, err := packetOf(2)
	if err != nil {
		return nil, err
	}
	all, closeAll, err := durables(ctx, b, t, data)
	defer func() { err = errors.Join(err, closeAll()) }()
	if err != nil {
		return nil, err
	}
	rows := make(map[string][]report.Row)
	for _, callers := range b.scale.callers {
		b.say("durable: %d callers", callers)
		var contenders []contender[kept]
		for _, d := range all {
			contenders = append(contenders, contender[kept]{d.name, func(ctx context.Context) (kept, error) {
				return d.turn(ctx, callers, b.scale.turn/2)
			}})
		}
		results, err := race(ctx, b.scale.rounds, contenders)
		if err != nil {
			return nil, err
		}
		for _, db := range []struct {
			name  string
			floor float64 // least part of the floor's rate
		}{{onSQLite, 0.45}, {onPostgres, 0.40}} {
			if results[db.name] == nil {
				continue
			}
			rows[db.name] = append(rows[db.name], durableRows(db.name, db.floor, callers, results)...)
		}
	}
	t.Rows = append(rows[onSQLite], rows[onPostgres]...)
	return t, nil
}

func durableRows(name string, floor float64, callers int, results map[string][]kept) []report.Row {
	var rate, bytes []report.Target
	if callers == 64 {
		rate = []report.Target{report.AtLeast(report.VsFloor, floor), report.AtLeast(report.VsUsual, 10)}
		bytes = []report.Target{report.AtMost(report.Itself, 2500)}
	}
	ours, each := results[name], results[name+ofEach]
	rows := []report.Row{report.NewPairedRow(fmt.Sprintf("%s, callers: %d", name, callers), report.PerSecond,
		samples(ours, kept.byRate), ofEach, samples(each, kept.byRate),
		appended, samples(results[appended], kept.byRate), rate...)}
	if callers == 64 || callers == 1 {
		rows = append(rows, report.NewPairedRow(fmt.Sprintf("%s, callers: %d, written", name, callers), report.Bytes,
			samples(ours, kept.byWritten), ofEach, samples(each, kept.byWritten), "", nil, bytes...))
	}
	return rows
}

// durables opens all of them.
func durables(ctx context.Context, b *bench, t *report.Table, data []byte) (all []*durable, closeAll func() error, err error) {
	var closers []func() error
	closeAll = func() error {
		var err error
		for _, closer := range slices.Backward(closers) {
			err = errors.Join(err, closer())
		}
		return err
	}
	most := slices.Max(b.scale.callers)
	keys := make([]string, most)
	for i := range keys {
		keys[i] = keyOf(i)
	}
	add := func(name string, written func(context.Context) (int64, error), do func(ctx context.Context, caller int, seq int64) error) {
		all = append(all, &durable{name: name, append: do, written: written, seqs: make([]int64, most)})
	}
	each := func(e *eachCommitted) func(context.Context, int, int64) error {
		return func(ctx context.Context, caller int, seq int64) error { return e.append(ctx, keys[caller], seq, data) }
	}
	dir, err := b.makeDir("durable")
	if err != nil {
		return nil, closeAll, err
	}

	file, err := newFloor(dir)
	if err != nil {
		return nil, closeAll, err
	}
	closers = append(closers, file.close)
	add(appended, ownWritten, func(context.Context, int, int64) error { return file.append(data) })

	db, store, err := sqliteStore(ctx, dir)
	if err != nil {
		return nil, closeAll, err
	}
	closers = append(closers, db.Close)
	add(onSQLite, ownWritten, storeAppend(store, keys, data))
	table, err := naiveSQLite(ctx, dir)
	if err != nil {
		return nil, closeAll, err
	}
	closers = append(closers, table.close)
	add(onSQLite+ofEach, ownWritten, each(table))

	cluster, err := startPostgres(ctx)
	if err != nil {
		return nil, closeAll, err
	}
	if cluster == nil {
		t.Notes = append(t.Notes, noPostgres)
		return all, closeAll, nil
	}
	closers = append(closers, cluster.Close)
	pool, store, err := postgresStore(ctx, cluster.DSN(), tableSchema)
	if err != nil {
		return nil, closeAll, err
	}
	closers = append(closers, pool.Close)
	wal := func(ctx context.Context) (n int64, err error) {
		err = pool.QueryRowContext(ctx, "SELECT pg_current_wal_lsn() - '0/0'").Scan(&n)
		return n, err
	}
	add(onPostgres, wal, storeAppend(store, keys, data))
	if table, err = naivePostgres(ctx, cluster.DSN()); err != nil {
		return nil, closeAll, err
	}
	closers = append(closers, table.close)
	add(onPostgres+ofEach, wal, each(table))
	return all, closeAll, nil
}

// storeAppend has the keys made beforehand, as the floor needs none.
func storeAppend(store subscribe.Store, keys []string, data []byte) func(context.Context, int, int64) error {
	return func(ctx context.Context, caller int, seq int64) error {
		key := keys[caller]
		return store.Append(ctx, subscribe.Entry{
			Key: key, Seq: seq, Shard: subscribe.ShardOf(key), At: time.Now(), Data: data,
		})
	}
}

// ownWritten is what this process has written.
func ownWritten(context.Context) (int64, error) {
	u, err := process.UsageNow()
	return u.Written, err
}

// turn has so many callers append for some time.
func (d *durable) turn(ctx context.Context, callers int, duration time.Duration) (kept, error) {
	before, err := d.written(ctx)
	if err != nil {
		return kept{}, err
	}
	begin, counts, errs := time.Now(), make([]int, callers), make([]error, callers)
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for errs[c] == nil && time.Since(begin) < duration {
				d.seqs[c]++
				errs[c] = d.append(ctx, c, d.seqs[c])
				counts[c]++
			}
		})
	}
	wg.Wait()
	elapsed, n := time.Since(begin), 0
	for _, count := range counts {
		n += count
	}
	after, err := d.written(ctx)
	if err := errors.Join(append(errs, err)...); err != nil {
		return kept{}, err
	}
	return kept{float64(n) / elapsed.Seconds(), float64(after-before) / float64(n)}, nil
}
