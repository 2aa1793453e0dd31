// Replicas shows how ewspush runs on several machines, with processes in their
// place: three workers that share the rooms among themselves, and a receiver
// that takes the notifications and has no credentials for Exchange, as in a
// DMZ. They have nothing in common but a PostgreSQL database. In the middle one
// worker is killed, and the others take over its rooms.
//
//	go run -C examples ./replicas
//	go run -C examples ./replicas -postgres 'postgres://user:password@db.example.com/test'
//
// Without -postgres it starts a PostgreSQL server of its own, for which the
// programs of Debian's package postgresql must be installed, and removes it at
// the end. Everything listens on this machine only.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var err error
	if text := os.Getenv(roleVariable); text != "" {
		err = runRole(ctx, text, os.Stdin, os.Stdout)
	} else {
		err = run(ctx, os.Args[1:], os.Stdout)
	}
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "replicas:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("replicas", flag.ContinueOnError)
	dsn := flags.String("postgres", "", "`address` of a PostgreSQL database to use a schema of; default: a server is started")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected arguments: %s", strings.Join(flags.Args(), " "))
	}
	b := newBoard(out)
	b.text("Three workers and a receiver, which share a PostgreSQL database, watch the rooms of a fake Exchange.\n" +
		"One minute of that Exchange lasts one second. What is started:\n")
	db, err := openDatabase(ctx, b, *dsn)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, db.close(context.WithoutCancel(ctx)))
		b.line("end", "%s", db.removed)
	}()
	return show(ctx, b, db)
}
