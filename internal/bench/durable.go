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
	o, err := openFileAndSQLite(ctx, b, data, 0)
	defer func() { err = errors.Join(err, o.close()) }()
	if err != nil {
		return nil, err
	}
	if err := o.addPostgres(ctx, t, data); err != nil {
		return nil, err
	}
	rows := make(map[string][]report.Row)
	for _, callers := range b.scale.callers {
		b.say("durable: %d callers", callers)
		results, err := raceDurables(ctx, b, o.all, callers)
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
			rows[db.name] = append(rows[db.name], durableRows(db.name, "", db.floor, callers, results)...)
		}
	}
	t.Rows = append(rows[onSQLite], rows[onPostgres]...)
	slow, err := slowRows(ctx, b, data)
	t.Rows = append(t.Rows, slow...)
	t.Notes = append(t.Notes, slowNote)
	return t, err
}

// slowNote says what a slow disk is.
const slowNote = "Where flushes are longer, each commit and each flush of a file takes that much longer than this disk needs, " +
	"as on disks that write what they are told to; what checkpoints flush takes no longer."

// slowRows are the most usual number of callers on a slow disk.
func slowRows(ctx context.Context, b *bench, data []byte) (_ []report.Row, err error) {
	callers := min(64, slices.Max(b.scale.callers))
	b.say("durable: %d callers, flushes %v longer", callers, b.scale.slower)
	o, err := openFileAndSQLite(ctx, b, data, b.scale.slower)
	defer func() { err = errors.Join(err, o.close()) }()
	if err != nil {
		return nil, err
	}
	results, err := raceDurables(ctx, b, o.all, callers)
	if err != nil {
		return nil, err
	}
	return durableRows(onSQLite, fmt.Sprintf(", flushes %v longer", b.scale.slower), 0.45, callers, results)[:1], nil
}

// raceDurables gives each of them its turns.
func raceDurables(ctx context.Context, b *bench, all []*durable, callers int) (map[string][]kept, error) {
	var contenders []contender[kept]
	for _, d := range all {
		contenders = append(contenders, contender[kept]{d.name, func(ctx context.Context) (kept, error) {
			return d.turn(ctx, callers, b.scale.turn/2)
		}})
	}
	return race(ctx, b.scale.rounds, contenders)
}

func durableRows(name, disk string, floor float64, callers int, results map[string][]kept) []report.Row {
	var rate, bytes []report.Target
	if callers == 64 {
		rate = []report.Target{report.AtLeast(report.VsFloor, floor), report.AtLeast(report.VsUsual, 10)}
		bytes = []report.Target{report.AtMost(report.Itself, 2500)}
	}
	ours, each := results[name], results[name+ofEach]
	rows := []report.Row{report.NewPairedRow(fmt.Sprintf("%s%s, callers: %d", name, disk, callers), report.PerSecond,
		samples(ours, kept.byRate), ofEach, samples(each, kept.byRate),
		appended, samples(results[appended], kept.byRate), rate...)}
	if callers == 64 || callers == 1 {
		rows = append(rows, report.NewPairedRow(fmt.Sprintf("%s, callers: %d, written", name, callers), report.Bytes,
			samples(ours, kept.byWritten), ofEach, samples(each, kept.byWritten), "", nil, bytes...))
	}
	return rows
}

// opened are some of them, and what they are closed with.
type opened struct {
	all     []*durable
	keys    []string
	closers []func() error
}

func (o *opened) close() error {
	var err error
	for _, closer := range slices.Backward(o.closers) {
		err = errors.Join(err, closer())
	}
	return err
}

func (o *opened) add(name string, written func(context.Context) (int64, error), do func(ctx context.Context, caller int, seq int64) error) {
	o.all = append(o.all, &durable{name: name, append: do, written: written, seqs: make([]int64, len(o.keys))})
}

func (o *opened) addEach(name string, written func(context.Context) (int64, error), e *eachCommitted, data []byte) {
	o.add(name, written, func(ctx context.Context, caller int, seq int64) error {
		return e.append(ctx, o.keys[caller], seq, data)
	})
}

// openFileAndSQLite opens those on a disk that is slower by so much than this one. What it
// returns is to be closed, after an error as well.
func openFileAndSQLite(ctx context.Context, b *bench, data []byte, slower time.Duration) (*opened, error) {
	o := &opened{keys: make([]string, slices.Max(b.scale.callers))}
	for i := range o.keys {
		o.keys[i] = keyOf(i)
	}
	dir, err := b.makeDir("durable")
	if err != nil {
		return o, err
	}
	file, err := newFloor(dir, slower)
	if err != nil {
		return o, err
	}
	o.closers = append(o.closers, file.close)
	o.add(appended, ownWritten, func(context.Context, int, int64) error { return file.append(data) })

	db, store, err := sqliteStore(ctx, dir, slower)
	if err != nil {
		return o, err
	}
	o.closers = append(o.closers, db.Close)
	o.add(onSQLite, ownWritten, storeAppend(store, o.keys, data))
	table, err := naiveSQLite(ctx, dir, slower)
	if err != nil {
		return o, err
	}
	o.closers = append(o.closers, table.close)
	o.addEach(onSQLite+ofEach, ownWritten, table, data)
	return o, nil
}

// addPostgres opens those on PostgreSQL, if it is installed.
func (o *opened) addPostgres(ctx context.Context, t *report.Table, data []byte) error {
	cluster, err := startPostgres(ctx)
	if err != nil {
		return err
	}
	if cluster == nil {
		t.Notes = append(t.Notes, noPostgres)
		return nil
	}
	o.closers = append(o.closers, cluster.Close)
	pool, store, err := postgresStore(ctx, cluster.DSN(), tableSchema)
	if err != nil {
		return err
	}
	o.closers = append(o.closers, pool.Close)
	wal := func(ctx context.Context) (n int64, err error) {
		err = pool.QueryRowContext(ctx, "SELECT pg_current_wal_lsn() - '0/0'").Scan(&n)
		return n, err
	}
	o.add(onPostgres, wal, storeAppend(store, o.keys, data))
	table, err := naivePostgres(ctx, cluster.DSN())
	if err != nil {
		return err
	}
	o.closers = append(o.closers, table.close)
	o.addEach(onPostgres+ofEach, wal, table, data)
	return nil
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
