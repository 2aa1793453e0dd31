// Kerberos shows how a client logs in to Exchange with Kerberos: tokens are made
// by github.com/jcmturner/gokrb5, in pure Go, with a keytab or a password. It
// asks for the calendar of a mailbox and prints how many items there are.
//
//	go run -C examples ./kerberos -url https://mail.example.com/EWS/Exchange.asmx \
//	    -realm EXAMPLE.COM -kdc dc1.example.com -user svc-rooms -keytab svc-rooms.keytab \
//	    -mailbox room12@example.com
//
// Without a keytab the password is taken from KRB5_PASSWORD.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// options are what the command line says.
type options struct {
	url, mailbox string
	account      account
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	flags := flag.NewFlagSet("kerberos", flag.ExitOnError)
	var o options
	flags.StringVar(&o.url, "url", "", "`URL` of EWS; its host names the service: HTTP/host")
	flags.StringVar(&o.mailbox, "mailbox", "", "`address` of the mailbox to impersonate; default the user's own")
	flags.StringVar(&o.account.realm, "realm", "", "`realm`, the domain in capitals")
	flags.StringVar(&o.account.kdc, "kdc", "", "`host` of a domain controller, with its port if that is not 88; default found by DNS")
	flags.StringVar(&o.account.user, "user", "", "`name` of the user, without the realm")
	flags.StringVar(&o.account.keytab, "keytab", "", "`file` with the user's keys; default the password in KRB5_PASSWORD")
	if err := flags.Parse(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
	o.account.password = os.Getenv("KRB5_PASSWORD")
	if o.url == "" || o.account.realm == "" || o.account.user == "" {
		flags.SetOutput(os.Stdout)
		fmt.Println("Asks Exchange for a calendar, logged in with Kerberos. -url, -realm and -user are needed:")
		flags.PrintDefaults()
		return
	}
	if err := run(ctx, os.Stdout, o, nil); err != nil {
		log.Fatal(err)
	}
}

// run logs in and asks. base may be nil.
func run(ctx context.Context, out io.Writer, o options, base *http.Transport) error {
	login, err := o.account.logIn()
	if err != nil {
		return err
	}
	defer login.close()
	client, err := ews.NewClient(o.url, &ews.ClientOptions{HTTPClient: &http.Client{
		Timeout:   time.Minute,
		Transport: &ews.NegotiateTransport{NewContext: login.newContext, Base: base},
	}})
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	if o.mailbox != "" {
		client = client.As(ews.ConnectingSID{SMTPAddress: o.mailbox})
	}
	answer, err := client.GetFolder(ctx, &ews.GetFolderRequest{FolderIDs: []ews.FolderID{{DistinguishedID: ews.CalendarFolder}}})
	if err != nil {
		return err
	}
	for _, result := range answer.Folders {
		if result.Err != nil {
			return result.Err
		}
		_, err = fmt.Fprintf(out, "%s: %d items\n", result.Folder.DisplayName, result.Folder.TotalCount)
	}
	return err
}
