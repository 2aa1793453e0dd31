package crash

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sabotaged is a PostgreSQL database whose transactions fail at their commit:
// a deferred constraint is checked there and nowhere else.
type sabotaged struct {
	t  *testing.T
	db *sql.DB
}

// sabotage puts the constraint on every table that the stores have made.
func sabotage(t *testing.T, db *sql.DB) *sabotaged {
	t.Helper()
	s := &sabotaged{t, db}
	s.exec(`CREATE TABLE sabotage (every bigint NOT NULL)`)
	s.exec(`INSERT INTO sabotage VALUES (0)`)
	s.exec(`CREATE FUNCTION sabotage() RETURNS trigger LANGUAGE plpgsql AS $$
		DECLARE n bigint;
		BEGIN
			SELECT every INTO n FROM sabotage;
			IF n > 0 AND txid_current() % n = 0 THEN
				RAISE EXCEPTION 'the disk has a bad day' USING ERRCODE = 'io_error';
			END IF;
			RETURN NULL;
		END $$`)
	var names string
	err := db.QueryRowContext(t.Context(),
		`SELECT string_agg(tablename, ' ') FROM pg_tables WHERE tablename LIKE 'ewspush\_%'`).Scan(&names)
	require.NoError(t, err)
	tables := strings.Fields(names)
	require.NotEmpty(t, tables)
	for _, table := range tables {
		s.exec(strings.ReplaceAll(`CREATE CONSTRAINT TRIGGER sabotage AFTER INSERT OR UPDATE OR DELETE ON "?"
			DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sabotage()`, "?", table))
	}
	return s
}

func (s *sabotaged) exec(query string, args ...any) {
	s.t.Helper()
	_, err := s.db.ExecContext(s.t.Context(), query, args...)
	require.NoError(s.t, err)
}

// every lets every n-th transaction that writes fail; 0: none.
func (s *sabotaged) every(n int) { s.exec(`UPDATE sabotage SET every = $1`, n) }

// cut cuts the busy connections of an application, and returns how many there
// were.
func (s *sabotaged) cut(application string) int {
	s.t.Helper()
	var n int
	err := s.db.QueryRowContext(s.t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE application_name = $1 AND state <> 'idle'`, application).Scan(&n)
	require.NoError(s.t, err)
	return n
}
