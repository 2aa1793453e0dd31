package crash

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// One application on SQLite, killed and started again.
func TestSQLite(t *testing.T) {
	dir := workDir(t)
	w := newWorld(t, sqliteFile(filepath.Join(dir, "store.db")), dir)
	w.add("application", true, true)
	w.run(*crashFor)
}

// Three replicas on PostgreSQL, each of which may receive, behind one address:
// killed, paused for longer than their lease, and started again. The database
// crashes now and then as well.
func TestReplicas(t *testing.T) {
	cluster := pgcluster.Start(t, nil)
	w := newWorld(t, postgres(cluster), workDir(t))
	w.worries = append(w.worries, func(ctx context.Context, rnd *rand.Rand) {
		for sleep(ctx, time.Duration(2000+rnd.IntN(8000))*time.Millisecond) {
			w.fates.count("crashes of the database")
			if err := cluster.Crash(); err != nil {
				t.Error(err)
			}
			sleep(ctx, time.Duration(rnd.IntN(2000))*time.Millisecond)
			if err := cluster.Start(context.WithoutCancel(ctx)); err != nil {
				t.Error(err)
			}
		}
	})
	for _, name := range []string{"a", "b", "c"} {
		w.add(name, true, true)
	}
	w.run(*crashFor)
}

// Three replicas that only work, and a process that only receives, as in a DMZ.
func TestReplicasAndReceiver(t *testing.T) {
	w := newWorld(t, postgres(pgcluster.Start(t, nil)), workDir(t))
	for _, name := range []string{"a", "b", "c"} {
		w.add(name, true, false)
	}
	w.add("receiver", false, true)
	w.run(*crashFor)
}
