package autodiscover_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/autodiscover"
	"github.com/ewspush/ewspush/ews/ewstest"
)

// office is a network with an Exchange in it, for the examples; a program has
// the real one.
func office() (login, anonymous *http.Client, closeAll func()) {
	network := ewstest.NewNetwork()
	exchange := ewstest.NewServer(&ewstest.Options{Network: network, Host: "mail.example.com"})
	exchange.AddAccount("svc-rooms", "secret", ewstest.Impersonate())
	exchange.Mailbox("room12@example.com")
	stop := network.Serve("autodiscover.example.com", exchange)
	transport := network.Transport()
	login = &http.Client{Transport: &ews.BasicTransport{Username: "svc-rooms", Password: "secret", Base: transport}}
	return login, &http.Client{Transport: transport}, func() {
		transport.CloseIdleConnections()
		stop()
		exchange.Close()
	}
}

// noDNS is for a network without one.
func noDNS(context.Context, string, string, string) (string, []*net.SRV, error) {
	return "", nil, errors.New("there is no DNS here")
}

// The function that ClientFor returns is what push.Config.ClientFor takes.
func Example() {
	login, anonymous, closeAll := office()
	defer closeAll()
	finder, err := autodiscover.New(autodiscover.Config{
		HTTPClient:   login,
		Anonymous:    anonymous, // where the default would not do
		TrustedHosts: []string{"mail.example.com", "autodiscover.example.com"},
	})
	if err != nil {
		log.Fatal(err)
	}
	clientFor := finder.ClientFor(&ews.ClientOptions{HTTPClient: login})
	client, err := clientFor(context.Background(), "room12@example.com", false)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Endpoint())
	// Output:
	// https://mail.example.com/EWS/Exchange.asmx
}

// With Settings the answer is a full one, for which Exchange wants a login.
func ExampleClient_Discover() {
	login, anonymous, closeAll := office()
	defer closeAll()
	finder, err := autodiscover.New(autodiscover.Config{
		HTTPClient:   login,
		Anonymous:    anonymous,
		TrustedHosts: []string{"mail.example.com", "autodiscover.example.com"},
		Settings:     []string{"UserDisplayName"},
	})
	if err != nil {
		log.Fatal(err)
	}
	r, err := finder.Discover(context.Background(), "room12@example.com")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Method, r.PrimaryAddress, r.Settings["UserDisplayName"], r.ServerVersion.Product())
	// Output:
	// SOAP room12@example.com room12 Exchange 2019 or SE
}

// The error tells of everything that was tried: here the host that Autodiscover
// names has been forgotten in TrustedHosts.
func ExampleError() {
	login, anonymous, closeAll := office()
	defer closeAll()
	finder, err := autodiscover.New(autodiscover.Config{
		HTTPClient:   login,
		Anonymous:    anonymous,
		LookupSRV:    noDNS,
		TrustedHosts: []string{"autodiscover.example.com"},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = finder.Discover(context.Background(), "room12@example.com")
	fmt.Println(errors.Is(err, autodiscover.ErrUntrustedHost))
	if e, ok := errors.AsType[*autodiscover.Error](err); ok {
		for _, attempt := range e.Attempts {
			if errors.Is(attempt.Err, autodiscover.ErrUntrustedHost) {
				fmt.Println(attempt)
			}
		}
	}
	// Output:
	// true
	// SOAP https://example.com/autodiscover/autodiscover.svc: asked anonymously only: example.com: host is not trusted
	// JSON https://autodiscover.example.com/autodiscover/autodiscover.json/v1.0/room12@example.com?Protocol=EWS: EWS endpoint on mail.example.com: host is not trusted
	// SOAP https://autodiscover.example.com/autodiscover/autodiscover.svc: EWS endpoint on mail.example.com: host is not trusted
	// POX https://autodiscover.example.com/autodiscover/autodiscover.xml: EWS endpoint on mail.example.com: host is not trusted
}
