package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// ErrAbsent: PostgreSQL is not installed.
var ErrAbsent = errors.New("pgcluster: PostgreSQL is not installed (on Debian: apt-get install postgresql)")

// bindir returns the directory of the newest installed server.
func bindir() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		file, err := exec.LookPath("postgres")
		if err != nil {
			return "", ErrAbsent
		}
		return filepath.Dir(file), nil
	}
	version := func(file string) int {
		n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(file))))
		if err != nil {
			return 0
		}
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// Require skips a test, by name, where PostgreSQL is not installed; with
// CI=true in the environment it fails it.
func Require(tb testing.TB) {
	tb.Helper()
	_, err := bindir()
	switch {
	case err == nil:
	case errors.Is(err, ErrAbsent) && os.Getenv("CI") != "true":
		tb.Skip(err)
	default:
		tb.Fatal(fmt.Errorf("CI=true: %w", err))
	}
}
