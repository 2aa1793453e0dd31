package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ewspush/ewspush/internal/drivertest/pgcluster"
)

// startServer starts a PostgreSQL server that nobody else uses.
func startServer(ctx context.Context, b *board) (*database, error) {
	cluster, err := pgcluster.New(ctx, nil)
	if errors.Is(err, pgcluster.ErrAbsent) {
		return nil, fmt.Errorf("%w; or name a database with -postgres", err)
	}
	if err != nil {
		return nil, err
	}
	b.line("start", "a PostgreSQL server in %s", cluster.Dir())
	return &database{
		dsn: cluster.DSN(), stop: cluster.Close,
		removed: "the PostgreSQL server was stopped and its files were removed",
	}, nil
}
