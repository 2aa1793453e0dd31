package crash

import (
	"path/filepath"
	"testing"
)

// One application on SQLite, killed and started again.
func TestSQLite(t *testing.T) {
	dir := workDir(t)
	w := newWorld(t, sqliteFile(filepath.Join(dir, "store.db")), dir)
	w.add("application", true, true)
	w.run(*crashFor)
}
