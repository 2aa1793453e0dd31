// Bookings shows package push/calendar: a booking system that follows the
// calendars of meeting rooms, on a live board in the terminal.
//
// Without flags it plays a few days at an office in half a minute: a fake
// Exchange with four rooms, and people who book, move, change and cancel. In
// the middle Exchange restarts, and later it cannot reach this program. At the
// end the bookings that the application has are compared with those in Exchange,
// field by field. With -ews it follows the rooms of a real server until it is
// interrupted, and compares then.
//
// Where standard output is no terminal, or with -plain, it prints lines instead
// of a board. The application's bookings, and all else that must not be lost,
// are in an SQLite file: the program may be interrupted or killed at any moment
// and started again.
//
//	go run -C examples ./bookings
//	EWS_PASSWORD=… go run -C examples ./bookings -ews https://mail.example.com/EWS/Exchange.asmx \
//		-user 'EXAMPLE\svc-rooms' -rooms room1@example.com,room2@example.com \
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
	context.AfterFunc(ctx, stop) // whoever interrupts twice does not want to wait
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bookings:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var real realServer
	flags := flag.NewFlagSet("bookings", flag.ContinueOnError)
	flags.StringVar(&real.endpoint, "ews", "", "`URL` of a real server's EWS; without it a fake one is started")
	flags.StringVar(&real.user, "user", "", "login, as EXAMPLE\\svc-rooms or svc-rooms@example.com")
	passwordFrom := flags.String("password-from", "EWS_PASSWORD", "environment `variable` that has the password")
	flags.BoolVar(&real.basic, "basic", false, "log in with Basic instead of NTLM")
	flags.StringVar(&real.rooms, "rooms", "", "SMTP `addresses` to follow, separated by commas; default: the login's own")
	flags.BoolVar(&real.delegate, "delegate", false, "use folder rights of the login instead of impersonation")
	flags.StringVar(&real.callback, "callback", "", "`URL` by which Exchange reaches this program")
	flags.StringVar(&real.listen, "listen", ":8080", "`address` to listen on for notifications")
	flags.StringVar(&real.cert, "cert", "", "TLS certificate `file`; default: plain HTTP, for a proxy in front")
	flags.StringVar(&real.key, "key", "", "TLS key `file`")
	path := flags.String("db", "", "SQLite `file` for the state; default: bookings.db, with -ews rooms.db")
	plain := flags.Bool("plain", false, "print lines, even to a terminal")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected arguments: %s", strings.Join(flags.Args(), " "))
	}
	b := newBoard(out, !*plain && isTerminal(out))
	if real.endpoint == "" {
		return demo(ctx, b, cmp.Or(*path, "bookings.db"))
	}
	real.state = cmp.Or(*path, "rooms.db")
	real.password = os.Getenv(*passwordFrom)
	return real.follow(ctx, b)
}
