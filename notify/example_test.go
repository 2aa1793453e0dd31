package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/notify"
)

// deliver posts a notification as Exchange would and prints what it is told.
func deliver(srv *httptest.Server, callbackURL, origin string, body []byte) {
	url := srv.URL + strings.TrimPrefix(callbackURL, origin)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	resp, err := srv.Client().Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	status, err := ews.ParseSendNotificationResult(answer, nil)
	if err != nil {
		fmt.Println(resp.Status)
		return
	}
	fmt.Println(resp.Status, status)
}

// A handler in an application's own mux. The callback URL is made for one
// subscription; any other path below it is not found.
func ExampleNewHandler() {
	signer, err := notify.NewSigner("https://hooks.example.com/ews", []byte("a secret of 16 bytes or more"))
	if err != nil {
		log.Fatal(err)
	}
	receiver := notify.ReceiverFunc(func(_ context.Context, d *notify.Delivery) error {
		for _, m := range d.Messages {
			if m.Notification == nil {
				continue // an error message; see m.ResponseCode
			}
			for _, e := range m.Notification.Events {
				fmt.Printf("%s, generation %d: %s\n", d.Address.Key, d.Address.Generation, e.Type)
			}
		}
		return nil // once it is stored
	})
	mux := http.NewServeMux()
	mux.Handle("/ews/", notify.NewHandler(signer, receiver, nil))
	srv := httptest.NewServer(mux)
	defer srv.Close()

	callbackURL, err := signer.URL(notify.Address{Key: "room-12", Generation: 1}) // goes into Subscribe
	if err != nil {
		log.Fatal(err)
	}
	body, err := os.ReadFile("../testdata/rooms-2020-body.xml")
	if err != nil {
		log.Fatal(err)
	}
	deliver(srv, callbackURL, "https://hooks.example.com", body)
	deliver(srv, callbackURL+"x", "https://hooks.example.com", body)
	// Output:
	// room-12, generation 1: ModifiedEvent
	// room-12, generation 1: ModifiedEvent
	// 200 OK OK
	// 404 Not Found
}

// Where the proxy publishes exactly one path, the address goes into the query,
// behind whatever the query is used for already. People who open the URL in a
// browser see a page.
func ExampleNewQuerySigner() {
	signer, err := notify.NewQuerySigner("https://www.example.com/SyncNotification.svc?Default", []byte("a secret of 16 bytes or more"))
	if err != nil {
		log.Fatal(err)
	}
	receiver := notify.ReceiverFunc(func(_ context.Context, d *notify.Delivery) error {
		fmt.Printf("%s of tenant %s\n", d.Address.Key, d.RawQuery)
		return notify.ErrUnsubscribe // not wanted any more
	})
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "The notification service is reachable.\n")
	})
	mux := http.NewServeMux()
	mux.Handle("/SyncNotification.svc", notify.NewHandler(signer, receiver, &notify.Options{GET: page, RequireHeaders: true}))
	srv := httptest.NewServer(mux)
	defer srv.Close()

	callbackURL, err := signer.URL(notify.Address{Key: "room-12", Generation: 1})
	if err != nil {
		log.Fatal(err)
	}
	body, err := os.ReadFile("../testdata/rooms-2020-body.xml")
	if err != nil {
		log.Fatal(err)
	}
	deliver(srv, callbackURL, "https://www.example.com", body)

	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, srv.URL+"/SyncNotification.svc?Default", http.NoBody)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(os.Stdout, resp.Body); err != nil {
		log.Fatal(err)
	}
	// Output:
	// room-12 of tenant Default
	// 200 OK Unsubscribe
	// The notification service is reachable.
}

// Only Exchange may call, through a proxy that says who called it.
func ExampleAllowFrom() {
	exchange, err := notify.ParsePrefixes("192.0.2.0/24", "2603:1026::/32")
	if err != nil {
		log.Fatal(err)
	}
	proxies, err := notify.ParsePrefixes("10.0.0.7")
	if err != nil {
		log.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	guarded, err := notify.AllowFrom(handler, notify.AllowOptions{Clients: exchange, TrustedProxies: proxies})
	if err != nil {
		log.Fatal(err)
	}
	for _, forwardedFor := range []string{"2603:1026:c02:3097::5", "198.51.100.3", "192.0.2.1, 198.51.100.3"} {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/ews/", http.NoBody)
		r.RemoteAddr = "10.0.0.7:41234"
		r.Header.Set("X-Forwarded-For", forwardedFor)
		w := httptest.NewRecorder()
		guarded.ServeHTTP(w, r)
		fmt.Println(w.Code, forwardedFor)
	}
	_, err = notify.ParsePrefixes("192.0.2.0/24", "10.0.0.7/8")
	fmt.Println(err)
	// Output:
	// 200 2603:1026:c02:3097::5
	// 403 198.51.100.3
	// 403 192.0.2.1, 198.51.100.3
	// notify: network 2 of 2, "10.0.0.7/8": it has bits beyond its length; did you mean 10.0.0.0/8?
}

// keepAll takes what cannot be decoded, too.
type keepAll struct{}

func (keepAll) Receive(context.Context, *notify.Delivery) error { return nil }

func (keepAll) ReceiveUndecodable(_ context.Context, u *notify.Undecodable) error {
	if e, ok := errors.AsType[*ews.DecodeError](u.Err); ok {
		fmt.Printf("%s: kept %d bytes, damaged in line %d\n", u.Address.Key, len(u.Body), e.Line)
	}
	return nil
}

func ExampleUndecodableReceiver() {
	const origin = "https://hooks.example.com"
	signer, err := notify.NewSigner(origin, []byte("a secret of 16 bytes or more"))
	if err != nil {
		log.Fatal(err)
	}
	srv := httptest.NewServer(notify.NewHandler(signer, keepAll{}, nil))
	defer srv.Close()
	callbackURL, err := signer.URL(notify.Address{Key: "room-12", Generation: 1})
	if err != nil {
		log.Fatal(err)
	}
	damaged, err := os.ReadFile("../testdata/rooms-2020-body-as-published.xml")
	if err != nil {
		log.Fatal(err)
	}
	deliver(srv, callbackURL, origin, damaged)
	// Output:
	// room-12: kept 2018 bytes, damaged in line 1
	// 200 OK OK
}

// Counters for metrics.
func ExampleTrace() {
	var refused, answered atomic.Int64
	trace := &notify.Trace{Answered: func(_ context.Context, a notify.Answer) {
		if a.StatusCode == http.StatusOK {
			answered.Add(1)
		} else {
			refused.Add(1)
		}
	}}
	signer, err := notify.NewSigner("https://hooks.example.com/ews", []byte("a secret of 16 bytes or more"))
	if err != nil {
		log.Fatal(err)
	}
	handler := notify.NewHandler(signer, keepAll{}, &notify.Options{Trace: trace})
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/ews/", http.NoBody))
	fmt.Println("answered:", answered.Load(), "refused:", refused.Load())
	// Output: answered: 0 refused: 1
}

// The old secret stays for as long as subscriptions exist that were made with
// it; new ones are made with the first.
func ExampleSigner_rotation() {
	const base = "https://hooks.example.com/ews"
	older, newer := []byte("the secret of last year"), []byte("the secret of this year")
	before, err := notify.NewSigner(base, older)
	if err != nil {
		log.Fatal(err)
	}
	url, err := before.URL(notify.Address{Key: "room-12", Generation: 1})
	if err != nil {
		log.Fatal(err)
	}
	request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, url, http.NoBody)
	for _, secrets := range [][][]byte{{newer, older}, {newer}} {
		signer, err := notify.NewSigner(base, secrets...)
		if err != nil {
			log.Fatal(err)
		}
		address, err := signer.Authenticate(request)
		fmt.Println(address, err)
	}
	// Output:
	// {room-12 1} <nil>
	// { 0} notify: not a signed callback URL: no secret has made its signature
}
