//go:build !linux

package main

import (
	"context"
	"errors"
)

// startServer is for Linux only.
func startServer(context.Context, *board) (*database, error) {
	return nil, errors.New("only on Linux is a PostgreSQL server started; name a database with -postgres")
}
