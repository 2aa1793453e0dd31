package crash

import (
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

var (
	crashFor  = flag.Duration("crash.for", 10*time.Second, "how long people make changes and processes are killed")
	crashSeed = flag.Uint64("crash.seed", 0, "seed of what happens when; 0 is a new one each time")
	crashLogs = flag.String("crash.logs", "", "`directory` to keep the logs and the diary in")
)

// TestMain makes this binary the application when it was started by a test.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(runChild(role))
	}
	os.Exit(m.Run())
}

// seed returns the seed of a test, and says how to use it again. It decides
// what is done and how long the pauses are; when that meets what the processes
// do is up to the machine.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := *crashSeed
	for s == 0 {
		s = rand.Uint64()
	}
	t.Logf("seed %d: go test ./crash -run '^%s$' -v -crash.for=%v -crash.seed=%d", s, t.Name(), *crashFor, s)
	return s
}
