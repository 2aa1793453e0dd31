package notify

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

// AllowOptions says who may call.
type AllowOptions struct {
	// Clients are the networks that may call: the addresses from which Exchange
	// sends. On premises these are the mailbox servers, or the proxy through
	// which they reach out; for Exchange Online the published ranges, those of
	// IPv6 included. At least one is required.
	Clients []netip.Prefix
	// TrustedProxies are the networks of the reverse proxies in front, whose
	// X-Forwarded-For is believed. Every one of them must add to that header
	// the address of whoever called it. Default none: the header is ignored.
	TrustedProxies []netip.Prefix
	// Logger gets a record at debug level for each refusal. Default
	// slog.Default().
	Logger *slog.Logger
}

// AllowFrom returns a handler that passes requests of allowed clients on to
// next and answers all others 403 without a body and without reading theirs.
//
// The client is the peer of the connection; if that is a trusted proxy, it is
// the rightmost address in X-Forwarded-For that is not one, with or without a
// port, IPv4 or IPv6. IPv4-mapped IPv6 addresses count as IPv4. If an address
// that has to be looked at cannot be read, the request is refused. A trusted
// proxy that calls on its own behalf is allowed only if Clients has it. The
// header Forwarded is not read.
//
// An allow list goes well with a Handler's signed URLs; it does not stand in
// for them.
func AllowFrom(next http.Handler, opts AllowOptions) (http.Handler, error) {
	if next == nil {
		return nil, errors.New("notify: AllowFrom: nil handler")
	}
	if len(opts.Clients) == 0 {
		return nil, errors.New("notify: AllowOptions.Clients is empty: nobody could call")
	}
	clients, err := cleanPrefixes("Clients", opts.Clients)
	if err != nil {
		return nil, err
	}
	proxies, err := cleanPrefixes("TrustedProxies", opts.TrustedProxies)
	if err != nil {
		return nil, err
	}
	log := opts.Logger
	if log == nil {
		log = slog.Default()
	}
	return &allowList{next: next, clients: clients, proxies: proxies, log: log}, nil
}

type allowList struct {
	next             http.Handler
	clients, proxies []netip.Prefix
	log              *slog.Logger
}

// refusedReadTimeout is how long net/http may wait for the rest of a refused
// request, whose body it reads to the end before it answers.
const refusedReadTimeout = 5 * time.Second

func (l *allowList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	client, err := clientAddr(r.RemoteAddr, r.Header, l.proxies)
	if err == nil && contains(l.clients, client) {
		l.next.ServeHTTP(w, r)
		return
	}
	if err != nil {
		l.log.LogAttrs(r.Context(), slog.LevelDebug, "request refused, its address cannot be told", slog.Any("error", err))
	} else {
		l.log.LogAttrs(r.Context(), slog.LevelDebug, "request refused, its address is not allowed", slog.String("client", client.String()))
	}
	limitRead(w, r, time.Now(), refusedReadTimeout)
	w.WriteHeader(http.StatusForbidden)
}
