package drivertest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// hooked stands before a driver. Its hooks may be set while it is in use; each
// is called with what is about to happen, and an error keeps it from happening.
type hooked struct {
	driver driver.Driver
	dsn    string

	mu        sync.Mutex
	prepared  []string
	commit    func(commit func() error) error
	statement func(query string, args []driver.NamedValue) error
}

// openHooked opens a database by way of hooks.
func openHooked(tb testing.TB, name, dsn string) (*sql.DB, *hooked) {
	tb.Helper()
	plain, err := sql.Open(name, dsn)
	require.NoError(tb, err)
	h := &hooked{driver: plain.Driver(), dsn: dsn}
	require.NoError(tb, plain.Close())
	db := sql.OpenDB(h)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db, h
}

// onCommit sets what is called instead of COMMIT; nil for nothing.
func (h *hooked) onCommit(hook func(commit func() error) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.commit = hook
}

// onStatement sets what is called before each prepared statement.
func (h *hooked) onStatement(hook func(query string, args []driver.NamedValue) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.statement = hook
}

// queries returns the texts that were prepared.
func (h *hooked) queries() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string{}, h.prepared...)
}

func (h *hooked) Driver() driver.Driver { return h.driver }

func (h *hooked) Connect(context.Context) (driver.Conn, error) {
	conn, err := h.driver.Open(h.dsn)
	if err != nil {
		return nil, err
	}
	return &hookedConn{Conn: conn, h: h}, nil
}

// hookedConn hides everything that the database/sql package can do without.
type hookedConn struct {
	driver.Conn
	h *hooked
}

func (c *hookedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.h.mu.Lock()
	c.h.prepared = append(c.h.prepared, query)
	c.h.mu.Unlock()
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	return &hookedStmt{Stmt: stmt, h: c.h, query: query}, err
}

func (c *hookedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
	return &hookedTx{Tx: tx, h: c.h}, err
}

type hookedStmt struct {
	driver.Stmt
	h     *hooked
	query string
}

func (s *hookedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.before(args); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s *hookedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.before(args); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

func (s *hookedStmt) before(args []driver.NamedValue) error {
	s.h.mu.Lock()
	hook := s.h.statement
	s.h.mu.Unlock()
	if hook == nil {
		return nil
	}
	return hook(s.query, args)
}

type hookedTx struct {
	driver.Tx
	h *hooked
}

func (t *hookedTx) Commit() error {
	t.h.mu.Lock()
	hook := t.h.commit
	t.h.mu.Unlock()
	if hook != nil {
		return hook(t.Tx.Commit)
	}
	return t.Tx.Commit()
}
