// Quickstart shows package push, the layer below ../bookings: events of
// mailboxes, and the gaps between them.
//
// Without flags it plays a day at the office in half a minute: a fake Exchange
// with three rooms, people who change their calendars, a restart of Exchange
// in the middle, and a booking system that hears of every change. With -ews it
// watches a real server until it is interrupted.
//
// Its state is in an SQLite file. It may be interrupted at any moment and
// started again: what was acknowledged to Exchange and not handled yet is
// handled then.
//
//	go run -C examples ./quickstart
//	EWS_PASSWORD=… go run -C examples ./quickstart -ews https://mail.example.com/EWS/Exchange.asmx \
//		-user 'EXAMPLE\svc-rooms' -mailbox room1@example.com,room2@example.com \
//		-callback http://thishost.example.com:8080/ews
package main

import (
	"cmp"
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
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var real realServer
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.StringVar(&real.endpoint, "ews", "", "`URL` of a real server's EWS; without it a fake one is started")
	flags.StringVar(&real.user, "user", "", "login for Basic authentication; its password is taken from EWS_PASSWORD")
	flags.StringVar(&real.mailboxes, "mailbox", "", "SMTP `addresses` to watch, separated by commas; default: the login's own mailbox")
	flags.StringVar(&real.callback, "callback", "", "`URL` by which Exchange reaches this program")
	flags.StringVar(&real.listen, "listen", ":8080", "`address` to listen on for notifications")
	flags.StringVar(&real.cert, "cert", "", "TLS certificate `file`; default: plain HTTP, for a proxy in front")
	flags.StringVar(&real.key, "key", "", "TLS key `file`")
	path := flags.String("db", "", "SQLite `file` for the state; default: quickstart.db, with -ews watch.db")
	flags.BoolVar(&real.delegate, "delegate", false, "use folder rights of the login instead of impersonation")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected arguments: %s", strings.Join(flags.Args(), " "))
	}
	if real.endpoint == "" {
		return demo(ctx, newBoard(out), cmp.Or(*path, "quickstart.db"))
	}
	real.state = cmp.Or(*path, "watch.db")
	real.password = os.Getenv("EWS_PASSWORD")
	return real.watch(ctx, newBoard(out))
}
