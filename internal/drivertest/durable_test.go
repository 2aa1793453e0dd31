package drivertest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// notification is a real one, of two events.
func notification(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "rooms-2020-body.xml"))
	require.NoError(tb, err)
	return data
}

// BenchmarkDurableAppend compares Append with two others on the same disk in
// the same run, in turn: with the floor, an append to a file and one fdatasync
// for all that wait; and with one commit for each. It reports the ratios of
// the rates, and what is written for one notification.
func BenchmarkDurableAppend(b *testing.B) {
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("SQLite/%d", clients), func(b *testing.B) { benchSQLite(b, clients) })
	}
	cluster := pgcluster.Start(b, nil)
	for _, clients := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("PostgreSQL/%d", clients), func(b *testing.B) { benchPostgres(b, cluster, clients) })
	}
}

// appender appends one notification of one client.
type appender func(ctx context.Context, client int, seq int64) error

func benchSQLite(b *testing.B, clients int) {
	b.Helper()
	data := notification(b)
	db := openSQLite(b, filepath.Join(b.TempDir(), "store.db"), durable)
	store, err := sqlstore.OpenSQLite(b.Context(), db, nil)
	require.NoError(b, err)
	single := openSQLite(b, filepath.Join(b.TempDir(), "single.db"), durable)
	compare(b, clients, data, store, written, eachCommitted(b, single, data,
		"CREATE TABLE journal (id INTEGER PRIMARY KEY, key TEXT NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL)",
		"INSERT INTO journal (key, seq, data) VALUES (?1, ?2, ?3)"))
}

func benchPostgres(b *testing.B, cluster *pgcluster.Cluster, clients int) {
	b.Helper()
	data := notification(b)
	db := openPostgres(b, cluster.DSN())
	schema := fmt.Sprintf("bench%d_%d", clients, time.Now().UnixNano())
	store, err := sqlstore.OpenPostgres(b.Context(), db, &sqlstore.Options{Schema: schema})
	require.NoError(b, err)
	single := openPostgres(b, cluster.DSN())
	single.SetMaxOpenConns(64)
	single.SetMaxIdleConns(64)
	wal := func(tb testing.TB) (n int64) {
		tb.Helper()
		require.NoError(tb, db.QueryRowContext(tb.Context(), "SELECT pg_current_wal_lsn() - '0/0'").Scan(&n))
		return n
	}
	compare(b, clients, data, store, wal, eachCommitted(b, single, data,
		"CREATE TABLE "+schema+".journal (id bigserial, key text NOT NULL, seq bigint NOT NULL, data bytea NOT NULL)",
		"INSERT INTO "+schema+".journal (key, seq, data) VALUES ($1, $2, $3)"))
}

// eachCommitted is the plain way.
func eachCommitted(b *testing.B, db *sql.DB, data []byte, create, insert string) appender {
	b.Helper()
	_, err := db.ExecContext(b.Context(), create)
	require.NoError(b, err)
	stmt, err := db.PrepareContext(b.Context(), insert)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, stmt.Close()) })
	return func(ctx context.Context, client int, seq int64) error {
		_, err := stmt.ExecContext(ctx, key(client), seq, data)
		return err
	}
}

// rounds is in how many parts the three are compared: the disk has moods.
const rounds = 8

func compare(
	b *testing.B, clients int, data []byte, store subscribe.Store, bytes func(testing.TB) int64, single appender,
) {
	b.Helper()
	file := newFloor(b)
	seqs := make([]int64, clients)
	ours := func(ctx context.Context, client int, _ int64) error {
		seqs[client]++
		return store.Append(ctx, subscribe.Entry{
			Key: key(client), Seq: seqs[client], Shard: subscribe.ShardOf(key(client)), At: time.Now(), Data: data,
		})
	}
	floor := func(context.Context, int, int64) error { return file.append(data) }

	var floorRate, singleRate, storeRate rate
	var wrote int64
	b.StopTimer()
	for done := 0; done < b.N; {
		n := min(max(clients, b.N/rounds), max(clients, b.N-done))
		floorRate.measure(b, clients, n, floor)
		// Enough for a rate; it would take most of the time otherwise.
		singleRate.measure(b, clients, max(clients, n/10), single)
		before := bytes(b)
		b.StartTimer()
		storeRate.measure(b, clients, n, ours)
		b.StopTimer()
		wrote += bytes(b) - before
		done += n
	}
	b.ReportMetric(storeRate.perSecond()/floorRate.perSecond(), "of-floor")
	b.ReportMetric(storeRate.perSecond()/singleRate.perSecond(), "x-single-commits")
	b.ReportMetric(storeRate.perSecond(), "appends/s")
	b.ReportMetric(float64(wrote)/float64(storeRate.n), "written-B/op")
}

// rate is how many appends there were in which time.
type rate struct {
	n    int
	time time.Duration
}

func (r *rate) perSecond() float64 { return float64(r.n) / r.time.Seconds() }

// measure has n appends made by so many clients at a time.
func (r *rate) measure(b *testing.B, clients, n int, do appender) {
	b.Helper()
	var wg sync.WaitGroup
	errs := make([]error, clients)
	start := time.Now()
	each := (n + clients - 1) / clients
	for c := range clients {
		wg.Go(func() {
			for i := 0; i < each && errs[c] == nil; i++ {
				errs[c] = do(b.Context(), c, int64(i))
			}
		})
	}
	wg.Wait()
	r.time += time.Since(start)
	r.n += each * clients
	for _, err := range errs {
		require.NoError(b, err)
	}
}

func key(client int) string { return fmt.Sprintf("room-%d@example.com", client) }

// written is how many bytes this process has caused to be written to disk,
// where the system tells.
func written(tb testing.TB) (n int64) {
	tb.Helper()
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "write_bytes: "); ok {
			_, err := fmt.Sscan(value, &n)
			require.NoError(tb, err)
		}
	}
	return n
}
