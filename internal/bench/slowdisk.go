package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"syscall"
	"time"
)

// slowDisk is a driver that takes longer to commit, as on a disk that takes
// longer to flush: virtual disks often say that something is written when it is
// in the memory of their host. What checkpoints flush does not take longer.
type slowDisk struct {
	driver driver.Driver
	dsn    string
	slower time.Duration
}

// openSlow opens a database on a disk that is slower by so much.
func openSlow(name, dsn string, slower time.Duration) (*sql.DB, error) {
	db, err := sql.Open(name, dsn)
	if err != nil {
		return nil, err
	}
	if slower == 0 {
		return db, nil
	}
	d := &slowDisk{driver: db.Driver(), dsn: dsn, slower: slower}
	return sql.OpenDB(d), db.Close()
}

// Driver implements driver.Connector.
func (d *slowDisk) Driver() driver.Driver { return d.driver }

// Connect implements driver.Connector.
func (d *slowDisk) Connect(context.Context) (driver.Conn, error) {
	conn, err := d.driver.Open(d.dsn)
	if err != nil {
		return nil, err
	}
	return &slowConn{Conn: conn, disk: d}, nil
}

// slowConn hides what database/sql can do without.
type slowConn struct {
	driver.Conn
	disk *slowDisk
	tx   bool // in a transaction
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *slowConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &slowStmt{Stmt: stmt, conn: c}, nil
}

// BeginTx implements driver.ConnBeginTx.
func (c *slowConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	c.tx = true
	return &slowTx{tx, c}, nil
}

type slowStmt struct {
	driver.Stmt
	conn *slowConn
}

// ExecContext implements driver.StmtExecContext. Outside of a transaction it
// commits.
func (s *slowStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	if !s.conn.tx {
		takeLonger(s.conn.disk.slower)
	}
	return result, err
}

// QueryContext implements driver.StmtQueryContext.
func (s *slowStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

type slowTx struct {
	driver.Tx
	conn *slowConn
}

// Commit implements driver.Tx.
func (t *slowTx) Commit() error {
	t.conn.tx = false
	err := t.Tx.Commit()
	takeLonger(t.conn.disk.slower)
	return err
}

// Rollback implements driver.Tx.
func (t *slowTx) Rollback() error {
	t.conn.tx = false
	return t.Tx.Rollback()
}

// takeLonger is what a disk does that is slower than this one. As in a flush,
// the thread is in the kernel meanwhile; a timer of Go's would take up to a
// millisecond longer.
func takeLonger(by time.Duration) {
	for left := syscall.NsecToTimespec(by.Nanoseconds()); by > 0; {
		if err := syscall.Nanosleep(&left, &left); err != syscall.EINTR {
			return
		}
	}
}
