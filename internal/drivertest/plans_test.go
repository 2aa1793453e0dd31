package drivertest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// TestSQLitePlans asks the planner about every statement of the store: nothing
// goes through a whole table, except through those that hold one row.
func TestSQLitePlans(t *testing.T) {
	db, h := openHooked(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "store.db")+durable)
	_, err := sqlstore.OpenSQLite(t.Context(), db, nil)
	require.NoError(t, err)
	scan := regexp.MustCompile(`^SCAN (\w+)( USING (COVERING )?INDEX (\w+))?`)
	given := regexp.MustCompile(`^SCAN \d+(-ROW VALUES CLAUSE| CONSTANT ROWS)`)
	asked := 0
	for _, query := range h.queries() {
		verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
		switch strings.Fields(verb)[0] {
		case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		default:
			continue
		}
		if strings.Contains(query, "sqlite_master") || !strings.Contains(query, "?") && !strings.Contains(query, "max(id)") {
			continue
		}
		asked++
		for _, step := range plan(t, db, query) {
			found := scan.FindStringSubmatch(step)
			if found == nil {
				continue
			}
			switch table := found[1]; {
			case table == "CONSTANT", table == "shards", table == "f", table == "s", table == "k", table == "ewspush_state":
				// One row, 64 rows, or what was selected or given already.
			case given.MatchString(step):
			case strings.HasPrefix(step, "SCAN (subquery"), strings.HasPrefix(step, "SCAN found"):
			case table == "ewspush_rows" && strings.Contains(query, "ORDER BY key LIMIT"):
			default:
				t.Errorf("%s\n%s", step, query)
			}
		}
	}
	require.Greater(t, asked, 30)
	// What goes through a table would be noticed.
	require.Regexp(t, scan, plan(t, db, "SELECT count(*) FROM ewspush_rows WHERE data = ?1")[0])
}

// plan returns the steps of a query.
func plan(t *testing.T, db *sql.DB, query string) (steps []string) {
	t.Helper()
	args := make([]any, strings.Count(query, "?")) // more than enough
	numbers := regexp.MustCompile(`\?(\d)`).FindAllStringSubmatch(query, -1)
	most := 0
	for _, n := range numbers {
		var k int
		_, err := fmt.Sscan(n[1], &k)
		require.NoError(t, err)
		most = max(most, k)
	}
	if most == 0 {
		most = len(args) // without numbers
	}
	for i := range args {
		args[i] = 1
	}
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args[:most]...)
	require.NoError(t, err, query)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
		steps = append(steps, detail)
	}
	require.NoError(t, rows.Err())
	return steps
}

// idle is how many keys there are where nothing is due.
const idle = 100_000

// TestPostgresIdle: with 100,000 keys an idle sweep, and the search for work,
// read what they return and nothing else. The server itself counts.
func TestPostgresIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 100,000 keys")
	}
	cluster := pgcluster.Start(t, &pgcluster.Options{NoSync: true})
	db := openPostgres(t, cluster.DSN())
	store, err := sqlstore.OpenPostgres(t.Context(), db, &sqlstore.Options{NotDurable: true})
	require.NoError(t, err)
	now := time.Now()
	fillPostgres(t, db, now)

	few := []string{"idle-77", "idle-4711", "idle-99999"}
	for i, key := range few {
		row, err := store.Get(t.Context(), key)
		require.NoError(t, err)
		row.Due = now.Add(time.Duration(i) * time.Minute)
		_, err = store.Put(t.Context(), row)
		require.NoError(t, err)
		require.NoError(t, store.Append(t.Context(), entry(key, 2)))
	}
	// What goes through a table would be noticed.
	scanned, _ := touched(t, db, func(ctx context.Context) {
		var n int
		require.NoError(t, db.QueryRowContext(ctx, "SELECT count(data) FROM ewspush_rows").Scan(&n))
	})
	require.Equal(t, int64(idle), scanned)

	later := now.Add(10 * time.Minute)
	for name, call := range map[string]func(ctx context.Context) (int, error){
		"Due, one": func(ctx context.Context) (int, error) {
			rows, err := store.Due(ctx, subscribe.AllShards, now, 100)
			return len(rows) + len(few) - 1, err
		},
		"Due, few": func(ctx context.Context) (int, error) {
			rows, err := store.Due(ctx, subscribe.AllShards, later, 100)
			return len(rows), err
		},
		"Backlog": func(ctx context.Context) (int, error) {
			keys, err := store.Backlog(ctx, subscribe.AllShards, "", 100)
			return len(keys), err
		},
		"Prune": func(ctx context.Context) (int, error) {
			n, err := store.Prune(ctx, now, 1)
			return n + len(few) - 1, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			scanned, fetched := touched(t, db, func(ctx context.Context) {
				n, err := call(ctx)
				require.NoError(t, err)
				require.Equal(t, len(few), n)
			})
			require.LessOrEqual(t, scanned, int64(len(few)), "rows read by going through a table, of what has a backlog perhaps")
			require.Less(t, fetched, int64(100), "rows read through an index")
		})
	}
}

// TestPostgresMuch: where everything is due and has a backlog, the first page
// of it does not cost everything, though the planner has not been told yet.
func TestPostgresMuch(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 100,000 keys")
	}
	cluster := pgcluster.Start(t, &pgcluster.Options{NoSync: true})
	db := openPostgres(t, cluster.DSN())
	store, err := sqlstore.OpenPostgres(t.Context(), db, &sqlstore.Options{NotDurable: true})
	require.NoError(t, err)
	now := time.Now()
	fillPostgres(t, db, now)
	for _, statement := range []string{
		"INSERT INTO ewspush_backlog (shard, key) SELECT shard, key FROM ewspush_offsets", "DELETE FROM ewspush_offsets",
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	const page = 20
	for name, call := range map[string]func(ctx context.Context) (int, error){
		"Due": func(ctx context.Context) (int, error) {
			rows, err := store.Due(ctx, subscribe.AllShards, now.AddDate(0, 0, 2), page)
			return len(rows), err
		},
		"Due of a shard": func(ctx context.Context) (int, error) {
			rows, err := store.Due(ctx, 1<<7, now.AddDate(0, 0, 2), page)
			return len(rows), err
		},
		"Backlog": func(ctx context.Context) (int, error) {
			keys, err := store.Backlog(ctx, subscribe.AllShards, "", page)
			return len(keys), err
		},
		"Backlog of a shard": func(ctx context.Context) (int, error) {
			keys, err := store.Backlog(ctx, 1<<7, "idle-5", page)
			return len(keys), err
		},
		"List": func(ctx context.Context) (int, error) {
			rows, err := store.List(ctx, "idle-5", page)
			return len(rows), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			scanned, fetched := touched(t, db, func(ctx context.Context) {
				n, err := call(ctx)
				require.NoError(t, err)
				require.Equal(t, page, n)
			})
			require.Zero(t, scanned, "rows read by going through a table")
			require.LessOrEqual(t, fetched, int64(subscribe.NumShards*page+5*page), "rows read through an index")
		})
	}
}

// fillPostgres makes many keys, each with a row that is due tomorrow and one
// entry that has been handled.
func fillPostgres(t *testing.T, db *sql.DB, now time.Time) {
	t.Helper()
	shards := make(map[int][]string)
	for i := range idle {
		key := fmt.Sprint("idle-", i)
		shards[subscribe.ShardOf(key)] = append(shards[subscribe.ShardOf(key)], key)
	}
	for shard, keys := range shards {
		list := "{" + strings.Join(keys, ",") + "}"
		for _, statement := range []string{
			`INSERT INTO ewspush_rows (key, revision, shard, due, data)
				SELECT k, nextval('ewspush_revision'), $2, $3::bigint + 86400000000, 'state' FROM unnest($1::text[]) k`,
			`INSERT INTO ewspush_journal (key, seq, at, size, data)
				SELECT k, 1, $3::bigint - $2::bigint, 0, 'entry' FROM unnest($1::text[]) k`,
			`INSERT INTO ewspush_offsets (key, shard, handled, prune)
				SELECT k, $2, 1, nullif($3::bigint, $3::bigint) FROM unnest($1::text[]) k`,
		} {
			_, err := db.ExecContext(t.Context(), statement, list, shard, now.UnixMicro())
			require.NoError(t, err)
		}
	}
	_, err := db.ExecContext(t.Context(), "VACUUM ANALYZE")
	require.NoError(t, err)
}

// touched returns how many rows of the store's tables the server has read for a
// call, by going through tables and through indexes.
func touched(t *testing.T, db *sql.DB, call func(ctx context.Context)) (scanned, fetched int64) {
	t.Helper()
	count := func() (scanned, fetched int64) {
		conn, err := db.Conn(t.Context())
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
		// A connection reports when it ends a transaction, but at most once in a
		// while, unless it is told to.
		_, err = conn.ExecContext(t.Context(), "SELECT pg_stat_force_next_flush()")
		require.NoError(t, err)
		require.NoError(t, conn.QueryRowContext(t.Context(), `SELECT
			(SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables WHERE relname LIKE 'ewspush%'),
			(SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes WHERE relname LIKE 'ewspush%')`,
		).Scan(&scanned, &fetched))
		return scanned, fetched
	}
	db.SetMaxIdleConns(1) // one connection does it all, and reports
	db.SetMaxOpenConns(1)
	defer db.SetMaxOpenConns(16)
	s0, f0 := count()
	call(t.Context())
	s1, f1 := count()
	return s1 - s0, f1 - f0
}

// TestSQLiteIdle: the same on SQLite, where only the clock can tell, so many
// keys are compared with few.
func TestSQLiteIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 100,000 keys")
	}
	calls := map[string]func(ctx context.Context, store subscribe.Store) (int, error){
		"Due": func(ctx context.Context, store subscribe.Store) (int, error) {
			rows, err := store.Due(ctx, subscribe.AllShards, time.Unix(1<<30, 0), 100)
			return len(rows), err
		},
		"Backlog": func(ctx context.Context, store subscribe.Store) (int, error) {
			keys, err := store.Backlog(ctx, subscribe.AllShards, "", 100)
			return len(keys), err
		},
		"Prune": func(ctx context.Context, store subscribe.Store) (int, error) {
			return store.Prune(ctx, time.Now(), 100)
		},
	}
	few, many := idleSQLite(t, 100), idleSQLite(t, idle)
	for name, call := range calls {
		best := [2]time.Duration{time.Hour, time.Hour}
		for range 30 { // in turn: the machine has moods
			for i, db := range []*sql.DB{few, many} {
				// One that remembers nothing.
				store, err := sqlstore.OpenSQLite(t.Context(), db, nil)
				require.NoError(t, err)
				start := time.Now()
				n, err := call(t.Context(), store)
				best[i] = min(best[i], time.Since(start))
				require.NoError(t, err)
				require.Zero(t, n)
			}
		}
		t.Logf("%s: %v with 100 keys, %v with 100,000", name, best[0], best[1])
		require.Less(t, best[1], 10*best[0], name)
	}
}

// idleSQLite returns the database of a store of many keys, each with a row that
// is due some day and one entry that has been handled.
func idleSQLite(t *testing.T, keys int) *sql.DB {
	t.Helper()
	db := openSQLite(t, filepath.Join(t.TempDir(), "store.db"), durable)
	store, err := sqlstore.OpenSQLite(t.Context(), db, nil)
	require.NoError(t, err)
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	numbers := fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", keys)
	for _, statement := range []string{
		numbers + "INSERT INTO ewspush_rows (key, revision, shard, due, data) SELECT 'idle-' || i, i, i % 64, 1 << 60, 'state' FROM n",
		numbers + "INSERT INTO ewspush_log (id, key, seq, at, size, data) SELECT i, 'idle-' || i, 1, i, 0, 'entry' FROM n",
		"INSERT INTO ewspush_entries (key, seq, id, at) SELECT key, seq, id, at FROM ewspush_log ORDER BY key",
		"INSERT INTO ewspush_offsets (key, handled) SELECT key, 1 FROM ewspush_log ORDER BY key",
		"UPDATE ewspush_state SET folded = (SELECT max(id) FROM ewspush_log), revision = folded",
	} {
		_, err := tx.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
	tail, err := store.Tail(t.Context(), "idle-77")
	require.NoError(t, err)
	require.Equal(t, int64(1), tail.Seq)
	return db
}
