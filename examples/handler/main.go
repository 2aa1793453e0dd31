// Handler shows package notify alone: an http.Handler that receives Exchange's
// notifications, mounted in a mux that serves other things too. Subscriptions
// are made elsewhere, by whatever means; this program prints the URL that they
// need.
//
//	go run -C examples ./handler -callback https://hooks.example.com/ews
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/ewspush/ewspush/notify"
)

func main() {
	callback := flag.String("callback", "http://localhost:8080/ews", "`URL` by which Exchange reaches this program")
	listen := flag.String("listen", "localhost:8080", "`address` to listen on")
	flag.Parse()

	secret := []byte(os.Getenv("CALLBACK_SECRET"))
	if len(secret) == 0 {
		secret = []byte("only for trying it out")
	}
	signer, err := notify.NewSigner(*callback, secret)
	if err != nil {
		log.Fatal(err)
	}
	// For the t:URL of a Subscribe. Treat it like a password.
	u, err := signer.URL(notify.Address{Key: "room-12", Generation: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("subscribe with this URL:", u)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server := &http.Server{Addr: *listen, Handler: routes(signer, os.Stdout), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Print(err)
	}
}

// routes is the application's mux, with the receiver mounted in it.
func routes(signer *notify.Signer, out io.Writer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.Handle("/ews/", notify.NewHandler(signer, printer{out}, nil))
	return mux
}

// printer is the receiver. What it returns decides the answer to Exchange: nil
// is OK, so by then everything must be safe; notify.ErrUnsubscribe ends the
// subscription; after any other error Exchange repeats the notification.
type printer struct{ out io.Writer }

// Receive implements notify.Receiver.
func (p printer) Receive(_ context.Context, d *notify.Delivery) error {
	for _, m := range d.Messages {
		if m.Notification == nil {
			if _, err := fmt.Fprintf(p.out, "%s: Exchange reports %s\n", d.Address.Key, m.ResponseCode); err != nil {
				return err
			}
			return notify.ErrUnsubscribe
		}
		for _, e := range m.Notification.Events {
			if _, err := fmt.Fprintf(p.out, "%s: %s %s\n", d.Address.Key, e.TimeStamp.Format(time.RFC3339), e.Type); err != nil {
				return err
			}
		}
	}
	return nil
}
