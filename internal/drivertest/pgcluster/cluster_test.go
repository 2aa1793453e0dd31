package pgcluster

import (
	"database/sql"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
)

func TestCluster(t *testing.T) {
	c := Start(t, nil)
	db, err := sql.Open("pgx", c.DSN())
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	for _, statement := range []string{"CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)"} {
		_, err = db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	for _, end := range []func() error{c.Stop, c.Crash} {
		require.NoError(t, end())
		require.Error(t, end(), "it is not running any more")
		require.Error(t, db.PingContext(t.Context()), "nobody answers")
		require.NoError(t, c.Start(t.Context()))
		require.Error(t, c.Start(t.Context()), "it is running already")
		var n int
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT n FROM t").Scan(&n))
		require.Equal(t, 1, n)
	}
	var sync string
	require.NoError(t, db.QueryRowContext(t.Context(), "SHOW fsync").Scan(&sync))
	require.Equal(t, "on", sync)
	require.NoError(t, c.Close())
	require.NoDirExists(t, c.Dir())
}

func TestSettings(t *testing.T) {
	c := Start(t, &Options{NoSync: true, Settings: map[string]string{"max_connections": "7"}})
	db, err := sql.Open("pgx", c.DSN("application_name=test"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	for setting, want := range map[string]string{"fsync": "off", "max_connections": "7", "application_name": "test"} {
		var got string
		require.NoError(t, db.QueryRowContext(t.Context(), "SHOW "+setting).Scan(&got))
		require.Equal(t, want, got, setting)
	}
}

func TestStartFails(t *testing.T) {
	Require(t)
	_, err := New(t.Context(), &Options{Settings: map[string]string{"no_such_setting": "1"}})
	require.ErrorContains(t, err, "no_such_setting", "what the server says is in the error")
}

func TestSweep(t *testing.T) {
	parent := t.TempDir()
	dead, alive, other := parent+"/"+dirPrefix+"999999999-1", parent+"/"+dirPrefix+"1-1", parent+"/other"
	for _, dir := range []string{dead, alive, other} {
		require.NoError(t, os.MkdirAll(dir+"/data", 0o700))
	}
	sweep(parent)
	require.NoDirExists(t, dead)
	require.DirExists(t, alive)
	require.DirExists(t, other)
}
