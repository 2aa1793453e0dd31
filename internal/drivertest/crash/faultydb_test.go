package crash

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// faults is what can be wrong with a database, as its driver reports it. It is
// a driver.Connector that stands before another driver.
type faults struct {
	driver driver.Driver
	dsn    string

	mu      sync.Mutex
	rnd     *rand.Rand
	full    bool    // an SQLite file cannot grow
	commits float64 // the part of all commits that fails
	refused int     // commits that failed and had no effect
	unknown int     // commits that failed and had taken effect
}

var (
	_ driver.Connector = (*faults)(nil)

	errCommit = errors.New("the disk has a bad day")
)

// openFaulty opens a database whose faults can be switched on and off.
func openFaulty(t *testing.T, d database, seed uint64) (*sql.DB, *faults) {
	t.Helper()
	plain, err := sql.Open(d.Driver, d.DSN)
	require.NoError(t, err)
	f := &faults{driver: plain.Driver(), dsn: d.DSN, rnd: newRand(seed, "faults")}
	require.NoError(t, plain.Close())
	db := sql.OpenDB(f)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db, f
}

// setFull lets the disk be full, or have room again.
func (f *faults) setFull(full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full = full
}

// setCommits lets a part of all commits fail.
func (f *faults) setCommits(part float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commits = part
}

// failed returns how many commits have failed, without effect and with.
func (f *faults) failed() (refused, unknown int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refused, f.unknown
}

// draw decides about a commit.
func (f *faults) draw() (refuse, forget bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch luck := f.rnd.Float64(); {
	case luck >= f.commits:
		return false, false
	case luck < f.commits/2:
		f.refused++
		return true, false
	}
	f.unknown++
	return false, true
}

// maxPages returns what PRAGMA max_page_count is to be: SQLite does not go
// below the size that the file has.
func (f *faults) maxPages() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return "1"
	}
	return "1073741823"
}

// Connect implements driver.Connector.
func (f *faults) Connect(context.Context) (driver.Conn, error) {
	c, err := f.driver.Open(f.dsn)
	if err != nil {
		return nil, err
	}
	return &faultyConn{Conn: c, faults: f}, nil
}

// Driver implements driver.Connector.
func (f *faults) Driver() driver.Driver { return f.driver }

// faultyConn passes everything on except for the faults.
type faultyConn struct {
	driver.Conn

	faults *faults
	pages  string
}

// BeginTx implements driver.ConnBeginTx.
func (c *faultyConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if pages := c.faults.maxPages(); pages != c.pages && c.isSQLite() {
		rows, err := c.QueryContext(ctx, "PRAGMA max_page_count="+pages, nil)
		if err != nil {
			return nil, err
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		c.pages = pages
	}
	beginner, ok := c.Conn.(driver.ConnBeginTx)
	if !ok {
		return nil, errors.New("the driver is too old for this test")
	}
	tx, err := beginner.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &faultyTx{Tx: tx, faults: c.faults}, nil
}

func (c *faultyConn) isSQLite() bool {
	_, pgx := c.Conn.(driver.NamedValueChecker)
	return !pgx
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *faultyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if p, ok := c.Conn.(driver.ConnPrepareContext); ok {
		return p.PrepareContext(ctx, query)
	}
	return c.Prepare(query)
}

// ExecContext implements driver.ExecerContext.
func (c *faultyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if e, ok := c.Conn.(driver.ExecerContext); ok {
		return e.ExecContext(ctx, query, args)
	}
	return nil, driver.ErrSkip
}

// QueryContext implements driver.QueryerContext.
func (c *faultyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if q, ok := c.Conn.(driver.QueryerContext); ok {
		return q.QueryContext(ctx, query, args)
	}
	return nil, driver.ErrSkip
}

// CheckNamedValue implements driver.NamedValueChecker.
func (c *faultyConn) CheckNamedValue(v *driver.NamedValue) error {
	if n, ok := c.Conn.(driver.NamedValueChecker); ok {
		return n.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// Ping implements driver.Pinger.
func (c *faultyConn) Ping(ctx context.Context) error {
	if p, ok := c.Conn.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

// ResetSession implements driver.SessionResetter.
func (c *faultyConn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

// IsValid implements driver.Validator.
func (c *faultyConn) IsValid() bool {
	if v, ok := c.Conn.(driver.Validator); ok {
		return v.IsValid()
	}
	return true
}

type faultyTx struct {
	driver.Tx

	faults *faults
}

// Commit implements driver.Tx.
func (t *faultyTx) Commit() error {
	switch refuse, forget := t.faults.draw(); {
	case refuse:
		return errors.Join(errCommit, t.Rollback())
	case forget:
		return errors.Join(errCommit, t.Tx.Commit())
	}
	return t.Tx.Commit()
}
